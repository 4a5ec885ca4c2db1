import {
  Coverage,
  type ExplainMode,
  prepareTests,
  prettyTestReport,
  type TestOptions,
  type TestResult,
  type TestRun,
  testResultsJson,
} from '@assay/rego';
import { timeoutOf } from './eval.ts';
import { type Json, writeJson } from './json-output.ts';
import { OpaFailure, withOpaErrors } from './opa-error.ts';
import { type PolicyFlags, readPolicy } from './policy-flags.ts';
import { pauseOptimizing, resumeOptimizingInLongRun } from './short-run.ts';
import { watchPaths } from './watch-paths.ts';

export interface TestFlags extends Omit<PolicyFlags, 'data' | 'bundle'> {
  /** The paths are bundles. */
  bundle?: boolean;
  verbose?: boolean;
  run?: string;
  timeout?: string;
  coverage?: boolean;
  threshold: string;
  format: 'pretty' | 'json';
  explain?: ExplainMode;
  varValues?: boolean;
  exitZeroOnSkipped?: boolean;
  failOnEmpty?: boolean;
  count: string;
  watch?: boolean;
}

/** `opa test`: exits 0 when all tests pass, 2 when one does not or too little is covered, 1 on other errors. */
export async function testCommand(paths: string[], flags: TestFlags): Promise<void> {
  pauseOptimizing();
  const threshold = Number(flags.threshold);
  const run = (): Promise<void> =>
    withOpaErrors(1, async () => {
      if (!(threshold >= 0 && threshold <= 100)) {
        throw new OpaFailure('Code coverage threshold must be between 0 and 100');
      }
      const { bundle, ...rest } = flags;
      const { compile } = await readPolicy({ ...rest, [bundle ? 'bundle' : 'data']: paths });
      let code = 0;
      for (let round = 0; round < Math.max(1, Number(flags.count)) && code === 0; round += 1) {
        code = runOnce({ ...compile, ...testOptions(flags) }, flags, threshold);
      }
      return code;
    });
  await run();
  if (!flags.watch) return;
  await watchPaths(paths, run);
  process.exitCode = 0;
}

function testOptions(flags: TestFlags): Partial<TestOptions> {
  return {
    ...(flags.run === undefined ? {} : { filter: nameFilter(flags.run) }),
    ...(flags.timeout === undefined ? {} : { timeoutMilliseconds: timeoutOf(flags.timeout) }),
    ...(flags.verbose || flags.explain || flags.varValues ? { trace: true } : {}),
  };
}

function nameFilter(pattern: string): (name: string) => boolean {
  try {
    const expression = new RegExp(pattern);
    return (name) => expression.test(name);
  } catch (cause) {
    throw new OpaFailure(`error parsing regexp: ${(cause as Error).message}`, undefined, { cause });
  }
}

function runOnce(options: TestOptions, flags: TestFlags, threshold: number): number {
  const coverage = flags.coverage || threshold > 0 ? new Coverage() : undefined;
  const run = prepareTests({ ...options, ...(coverage ? { tracer: coverage, trace: false } : {}) });
  const results: TestResult[] = [];
  for (const result of run.results()) {
    results.push(result);
    resumeOptimizingInLongRun();
  }
  if (coverage) return reportCoverage(coverage, run, results, flags, threshold);
  if (flags.format === 'json') {
    writeJson(testResultsJson(results) as unknown as Json);
  } else {
    process.stdout.write(
      prettyTestReport(results, {
        verbose: (flags.verbose ?? false) || flags.explain !== undefined,
        modules: run.suite.modules,
        variables: flags.varValues ?? false,
        ...(flags.explain ? { explain: flags.explain } : {}),
      }),
    );
  }
  if (results.length === 0 && flags.failOnEmpty) throw new OpaFailure('no tests were run');
  return exitCode(results, flags);
}

function exitCode(results: readonly TestResult[], flags: TestFlags): number {
  const counts = ({ outcome }: TestResult): boolean =>
    outcome !== 'pass' && !(outcome === 'skip' && flags.exitZeroOnSkipped);
  return results.some(counts) ? 2 : 0;
}

function reportCoverage(
  coverage: Coverage,
  { suite }: TestRun,
  results: readonly TestResult[],
  flags: TestFlags,
  threshold: number,
): number {
  const failed = results.filter(({ outcome }) => outcome === 'fail' || outcome === 'error');
  if (failed.length > 0) {
    process.stderr.write(prettyTestReport(failed, { verbose: flags.verbose ?? false }));
    return 1;
  }
  const report = coverage.report(suite.modules);
  if (report.coverage < threshold) {
    const missed = flags.verbose ? `\nLines not covered:${missedLines(report)}` : '';
    throw new OpaFailure(
      `Code coverage threshold not met: got ${report.coverage.toFixed(2)} instead of ${threshold.toFixed(2)}${missed}`,
      2,
    );
  }
  writeJson(report as unknown as Json);
  return exitCode(results, flags);
}

function missedLines({ files }: ReturnType<Coverage['report']>): string {
  let text = '';
  for (const [file, { not_covered: missed = [] }] of Object.entries(files)) {
    for (const { start, end } of missed) {
      text += `\n\t${file}:${start.row === end.row ? start.row : `${start.row}-${end.row}`}`;
    }
  }
  return text;
}
