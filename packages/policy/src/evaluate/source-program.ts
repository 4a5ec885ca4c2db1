import {
  compile,
  fromJs,
  type HostBuiltin,
  ownCapabilities,
  type Policy,
  RegoError,
  RegoObject,
  toJs,
} from '@assay/rego';
import type { CriteriaTarget } from '../criteria/criteria.ts';
import { PolicyError } from '../error.ts';
import type { NamespaceOutcome } from '../results/settle.ts';
import { dataDocument } from '../source/data-document.ts';
import type { SourceFiles } from '../source/source-files.ts';
import { namespacesFor, type RuleChoice } from './namespaces.ts';
import { type EvaluationLimits, NamespaceQuery } from './outcomes.ts';
import { catalogueOf, type Namespace, type RuleCatalogue } from './rule-catalogue.ts';

/** How signatures are checked, as policies are told it. */
export interface SigstoreDefaults {
  certificate_identity: string;
  certificate_identity_regexp: string;
  certificate_oidc_issuer: string;
  certificate_oidc_issuer_regexp: string;
  ignore_rekor: boolean;
  public_key: string;
  rekor_url: string;
}

/** What a policy is told beside its own data. */
export interface GeneratedData {
  ruleData?: Record<string, unknown>;
  sigstore: SigstoreDefaults;
}

/** One source of a policy configuration, compiled. It keeps nothing from image to image and can be asked for many at once. */
export class SourceProgram {
  readonly catalogue: RuleCatalogue;
  readonly #policy: Policy;
  readonly #generated: GeneratedData;
  readonly #queries = new Map<string, NamespaceQuery>();
  readonly #data = new Map<number, RegoObject>();

  constructor(policy: Policy, generated: GeneratedData) {
    this.#policy = policy;
    this.#generated = generated;
    this.catalogue = catalogueOf(policy.modules);
  }

  /** Every annotated rule and package, and every rule without annotations. */
  annotations(): ReturnType<Policy['annotations']> {
    return this.#policy.annotations();
  }

  /** The data of the source's data sources. */
  data(): unknown {
    return toJs(this.#policy.data);
  }

  /** A part of the source's data, where it has one. */
  dataOf(name: string): unknown {
    const value = this.#policy.data.get(name);
    return value === undefined ? this.#generated.ruleData?.[name] : toJs(value);
  }

  /**
   * Asks the rules that could count for an image.
   * @throws RegoError, PolicyError InvalidRule
   */
  async evaluate(
    input: unknown,
    options: {
      choice: RuleChoice;
      target: CriteriaTarget;
      effectiveTime: Date;
      now: Date;
      limits?: EvaluationLimits;
    },
  ): Promise<{ outcomes: NamespaceOutcome[]; odd: string[] }> {
    const namespaces = namespacesFor(this.catalogue, options.choice, options.target);
    return this.ask(namespaces, input, options);
  }

  /**
   * Asks every rule of some namespaces, without any criteria.
   * @throws RegoError, PolicyError InvalidRule
   */
  ask(
    namespaces: readonly Namespace[],
    input: unknown,
    options: { effectiveTime: Date; now: Date; limits?: EvaluationLimits },
  ): Promise<{ outcomes: NamespaceOutcome[]; odd: string[] }> {
    const key = namespaces.map(({ name }) => name).join('\n');
    let query = this.#queries.get(key);
    if (!query) {
      query = new NamespaceQuery(this.#policy, namespaces);
      this.#queries.set(key, query);
    }
    return query.run(input, {
      data: this.#dataAt(options.effectiveTime),
      now: options.now,
      ...(options.limits && { limits: options.limits }),
    });
  }

  /** The data of the source with what is generated for a time. */
  #dataAt(time: Date): RegoObject {
    let data = this.#data.get(time.getTime());
    if (!data) {
      const { sigstore, ruleData } = this.#generated;
      const config = fromJs({
        policy: { when_ns: BigInt(time.getTime()) * 1_000_000n },
        default_sigstore_opts: sigstore,
      });
      data = new RegoObject();
      for (const [name, value] of this.#policy.data.entries()) data.add(name, value);
      data.add('config', config);
      if (ruleData) data.add('rule_data__configuration__', fromJs(ruleData));
      this.#data.set(time.getTime(), data);
    }
    return data;
  }
}

/** Builtins that reach out of the evaluation; a policy that calls one does not compile. */
const withheld = new Set(['http.send', 'net.lookup_ip_addr', 'opa.runtime']);

/**
 * Compiles the policies of one source over its data.
 * @throws PolicyError InvalidSource when there is no Rego, when it does not compile, or when the data contradict each other
 */
export function compileSource(options: {
  policies: readonly SourceFiles[];
  data: readonly SourceFiles[];
  generated: GeneratedData;
  builtins: readonly HostBuiltin[];
}): SourceProgram {
  const modules: Record<string, string> = {};
  for (const { pinned, files } of options.policies) {
    let found = false;
    for (const [path, bytes] of files) {
      if (!isRule(path)) continue;
      found = true;
      modules[`${pinned}/${path}`] = new TextDecoder().decode(bytes);
    }
    if (!found) {
      throw new PolicyError('InvalidSource', `${pinned}: no rego files found in policy subdirectory`, {
        hint: 'name the directory that holds the .rego files: git::https://HOST/REPO.git//DIR',
      });
    }
  }
  const builtins = ownCapabilities().builtins.filter(({ name }) => !withheld.has(name));
  try {
    const policy = compile({
      modules,
      data: dataDocument(options.data),
      builtins: options.builtins,
      capabilities: { builtins, allow_net: [] },
    });
    return new SourceProgram(policy, options.generated);
  } catch (cause) {
    if (!(cause instanceof RegoError)) throw cause;
    throw new PolicyError('InvalidSource', `policy compilation error: ${cause.message}`, {
      cause,
      hint: 'a policy has no access to the network, the environment or the clock of the host; `assay opa check` shows all errors',
    });
  }
}

/** Tests of policies are not part of them. */
function isRule(path: string): boolean {
  return /\.rego$/i.test(path) && !/_test\.rego$/i.test(path);
}
