import {
  type CoverageReport,
  durationText,
  type LineProfile,
  type QueryResult,
  RegoObject,
  type RegoProblem,
  type Value,
} from '@assay/rego';
import { printable } from '../terminal/style.ts';
import type { LineProfileRounds, Statistics } from './aggregate-rounds.ts';
import { compactJson, type Json, writeJson } from './json-output.ts';
import { printProblems } from './opa-error.ts';
import { tableText } from './table.ts';

export const resultFormats = ['json', 'values', 'bindings', 'pretty', 'raw', 'discard'] as const;
export type ResultFormat = (typeof resultFormats)[number];

/** A problem of the policy, or of loading it. */
export type OutputProblem = RegoProblem | { message: string };

/** Everything that an evaluation can print. */
export interface Output {
  query: string;
  result?: QueryResult[];
  errors?: readonly OutputProblem[];
  /** The errors ended the evaluation. */
  fatal?: boolean;
  metrics?: Record<string, number>;
  /** Of several rounds, in place of `metrics`. */
  aggregatedMetrics?: Record<string, Statistics>;
  /** Of several rounds, in place of `profile`. */
  aggregatedProfile?: LineProfileRounds[];
  coverage?: CoverageReport;
  explanation?: string;
  profile?: LineProfile[];
}

/** Prints an evaluation's results in one of OPA's formats; errors go to standard error where the format has no place for them. */
export function printResults(output: Output, format: ResultFormat, limit: number): void {
  if (format === 'json') {
    writeJson(outputJson(output, false));
  } else if (format === 'discard') {
    writeJson(outputJson(output, true));
  } else if (format === 'pretty') {
    printPretty(output, limit);
  } else if (output.errors) {
    printErrors(output.errors);
  } else {
    for (const result of output.result ?? []) printOne(result, format);
  }
}

function printOne({ bindings, expressions }: QueryResult, format: 'values' | 'bindings' | 'raw'): void {
  if (format === 'bindings') {
    writeJson(bindingsJson(bindings));
  } else if (format === 'values') {
    writeJson(expressions.map(({ value }) => value as Json));
  } else {
    const texts = expressions.map(({ value }) => (typeof value === 'string' ? value : compactJson(value)));
    process.stdout.write(`${texts.join(' ')}\n`);
  }
}

function outputJson(output: Output, discard: boolean): Json {
  const { result, errors, metrics, coverage, explanation, profile } = output;
  const defined = result && result.length > 0;
  return {
    ...(errors ? { errors: errors.map(problemJson) } : {}),
    ...(defined ? { result: discard ? 'discarded' : result.map(resultJson) } : {}),
    ...(metrics ? { metrics } : {}),
    ...(output.aggregatedMetrics ? { aggregated_metrics: output.aggregatedMetrics } : {}),
    ...(explanation ? { explanation: explanation.trimEnd().split('\n') } : {}),
    ...(profile ? { profile: profile as unknown as Json } : {}),
    ...(output.aggregatedProfile ? { aggregated_profile: output.aggregatedProfile as unknown as Json } : {}),
    ...(coverage ? { coverage: coverage as unknown as Json } : {}),
  };
}

function resultJson({ bindings, expressions }: QueryResult): Json {
  return {
    expressions: expressions.map(({ value, text, location }) => ({
      value: value as Json,
      text,
      location: { row: location.row, col: location.col },
    })),
    ...(bindings.size > 0 ? { bindings: bindingsJson(bindings) } : {}),
  };
}

function bindingsJson(bindings: ReadonlyMap<string, Value>): Json {
  return RegoObject.of(bindings);
}

/** A problem in OPA's JSON. */
export function problemJson(problem: OutputProblem): Json {
  if (!('code' in problem)) return { message: problem.message };
  const { code, message, file, row, col, details, hint } = problem;
  return {
    message,
    code,
    ...(row > 0 ? { location: { file, row, col } } : {}),
    ...(details ? { details: { line: details.line, idx: details.idx } } : {}),
    ...(hint === undefined ? {} : { hint }),
  };
}

/** Prints problems on standard error, then each hint once. */
export function printErrors(errors: readonly OutputProblem[]): void {
  const [first] = errors;
  if (first && !('code' in first)) process.stderr.write(`1 error occurred: ${printable(first.message)}\n`);
  else printProblems(errors.filter((problem): problem is RegoProblem => 'code' in problem));
}

function printPretty(output: Output, limit: number): void {
  const { result, errors, metrics, coverage, explanation, profile } = output;
  if (explanation) process.stdout.write(explanation);
  if (errors) printErrors(errors);
  else if (!result || result.length === 0) process.stdout.write('undefined\n');
  else printTable(result, limit);
  if (metrics) {
    const rows = Object.entries(metrics).map(([name, value]) => [name, String(value)]);
    process.stdout.write(tableText(['Metric', 'Value'], rows));
  }
  if (profile && profile.length > 0) {
    const rows = profile.map((line) => [
      durationText(line.total_time_ns),
      String(line.num_eval),
      String(line.num_redo),
      String(line.num_gen_expr),
      `${line.location.file || 'query'}:${line.location.row}`,
    ]);
    process.stdout.write(tableText(['Time', 'Num Eval', 'Num Redo', 'Num Gen Expr', 'Location'], rows));
  }
  printRounds(output);
  if (coverage) {
    process.stdout.write(tableText([], [['Overall Coverage', coverage.coverage.toFixed(2)]]));
  }
}

const statisticKeys = ['min', 'max', 'mean', '90%', '99%'];
const statisticTitles = ['Min', 'Max', 'Mean', '90%', '99%'];

function printRounds({ aggregatedMetrics, aggregatedProfile }: Output): void {
  if (aggregatedMetrics) {
    const rows = Object.entries(aggregatedMetrics).map(([name, values]) => [
      name,
      ...statisticKeys.map((key) => String(values[key])),
    ]);
    process.stdout.write(tableText(['Metric', ...statisticTitles], rows));
  }
  if (aggregatedProfile) {
    const rows = aggregatedProfile.map((line) => [
      ...statisticKeys.map((key) => durationText(line.total_time_ns_stats[key]!)),
      String(line.num_eval),
      String(line.num_redo),
      String(line.num_gen_expr),
      `${line.location.file || 'query'}:${line.location.row}`,
    ]);
    const titles = [...statisticTitles, 'Num Eval', 'Num Redo', 'Num Gen Expr', 'Location'];
    process.stdout.write(tableText(titles, rows));
  }
}

/** One value alone as JSON; several as a table, a row for each result. */
function printTable(results: readonly QueryResult[], limit: number): void {
  const [first] = results as [QueryResult];
  const single = results.length === 1 && first.bindings.size === 0;
  if (single && (first.expressions.length === 1 || first.expressions.every(isBoolean))) {
    writeJson(first.expressions[0]!.value as Json);
    return;
  }
  const names = [...first.bindings.keys()].sort();
  const shown = first.expressions.flatMap((expression, index) =>
    isBoolean(expression) && first.bindings.size > 0 ? [] : [index],
  );
  const headers = [...names, ...shown.map((index) => first.expressions[index]!.text)];
  const rows = results.map(({ bindings, expressions }) => [
    ...names.map((name) => cut(compactJson(bindings.get(name)!), limit)),
    ...shown.map((index) => cut(compactJson(expressions[index]!.value), limit)),
  ]);
  process.stdout.write(tableText(headers, rows));
}

function isBoolean({ value }: QueryResult['expressions'][number]): boolean {
  return typeof value === 'boolean';
}

function cut(text: string, limit: number): string {
  return limit > 0 && text.length > limit ? `${text.slice(0, limit)}...` : text;
}
