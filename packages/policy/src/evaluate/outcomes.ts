import type { Policy, PreparedQuery } from '@assay/rego';
import { PolicyError } from '../error.ts';
import type { RuleResult } from '../results/rule-info.ts';
import type { NamespaceOutcome } from '../results/settle.ts';
import type { Namespace } from './rule-catalogue.ts';

/** How much the evaluation of one source for one image may use. */
export interface EvaluationLimits {
  /** Wall clock in milliseconds. @default 60000 */
  milliseconds?: number;
  /** @default 2000000000 */
  steps?: number;
  /** Elements of one collection that a policy builds. @default 20000000 */
  elements?: number;
}

/** A rule of a namespace, asked for as a whole. */
interface Question {
  namespace: number;
  kind: 'failure' | 'warning' | 'exception';
  rule: string;
}

/**
 * Asks all rules of some namespaces with one query, so that what they have in common is worked out once and the registry is asked for
 * everything at a time.
 */
export class NamespaceQuery {
  readonly #namespaces: readonly Namespace[];
  readonly #questions: Question[] = [];
  readonly #query: PreparedQuery | undefined;

  constructor(policy: Policy, namespaces: readonly Namespace[]) {
    this.#namespaces = namespaces;
    const tables = new Map<number, string[]>();
    for (const [index, namespace] of namespaces.entries()) {
      const ask = (kind: Question['kind'], rule: string) => {
        const number = this.#questions.push({ namespace: index, kind, rule }) - 1;
        const name = kind === 'exception' ? 'exception' : rule;
        const row = [number, ...namespace.path, name].map((part) => JSON.stringify(part));
        const table = tables.get(namespace.path.length) ?? [];
        tables.set(namespace.path.length, table);
        table.push(`[${row.join(', ')}]`);
      };
      for (const rule of namespace.failures) ask('failure', rule);
      for (const rule of namespace.warnings) ask('warning', rule);
      if (namespace.exceptions) ask('exception', '');
    }
    const parts = Array.from(tables, ([length, rows]) => {
      const names = Array.from({ length: length + 1 }, (_, index) => `p${index}`);
      const path = names.map((name) => `[${name}]`).join('');
      return `r${length} = [[n, v] | some [n, ${names.join(', ')}] in [${rows.join(', ')}]; v := data${path}]`;
    });
    if (parts.length > 0) this.#query = policy.prepare(parts.join('; '));
  }

  /**
   * @throws RegoError when the evaluation fails; PolicyError InvalidRule for a result without message
   */
  async run(
    input: unknown,
    options: { data: Policy['data']; now: Date; limits?: EvaluationLimits },
  ): Promise<{ outcomes: NamespaceOutcome[]; odd: string[] }> {
    const odd: string[] = [];
    const outcomes = this.#namespaces.map(
      ({ name }): NamespaceOutcome => ({
        namespace: name,
        warnings: [],
        failures: [],
        exceptions: [],
        skipped: [],
      }),
    );
    const [bindings] = (await this.#query?.evaluateAsync({ input, ...options })) ?? [];
    const answers = new Map(Object.values(bindings ?? {}).flat() as [number, unknown][]);
    const excepted = new Map<number, Set<string>>();
    for (const [number, { namespace, kind }] of this.#questions.entries())
      if (kind === 'exception') excepted.set(namespace, exceptedRules(answers.get(number)));
    for (const [number, { namespace, kind, rule }] of this.#questions.entries()) {
      if (kind === 'exception') continue;
      const outcome = outcomes[namespace]!;
      const results = resultsOf(answers.get(number), `${outcome.namespace}.${rule}`, odd);
      const suffix = rule.replace(/^(deny|violation|warn)_?/, '');
      if (excepted.get(namespace)?.has(suffix)) outcome.exceptions.push(...results);
      else (kind === 'failure' ? outcome.failures : outcome.warnings).push(...results);
    }
    return { outcomes, odd };
  }
}

/** `exception[_][_]`: names of rules without their `deny_` or `warn_`. */
function exceptedRules(answer: unknown): Set<string> {
  const lists = Array.isArray(answer) ? answer : Object.values(answer ?? {});
  return new Set(
    lists.flatMap((list) =>
      typeof list === 'object' && list !== null ? Object.values(list) : [],
    ) as string[],
  );
}

/** The results in a rule's set; what is no set gives none. Of untrusted origin. */
function resultsOf(answer: unknown, rule: string, odd: string[]): RuleResult[] {
  if (!Array.isArray(answer)) return [];
  return answer.flatMap((item: unknown): RuleResult[] => {
    if (typeof item === 'string') return [{ msg: item, metadata: {} }];
    if (typeof item !== 'object' || item === null || Array.isArray(item)) {
      odd.push(`${rule} gave ${JSON.stringify(item)}, which is neither a text nor an object with msg`);
      return [];
    }
    const { msg, ...metadata } = item as Record<string, unknown>;
    if (typeof msg !== 'string') {
      throw new PolicyError(
        'InvalidRule',
        `${rule} gave a result without a text msg: ${JSON.stringify(item)}`,
        {
          hint: 'a result is a text, or an object with msg and code',
        },
      );
    }
    return [{ msg, metadata }];
  });
}
