// Runs Tekton Chains' golden cases against the observer.
//
//   bin/assay-node conformance/chains.ts <corpus>/chains
//
// Prints each failure, then `N passed, N failed`; exits 1 when any failed. Values are compared by meaning, as the
// corpus' README lays down.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ResourceDescriptor } from '@assay/attestation';
import {
  createStatement,
  familyOf,
  pipelineRunInputs,
  type StatementFormat,
  stepInputs,
  taskDescriptorFor,
  taskRunDependencies,
  withoutDuplicates,
} from '@assay/observer';
import type { PipelineRun, StepState, TaskRun } from '@assay/tekton';
import { leftOut, meaning, sortedList } from './chains-meaning.ts';

interface StatementCase {
  source: string;
  inputs: string[];
  builderId: string;
  expected: Record<string, unknown>;
}

type TableCase = Record<string, unknown> & { name: string };

const root = process.argv[2];
if (root === undefined || !existsSync(join(root, 'expected-json'))) {
  console.error('usage: chains.ts DIRECTORY, the one that holds expected-json/');
  process.exit(2);
}

/** Stands where the tables use a constant that was not transcribed. */
const digest = 'sha256:05f95b26ed10668b7183c1e2da98610e91372fa9f510046d4ce5812addad86b7';

let passed = 0;
const failures: string[] = [];
const formats: Record<string, StatementFormat> = {
  v1: 'slsa/v1',
  v2alpha3: 'slsa/v2alpha3',
  v2alpha4: 'slsa/v2alpha4',
};

for (const file of readdirSync(join(root, 'expected-json')).sort()) {
  const content = readFileSync(join(root, 'expected-json', file), 'utf8');
  if (file.endsWith('.table.json'))
    runTable(file, JSON.parse(content.replaceAll('"??digest"', `"${digest}"`)));
  else runStatement(file, JSON.parse(content));
}
for (const failure of failures) console.log(failure);
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;

function runStatement(file: string, test: StatementCase): void {
  const format = formats[file.split('.')[0] ?? ''];
  const objects = [...new Set(test.inputs)].map(readObject);
  const [run, ...children] = objects;
  compare(file, test.expected, () =>
    createStatement(run as TaskRun | PipelineRun, {
      ...(format !== undefined && { format }),
      builderId: test.builderId,
      children: children as TaskRun[],
    }),
  );
}

function runTable(file: string, table: { cases: TableCase[] }): void {
  for (const test of table.cases) {
    const name = `${file}: ${test.name}`;
    const wanted = test.want ?? test.expected ?? [];
    if (leftOut(wanted) || leftOut(test.pipelineRunObject)) continue;
    const ignore = () => {};
    if (file.includes('.TestFromPipelineParamsAndResults.')) {
      const family = familyOf(flatten(test.pipelineRunObject) as PipelineRun, []);
      const deep = test.enableDeepInspection === true;
      compare(name, sortedList(wanted), () => sortedList(pipelineRunInputs(family, deep, ignore)));
    } else if (file.includes('.TestFromStepActionsResults.')) {
      const run = { status: { steps: test.steps as StepState[] } } as TaskRun;
      compare(name, sortedList(wanted), () => sortedList(stepInputs(run, ignore)));
    } else if (file.includes('.TestTaskRun.')) {
      const options = test.resolveOpts as { withStepActionsResults?: boolean } | undefined;
      const withStepResults = options?.withStepActionsResults ?? false;
      compare(name, wanted, () =>
        taskRunDependencies(flatten(test.obj) as TaskRun, { withStepResults }, ignore),
      );
    } else if (file.includes('.TestRemoveDuplicates.')) {
      compare(name, wanted, () => withoutDuplicates(test.rds as ResourceDescriptor[]));
    } else if (file.includes('.TestGetTaskDescriptor.')) {
      compare(name, test.shouldErr === true, () =>
        throws(() => taskDescriptorFor(String(test.buildDefinitionType))),
      );
    } else failures.push(`${name}: no rule for this table`);
  }
}

function compare(name: string, expected: unknown, compute: () => unknown): void {
  try {
    const got = JSON.stringify(meaning(compute(), expected), undefined, 1);
    const want = JSON.stringify(meaning(expected, expected), undefined, 1);
    if (got === want) passed++;
    else failures.push(`${name}\n  expected ${want}\n  got      ${got}`);
  } catch (error) {
    failures.push(`${name}\n  ${(error as Error).stack}`);
  }
}

function readObject(path: string): unknown {
  return JSON.parse(readFileSync(join(root ?? '', path), 'utf8'));
}

/** Go's embedded structures, written out in the tables, have their members directly in `status`. */
function flatten(object: unknown): unknown {
  const { status = {}, ...rest } = (object ?? {}) as { status?: Record<string, unknown> };
  const { taskRunStatusFields, pipelineRunStatusFields, ...own } = status;
  return {
    ...rest,
    status: { ...own, ...(taskRunStatusFields as object), ...(pipelineRunStatusFields as object) },
  };
}

function throws(action: () => unknown): boolean {
  try {
    action();
    return false;
  } catch {
    return true;
  }
}
