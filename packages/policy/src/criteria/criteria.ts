import { parseTime } from '../spec/effective-time.ts';
import type { PolicySource, PolicySpec, VolatileCriterion } from '../spec/policy-spec.ts';
import { type Criterial, matchersOf, scoreOf } from './matchers.ts';

/** The image that a result is about, as far as criteria can name it. */
export interface CriteriaTarget {
  /** Without tag and digest; absent when the reference cannot be read. */
  repository?: string;
  /** `sha256:...`. */
  digest?: string;
  component?: string;
}

interface Item {
  value: string;
  /** What must be equal to something of the target. Absent: every image. */
  scope?: { repository?: string; digest?: string; component?: string };
}

/** A volatile entry that could not be read, and is therefore not in force. */
export interface UnreadableCriterion {
  value: string;
  problem: string;
}

/** The children of an image index are components named after it. */
const expandedName = /-sha256:[0-9a-f]{64}-.+$/;

/**
 * What a source of a policy includes and excludes at a given time. A result counts when what includes it is more specific
 * than what excludes it.
 * @see https://conforma.dev/docs/cli/configuration.html#_including_and_excluding_rules
 */
export class Criteria {
  readonly unreadable: readonly UnreadableCriterion[];
  readonly #include: readonly Item[];
  readonly #exclude: readonly Item[];
  readonly #scopedFallback: boolean;

  /**
   * @param options.scopedFallback an image that only includes scoped to other images are given for has all rules, not
   * none. @default true
   */
  constructor(
    source: PolicySource,
    configuration: PolicySpec['configuration'],
    at: Date,
    options: { scopedFallback?: boolean } = {},
  ) {
    const unreadable: UnreadableCriterion[] = [];
    const items = (kind: 'include' | 'exclude'): Item[] => [
      ...(source.config?.[kind] ?? []).map((value) => ({ value })),
      ...(source.volatileConfig?.[kind] ?? []).flatMap((entry) => volatileItems(entry, at, unreadable)),
    ];
    let include = items('include');
    let exclude = items('exclude');
    if (include.length === 0 && exclude.length === 0 && configuration) {
      const collections = (configuration.collections ?? []).map((name) => `@${name}`);
      include = [...(configuration.include ?? []), ...collections].map((value) => ({ value }));
      exclude = (configuration.exclude ?? []).map((value) => ({ value }));
    }
    if (include.length === 0) include = [{ value: '*' }];
    this.#include = include;
    this.#exclude = exclude;
    this.#scopedFallback = options.scopedFallback ?? true;
    this.unreadable = unreadable;
  }

  /** Whether a result about `target` counts. */
  includes(result: Criterial, target: CriteriaTarget): boolean {
    const matchers = matchersOf(result);
    const included = applicable(this.#include, target);
    if (included.length === 0 && this.#scopedFallback) included.push('*');
    return total(matchers, included) > total(matchers, applicable(this.#exclude, target));
  }

  /**
   * Whether some result of a rule could count for `target` once its term is known. Conforma does not look for terms before it evaluates,
   * and leaves a package out that only a criterion with a term names.
   */
  includesSomeOf(rule: Criterial, target: CriteriaTarget): boolean {
    const names = new Set(matchersOf(rule));
    return applicable(this.#include, target).some((value) => {
      const colon = value.indexOf(':');
      return colon > 0 && names.has(value.slice(0, colon));
    });
  }

  /** The exclude criteria for `target`, in the order they are written. */
  excludesFor(target: CriteriaTarget): string[] {
    return applicable(this.#exclude, target);
  }

  /** The include criteria for `target`, in the order they are written. */
  includesFor(target: CriteriaTarget): string[] {
    return applicable(this.#include, target);
  }
}

function volatileItems(entry: VolatileCriterion, at: Date, unreadable: UnreadableCriterion[]): Item[] {
  for (const [field, text, outside] of [
    ['effectiveOn', entry.effectiveOn, (time: Date) => at < time],
    ['effectiveUntil', entry.effectiveUntil, (time: Date) => at > time],
  ] as const) {
    if (text === undefined) continue;
    const time = parseTime(text);
    if (!time) {
      unreadable.push({ value: entry.value, problem: `${field} ${JSON.stringify(text)} is not a time` });
      return [];
    }
    if (outside(time)) return [];
  }
  const { value } = entry;
  const digest = entry.imageDigest ?? entry.imageRef;
  if (entry.imageUrl) return [{ value, scope: { repository: entry.imageUrl } }];
  if (digest) return [{ value, scope: { digest } }];
  if (entry.componentNames?.length) {
    return entry.componentNames.map((component) => ({ value, scope: { component } }));
  }
  return [{ value }];
}

/** By repository, then digest, then component, then the global ones; an image without reference gets the global ones. */
function applicable(items: readonly Item[], target: CriteriaTarget): string[] {
  const values: string[] = [];
  const add = (matches: (scope: NonNullable<Item['scope']>) => boolean) => {
    for (const { value, scope } of items) if (scope && matches(scope)) values.push(value);
  };
  const { repository, digest, component } = target;
  if (repository !== undefined) add((scope) => scope.repository === repository);
  if (digest !== undefined) add((scope) => scope.digest === digest);
  if (component !== undefined) {
    const names = new Set([component, component.replace(expandedName, '')]);
    add((scope) => scope.component !== undefined && names.has(scope.component));
  }
  for (const { value, scope } of items) if (!scope) values.push(value);
  return values;
}

function total(matchers: readonly string[], criteria: readonly string[]): number {
  let sum = 0;
  for (const criterion of criteria) {
    for (const matcher of matchers) if (matcher === criterion) sum += scoreOf(criterion);
  }
  return sum;
}
