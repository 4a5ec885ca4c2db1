import type { Criteria, CriteriaTarget } from '../criteria/criteria.ts';
import { type Criterial, matchersOf } from '../criteria/matchers.ts';
import { timeText } from '../spec/effective-time.ts';
import { codeOf, type RuleInfo, type RuleResult, textsOf } from './rule-info.ts';

/** What the rules of one namespace said about one input. */
export interface NamespaceOutcome {
  namespace: string;
  warnings: RuleResult[];
  failures: RuleResult[];
  exceptions: RuleResult[];
  skipped: RuleResult[];
}

/** What a report lists. */
export interface Verdict {
  violations: RuleResult[];
  warnings: RuleResult[];
  successes: RuleResult[];
}

export interface SettleOptions {
  /** Of the whole source, by code. */
  rules: ReadonlyMap<string, RuleInfo>;
  criteria: Criteria;
  target: CriteriaTarget;
  effectiveTime: Date;
  /** Codes that count whatever their term is, in place of the criteria: Conforma's filter type `ec-policy`. */
  chosen?: ReadonlySet<string>;
  /** The result's own origin decides nothing when its code is used by both kinds, as upstream; see docs/decisions. */
  quirks?: boolean;
}

type Kind = 'warning' | 'failure' | 'exception' | 'skipped';

interface Sorted {
  kind: Kind;
  result: RuleResult;
}

const exactTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const ninetyDaysMs = 90 * 24 * 3600 * 1000;

/**
 * Turns what the rules of a source said into violations, warnings and successes, in the order of Conforma's pipeline: metadata
 * of the annotations, old dates, criteria, severity and effective dates, successes, criteria that matched nothing, dependencies.
 */
export function settle(outcomes: readonly NamespaceOutcome[], options: SettleOptions): Verdict {
  const { rules, criteria, target, effectiveTime } = options;
  const verdict: Verdict = { violations: [], warnings: [], successes: [] };
  const skippedCodes = new Set<string>();
  const unmatched = new Set(criteria.includesFor(target).filter((value) => value !== '*'));
  for (const outcome of outcomes) {
    const sorted = sortedResults(outcome).map(({ kind, result }) => ({
      kind,
      result: withoutOldDate(withRuleInfo(result, rules.get(codeOf(result))), effectiveTime),
    }));
    const kinds = options.quirks ? kindsByCode(sorted) : sorted.map(({ kind }) => kind);
    const present = new Set<string>();
    for (const [index, { result }] of sorted.entries()) {
      const code = codeOf(result);
      if (code !== '' && !isIncluded(criterialOf(result), options, unmatched)) continue;
      present.add(code);
      const kind = kinds[index]!;
      if (kind === 'exception') continue;
      if (kind === 'skipped') skippedCodes.add(code);
      else place(verdict, kind, result, effectiveTime);
    }
    for (const rule of rules.values()) {
      if (rule.package !== outcome.namespace || present.has(rule.code)) continue;
      if (isIncluded(criterialOfRule(rule), options, unmatched)) verdict.successes.push(successOf(rule));
    }
  }
  for (const criterion of unmatched) {
    verdict.warnings.push({
      msg: `Include criterion '${criterion}' doesn't match any policy rule`,
      metadata: {},
    });
  }
  return withExcludeHints(withoutDependents(verdict, skippedCodes, rules));
}

const missingCriterion = /^Include criterion '.*' doesn't match any policy rule$/s;

/** Whether a warning is not about what was judged but about a criterion that names nothing. */
export function isAboutCriterion({ msg, metadata }: RuleResult): boolean {
  return Object.keys(metadata).length === 0 && missingCriterion.test(msg);
}

function sortedResults(outcome: NamespaceOutcome): Sorted[] {
  const of = (kind: Kind, results: readonly RuleResult[]) => results.map((result) => ({ kind, result }));
  return [
    ...of('warning', outcome.warnings),
    ...of('failure', outcome.failures),
    ...of('exception', outcome.exceptions),
    ...of('skipped', outcome.skipped),
  ];
}

/** Upstream asks where a code occurs first, warnings before failures; a result without code is asked for by its message. */
function kindsByCode(sorted: readonly Sorted[]): Kind[] {
  const first = new Map<string, Kind>();
  const key = (result: RuleResult) => codeOf(result) || `\0${result.msg}`;
  for (const { kind, result } of sorted) if (!first.has(key(result))) first.set(key(result), kind);
  return sorted.map(({ result }) => first.get(key(result))!);
}

function withRuleInfo(result: RuleResult, rule: RuleInfo | undefined): RuleResult {
  if (!rule) return result;
  const annotated = {
    title: rule.title,
    effective_on: rule.effectiveOn,
    description: rule.description,
    solution: rule.solution,
    collections: rule.collections,
    depends_on: rule.dependsOn,
  };
  const given = Object.entries(annotated).filter(([, value]) => value.length > 0);
  return { ...result, metadata: { ...result.metadata, ...Object.fromEntries(given) } };
}

/** A rule that has been in force for long need not say since when; a result that no rule can be told of keeps its date. */
function withoutOldDate(result: RuleResult, effectiveTime: Date): RuleResult {
  if (typeof result.metadata.code !== 'string') return result;
  const on = effectiveOn(result);
  if (!on || on.getTime() >= effectiveTime.getTime() - ninetyDaysMs) return result;
  const { effective_on: _, ...metadata } = result.metadata;
  return { ...result, metadata };
}

function effectiveOn(result: RuleResult): Date | undefined {
  const text = result.metadata.effective_on;
  if (typeof text !== 'string' || !exactTime.test(text)) return undefined;
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

function criterialOf(result: RuleResult): Criterial {
  return {
    code: codeOf(result),
    terms: textsOf(result, 'term'),
    collections: textsOf(result, 'collections'),
  };
}

function criterialOfRule(rule: RuleInfo): Criterial {
  return { code: rule.code, terms: [], collections: rule.collections };
}

function isIncluded(result: Criterial, options: SettleOptions, unmatched: Set<string>): boolean {
  for (const matcher of matchersOf(result)) unmatched.delete(matcher);
  return options.chosen?.has(result.code) ?? options.criteria.includes(result, options.target);
}

/** A violation whose day has not come is a warning; a `severity` given by the result overrides its kind. */
function place(verdict: Verdict, kind: 'warning' | 'failure', result: RuleResult, effectiveTime: Date): void {
  const { severity } = result.metadata;
  if (kind === 'warning' ? severity !== 'failure' : severity === 'warning') {
    verdict.warnings.push(result);
    return;
  }
  const on = effectiveOn(result);
  if (on && on >= effectiveTime) {
    const msg = `${withoutStop(result.msg)}. This will become a failure starting on ${timeText(on)}`;
    verdict.warnings.push({ ...result, msg });
  } else verdict.violations.push(result);
}

function successOf(rule: RuleInfo): RuleResult {
  const metadata = {
    code: rule.code,
    title: rule.title,
    description: rule.description,
    collections: rule.collections,
    depends_on: rule.dependsOn,
    effective_on: rule.effectiveOn,
  };
  return {
    msg: 'Pass',
    metadata: Object.fromEntries(Object.entries(metadata).filter(([, value]) => value.length > 0)),
  };
}

/** A result says nothing while what it depends on is itself reported. Only dependencies from annotations count. */
function withoutDependents(
  verdict: Verdict,
  skipped: ReadonlySet<string>,
  rules: ReadonlyMap<string, RuleInfo>,
): Verdict {
  const reported = new Set(
    [...verdict.violations, ...verdict.warnings].map(codeOf).filter((code) => code !== ''),
  );
  const stands = (result: RuleResult) =>
    !(rules.get(codeOf(result))?.dependsOn ?? []).some((code) => reported.has(code) || skipped.has(code));
  return {
    violations: verdict.violations.filter(stands),
    warnings: verdict.warnings.filter(stands),
    successes: verdict.successes.filter(stands),
  };
}

function withExcludeHints(verdict: Verdict): Verdict {
  return { ...verdict, violations: verdict.violations.map(withExcludeHint) };
}

function withExcludeHint(result: RuleResult): RuleResult {
  const { description } = result.metadata;
  const code = codeOf(result);
  if (typeof description !== 'string' || description === '' || code === '') return result;
  const terms = textsOf(result, 'term').map((term) => `"${code}:${term}"`);
  const what = terms.length > 1 ? `one or more of ${terms.join(', ')}` : (terms[0] ?? `"${code}"`);
  const hint = `To exclude this rule add ${what} to the \`exclude\` section of the policy configuration.`;
  return { ...result, metadata: { ...result.metadata, description: `${withoutStop(description)}. ${hint}` } };
}

function withoutStop(text: string): string {
  return text.endsWith('.') ? text.slice(0, -1) : text;
}

/** By code, then first term, then message: the order of every list in a report. */
export function inReportOrder(results: readonly RuleResult[]): RuleResult[] {
  const keys = (result: RuleResult) => [codeOf(result), textsOf(result, 'term')[0] ?? '', result.msg];
  return [...results].sort((a, b) => {
    const left = keys(a);
    const right = keys(b);
    for (const [index, key] of left.entries()) {
      if (key !== right[index]) return key < right[index]! ? -1 : 1;
    }
    return 0;
  });
}

/** What is left of the metadata when nothing more was asked for. */
export function withoutInfo(result: RuleResult): RuleResult {
  const kept = Object.entries(result.metadata).filter(([key]) =>
    ['code', 'effective_on', 'term'].includes(key),
  );
  return { ...result, metadata: Object.fromEntries(kept) };
}
