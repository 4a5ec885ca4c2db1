import { createHash } from 'node:crypto';
import type { ContentStore } from '@assay/oci';
import { ociBuiltins } from '../builtins/oci-builtins.ts';
import { purlBuiltins } from '../builtins/purl-builtins.ts';
import { RegistryReader } from '../builtins/registry-reader.ts';
import { sigstoreBuiltins } from '../builtins/sigstore-builtins.ts';
import type { CriteriaTarget } from '../criteria/criteria.ts';
import type { SigstoreDefaults } from '../evaluate/source-program.ts';
import { compileSource, type SourceProgram } from '../evaluate/source-program.ts';
import { createVerifier, type SignerDemands } from '../evidence/signer-demands.ts';
import type { SignatureVerifier } from '../evidence/verifier.ts';
import type { SourceFiles } from '../source/source-files.ts';
import { createSourceLoader, type SourceLoader } from '../source/source-loader.ts';
import { canonicalPolicy } from '../spec/equivalence.ts';
import type { PolicySource, PolicySpec } from '../spec/policy-spec.ts';

export interface LoadPolicyOptions {
  policy: PolicySpec;
  /** The content store of a repository: where OCI sources and everything policies ask for come from. */
  store: (repository: string) => ContentStore;
  /** @default one over `store` */
  loader?: SourceLoader;
  /** Added to the `ruleData` of every source; wins over what stands there. */
  extraRuleData?: Record<string, unknown>;
  /** Makes the verifier of an identity. @default identities cannot be checked, and are an error */
  keyless?: KeylessVerifier;
  /** What policies are told of a transparency log. @default false */
  ignoreRekor?: boolean;
}

/** Makes the verifier of an identity from the trust root that the host was given. */
export type KeylessVerifier = (identity: NonNullable<PolicySpec['identity']>) => SignatureVerifier;

/** A policy whose sources were fetched and compiled: it can judge any number of images. */
export interface LoadedPolicy {
  /** With each source's address pinned to what was fetched. */
  spec: PolicySpec;
  /** As it was given. */
  given: PolicySpec;
  sources: readonly LoadedSource[];
  store: (repository: string) => ContentStore;
  /** @throws PolicyError InvalidPolicy */
  verifierFor: (demands: SignerDemands) => SignatureVerifier;
}

export interface LoadedSource {
  source: PolicySource;
  /** SHA-256 over the policies and data fetched, in hexadecimal. */
  contents: string;
  program: SourceProgram;
}

/**
 * Fetches and compiles the sources of a policy, each once.
 * @throws PolicyError SourceUnavailable, InvalidSource, InvalidRule
 */
export async function loadPolicy(options: LoadPolicyOptions): Promise<LoadedPolicy> {
  const { policy, store, extraRuleData, keyless, loader = createSourceLoader({ store }) } = options;
  const verifierFor = (demands: SignerDemands) => createVerifier(demands, keyless);
  const reader = new RegistryReader(store);
  const builtins = [...ociBuiltins(reader), ...purlBuiltins, ...sigstoreBuiltins(reader, verifierFor)];
  const sources = await Promise.all(
    policy.sources.map(async (source) => {
      const [policies, data] = await Promise.all([
        Promise.all(source.policy.map((address) => loader.load(address))),
        Promise.all((source.data ?? []).map((address) => loader.load(address))),
      ]);
      const ruleData =
        source.ruleData || extraRuleData ? { ...source.ruleData, ...extraRuleData } : undefined;
      const generated = {
        sigstore: sigstoreDefaults(policy, options.ignoreRekor ?? false),
        ...(ruleData && { ruleData }),
      };
      const pinned: PolicySource = {
        ...source,
        policy: policies.map((files) => files.pinned),
        ...(source.data && { data: data.map((files) => files.pinned) }),
        ...(ruleData && { ruleData }),
      };
      return {
        source: pinned,
        contents: contentsDigest([...policies, ...data]),
        program: compileSource({ policies, data, generated, builtins }),
      };
    }),
  );
  return {
    given: policy,
    spec: { ...policy, sources: sources.map(({ source }) => source) },
    sources,
    store,
    verifierFor,
  };
}

/**
 * SHA-256 of what a policy demands of an image at a time, in hexadecimal: its canonical form together with the contents of its sources, so that
 * a file that was changed in place makes another policy.
 */
export function policyIdentity(policy: LoadedPolicy, at: Date, target: CriteriaTarget): string {
  const hash = createHash('sha256').update(canonicalPolicy(policy.spec, at, target));
  for (const contents of policy.sources.map((source) => source.contents).sort()) hash.update(contents);
  return hash.digest('hex');
}

function contentsDigest(sources: readonly SourceFiles[]): string {
  const hash = createHash('sha256');
  for (const { files } of sources)
    for (const [path, bytes] of [...files].sort(([a], [b]) => (a < b ? -1 : 1)))
      hash.update(`${path}\0${bytes.byteLength}\0`).update(bytes);
  return hash.digest('hex');
}

function sigstoreDefaults(
  { identity, publicKey, rekorUrl }: PolicySpec,
  ignoreRekor: boolean,
): SigstoreDefaults {
  return {
    certificate_identity: identity?.subject ?? '',
    certificate_identity_regexp: identity?.subjectRegExp ?? '',
    certificate_oidc_issuer: identity?.issuer ?? '',
    certificate_oidc_issuer_regexp: identity?.issuerRegExp ?? '',
    ignore_rekor: ignoreRekor,
    public_key: publicKey ?? '',
    rekor_url: rekorUrl ?? '',
  };
}
