import type { Module } from '../syntax/ast.ts';
import { formatProblems } from '../syntax/problem-text.ts';
import { type ExplainMode, filterTrace, lineage, traceText } from '../trace/explanation.ts';
import { toJs } from '../values/json.ts';
import { durationText } from './duration.ts';
import type { Failure } from './failure.ts';
import { shownValue, type TestResult } from './run-tests.ts';
import { leaves, type SubResult } from './sub-results.ts';

export interface ReportOptions {
  /** Name every test, not only those that did not pass; show notes and failures of traces. */
  verbose?: boolean;
  /** Which events of kept traces to show. */
  explain?: ExplainMode;
  /** The modules, for the texts in traces. */
  modules?: readonly Module[];
  /** Show the values of variables in traces. */
  variables?: boolean;
}

const rule = '-'.repeat(80);

/** A report of test results in `opa test`'s words, with the place and the values of each failure. */
export function prettyTestReport(results: readonly TestResult[], options: ReportOptions = {}): string {
  const lines: string[] = [];
  let file = '';
  for (const result of results) {
    if (result.outcome === 'pass' && !options.verbose) continue;
    if (file !== '' && file !== result.location.file) lines.push('');
    file = result.location.file;
    lines.push(`${file}:${result.location.row}:`, headline(result), ...caseLines(result, options));
    const output = result.output.trim();
    if (output !== '') lines.push('', ...output.split('\n').map(indented), '');
    if (result.error) lines.push(...formatProblems(result.error.errors).split('\n').map(indented));
  }
  const shown = lines.length > 0;
  lines.push(...failureLines(results, options));
  if (shown) lines.push(rule);
  lines.push(...summary(results));
  return lines.map((line) => `${line}\n`).join('');
}

/** The results as `opa test --format json` lists them. Output is base64. */
export function testResultsJson(results: readonly TestResult[]): Record<string, unknown>[] {
  return results.map((result) => ({
    location: {
      file: result.location.file,
      row: result.location.row,
      col: result.location.col,
    },
    package: result.package,
    name: result.name,
    ...(result.error
      ? { error: result.error.errors.length === 1 ? problemJson(result) : problemList(result) }
      : {}),
    ...(result.outcome === 'fail' ? { fail: true } : {}),
    ...(result.outcome === 'skip' ? { skip: true } : {}),
    ...(result.output === '' ? {} : { output: base64(result.output) }),
    ...(result.failure ? { failure: failureJson(result.failure) } : {}),
    ...(result.subResults.size > 0 ? { sub_results: subResultsJson(result.subResults) } : {}),
    duration: result.duration,
  }));
}

function headline(result: TestResult): string {
  const outcome = { pass: 'PASS', fail: 'FAIL', error: 'ERROR', skip: 'SKIPPED' }[result.outcome];
  const took = result.outcome === 'skip' ? '' : ` (${durationText(result.duration)})`;
  return `${result.package}.${result.name}: ${outcome}${took}`;
}

function caseLines({ subResults }: TestResult, { verbose }: ReportOptions): string[] {
  const lines: string[] = [];
  const add = (results: ReadonlyMap<string, SubResult>, depth: number): void => {
    for (const { name, fail, subResults: inner } of results.values()) {
      if (!fail && !verbose) continue;
      lines.push(`${'  '.repeat(depth)}${name}: ${fail ? 'FAIL' : 'PASS'}`);
      add(inner, depth + 1);
    }
  };
  add(subResults, 1);
  return lines;
}

function failureLines(results: readonly TestResult[], options: ReportOptions): string[] {
  const failed = results.filter(({ outcome }) => outcome === 'fail');
  if (failed.length === 0) return [];
  const lines = [rule, 'FAILURES', rule];
  for (const result of failed) {
    lines.push(headline(result), '', ...traceLines(result, options));
    const cases = [...leaves(result.subResults)].filter(({ result: sub }) => sub.fail);
    for (const { names, result: sub } of cases) {
      lines.push(`  ${names.join('/')}:`, ...failureText(sub.failure).map(indented), '');
    }
    if (cases.length === 0) lines.push(...failureText(result.failure, result), '');
  }
  return lines;
}

function traceLines(
  { trace }: TestResult,
  { explain, verbose, modules = [], variables = false }: ReportOptions,
): string[] {
  if (!trace || (!verbose && !explain)) return [];
  const events = explain
    ? filterTrace(trace, explain)
    : lineage(trace, ({ op }) => op === 'Note' || op === 'Fail');
  const text = traceText(events, modules, { variables });
  return text === '' ? [] : [...text.trimEnd().split('\n').map(indented), ''];
}

function failureText(failure: Failure | undefined, result?: TestResult): string[] {
  const lines: string[] = [];
  if (failure) {
    const { location, text, values, differences } = failure;
    lines.push(`  ${location.file}:${location.row}:`, ...dedented(text).map((line) => `    ${line}`));
    for (const { text: name, value } of values) {
      lines.push(`      ${name.replace(/\s+/g, ' ')} = ${shownValue(value)}`);
    }
    for (const { path, left, right } of differences) {
      if (path === '' && left !== undefined && right !== undefined && values.length > 0) continue;
      const sides = `${left === undefined ? 'nothing' : shownValue(left)} and ${right === undefined ? 'nothing' : shownValue(right)}`;
      lines.push(`      they differ${path === '' ? '' : ` at ${path}`}: ${sides}`);
    }
  }
  if (result?.value !== undefined) {
    lines.push(`  the test's value is ${shownValue(result.value)}; it passes only if it is true`);
  }
  if (lines.length === 0) lines.push('  undefined: no body of the test holds');
  return lines;
}

function summary(results: readonly TestResult[]): string[] {
  const counts = { pass: 0, fail: 0, skip: 0, error: 0 };
  for (const { outcome, subResults } of results) {
    const cases = outcome === 'pass' || outcome === 'fail' ? [...leaves(subResults)] : [];
    if (cases.length === 0) counts[outcome] += 1;
    for (const { result } of cases) counts[result.fail ? 'fail' : 'pass'] += 1;
  }
  const total = counts.pass + counts.fail + counts.skip + counts.error;
  const named = [
    ['PASS', counts.pass],
    ['FAIL', counts.fail],
    ['SKIPPED', counts.skip],
    ['ERROR', counts.error],
  ] as const;
  return named.filter(([, count]) => count > 0).map(([name, count]) => `${name}: ${count}/${total}`);
}

function problemJson({ error }: TestResult): Record<string, unknown> {
  const { code, message, file, row, col } = error!.errors[0]!;
  return { code, message, location: { file, row, col } };
}

function problemList({ error }: TestResult): Record<string, unknown>[] {
  return error!.errors.map(({ code, message, file, row, col }) => ({
    code,
    message,
    location: { file, row, col },
  }));
}

function failureJson({ location, text, values }: Failure): Record<string, unknown> {
  return {
    location: { file: location.file, row: location.row, col: location.col },
    text,
    values: Object.fromEntries(values.map((item) => [item.text, toJs(item.value)])),
  };
}

function subResultsJson(results: ReadonlyMap<string, SubResult>): Record<string, unknown> {
  return Object.fromEntries(
    [...results].map(([key, { name, fail, subResults }]) => [
      key,
      {
        name,
        ...(fail ? { fail } : {}),
        ...(subResults.size > 0 ? { sub_results: subResultsJson(subResults) } : {}),
      },
    ]),
  );
}

function dedented(text: string): string[] {
  const [first = '', ...rest] = text.split('\n');
  const depth = Math.min(
    ...rest.filter((line) => line.trim() !== '').map((line) => /^\s*/.exec(line)![0].length),
  );
  return [first, ...rest.map((line) => line.slice(Number.isFinite(depth) ? depth : 0))];
}

function indented(line: string): string {
  return line === '' ? '' : `  ${line}`;
}

function base64(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
