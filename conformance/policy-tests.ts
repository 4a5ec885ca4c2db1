import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { offlineBuiltins } from '@assay/policy';
import {
  Coverage,
  type CoverageReport,
  type HostBuiltin,
  parseDocument,
  prepareTests,
  RegoObject,
  type TestResult,
} from '@assay/rego';

/** The policies of a checkout of conforma/policy, with their tests. */
export interface PolicyTests {
  /** Sources by path below the checkout. */
  modules: Record<string, string>;
  data: RegoObject;
  builtins: readonly HostBuiltin[];
}

/** Reads what the project's own `make test` names: `policy`, `checks` and the example's rule data. */
export function readPolicyTests(directory: string): PolicyTests {
  const files = globSync(['policy/**/*.rego', 'checks/**/*.rego'], { cwd: directory }).sort();
  const ruleData = join('example', 'data', 'rule_data.yml');
  const data = parseDocument(readFileSync(join(directory, ruleData), 'utf8'), ruleData);
  if (files.length === 0 || !(data instanceof RegoObject)) {
    throw new Error(`${directory} is not a checkout of conforma/policy`);
  }
  return {
    modules: Object.fromEntries(files.map((file) => [file, readFileSync(join(directory, file), 'utf8')])),
    data,
    builtins: offlineBuiltins(),
  };
}

/** Runs every test. A policy that does not compile throws RegoError. */
export function runPolicyTests(
  { modules, data, builtins }: PolicyTests,
  options: { coverage?: boolean } = {},
): { results: TestResult[]; coverage?: CoverageReport } {
  const tracer = options.coverage ? new Coverage() : undefined;
  const run = prepareTests({ modules, data, builtins, ...(tracer ? { tracer } : {}) });
  const results = [...run.results()];
  return { results, ...(tracer ? { coverage: tracer.report(run.suite.modules) } : {}) };
}
