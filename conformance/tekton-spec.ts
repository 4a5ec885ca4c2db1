// What the Tekton Pipelines API specification requires of an implementation (docs/api-spec.md of tektoncd/pipeline, and
// the 27 tests of its conformance policy), as cases of our own, on the embedded factory.
//
//   bin/assay-node conformance/tekton-spec.ts [--only TEXT] [--timeout SECONDS]
//
// Prints a line for each failure and `N passed, N failed`; exits 1 when something failed.
import { parseArgs } from 'node:util';
import { runCase, type SpecCase } from './tekton-spec/case.ts';
import { paramCases } from './tekton-spec/params.ts';
import { pipelineRunCases } from './tekton-spec/pipeline-runs.ts';
import { progressCases } from './tekton-spec/progress.ts';
import { sidecarCases } from './tekton-spec/sidecars.ts';
import { stepCases } from './tekton-spec/steps.ts';
import { taskRunCases } from './tekton-spec/task-runs.ts';
import { inParallel, withFactory } from './with-factory.ts';

const { values: flags } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string', default: '' }, timeout: { type: 'string', default: '60' } },
});
const all: SpecCase[] = [
  ...taskRunCases,
  ...stepCases,
  ...sidecarCases,
  ...paramCases,
  ...pipelineRunCases,
  ...progressCases,
];
const cases = all.filter(({ name }) => name.includes(flags.only));
const failures: string[] = [];
await withFactory({}, (factory) =>
  inParallel(cases, 4, async (spec) => {
    try {
      await runCase(factory, spec, `spec-${cases.indexOf(spec)}`, Number(flags.timeout) * 1000);
    } catch (error) {
      failures.push(`FAIL ${spec.name}: ${(error as Error).message}`);
    }
  }),
);
for (const line of failures) console.log(line);
console.log(`${cases.length - failures.length} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;
