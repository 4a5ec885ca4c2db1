// Runs Tekton's own examples on the embedded factory.
//
//   bin/assay-node conformance/tekton-examples.ts <corpus>/tekton-examples [-v] [--only TEXT] [--timeout SECONDS]
//
// The class `offline` is run, each file in a namespace of its own, every image replaced by the toolbox with
// that image's own ENTRYPOINT, CMD and shell; the other classes
// are reported as skipped with what they need. Prints a line for each failure and `N passed, N failed` at the end. What
// Assay refuses beforehand counts as failed, in a list of its own; exits 1 when anything else failed.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { FeatureFlags } from '@assay/tekton';
import { type ExampleCase, readExampleCases } from './example-cases.ts';
import { type Outcome, runExample } from './run-example.ts';
import { inParallel, withFactory } from './with-factory.ts';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    verbose: { type: 'boolean', short: 'v', default: false },
    only: { type: 'string' },
    timeout: { type: 'string', default: '60' },
  },
});
const directory = positionals[0];
if (directory === undefined || !existsSync(join(directory, 'tekton-examples.tsv'))) {
  console.error('usage: tekton-examples.ts DIRECTORY, the one that holds tekton-examples.tsv');
  process.exit(2);
}

/** Files that run at the same time. */
const concurrency = 4;
/** The one class that needs nothing but what the factory has. */
const runnable = 'offline';
/** Upstream runs its alpha examples with these; they admit all that the others need. */
const featureFlags: FeatureFlags = {
  enableApiFields: 'alpha',
  enableParamEnum: true,
  enableCELInWhenExpression: true,
  enableArtifacts: true,
};

const cases = readExampleCases(directory).filter(({ path }) => path.includes(flags.only ?? ''));
const outcomes = new Map<ExampleCase, Outcome>();
const runnableCases = cases.filter((example) => example.class === runnable);
await withFactory(featureFlags, (factory) =>
  inParallel(runnableCases, concurrency, async (example) => {
    const namespace = `example-${cases.indexOf(example)}`;
    const options = { namespace, featureFlags, timeoutMs: Number(flags.timeout) * 1000 };
    const outcome = await runExample(factory, join(directory, example.path), options);
    outcomes.set(example, expected(example, outcome));
  }),
);

/** An example that Tekton refuses passes when it is refused here in the same words. */
function expected({ refusal }: ExampleCase, outcome: Outcome): Outcome {
  if (refusal === undefined) return outcome;
  const { reason, message } = outcome;
  if (reason === 'Invalid' && refusal.test(message)) return { ...outcome, verdict: 'passed' };
  return { ...outcome, verdict: 'failed', message: `${message}; Tekton refuses it: ${refusal.source}` };
}

const having = (verdict: Outcome['verdict']) =>
  cases.flatMap((example) => {
    const outcome = outcomes.get(example);
    return outcome?.verdict === verdict ? [{ example, outcome }] : [];
  });
const failures = having('failed');
const refusals = having('refused');
for (const { example, outcome } of failures) {
  console.log(`FAIL ${example.path}: ${outcome.reason}: ${outcome.message}`);
  if (flags.verbose) for (const line of outcome.log) console.log(`     ${line}`);
}
for (const { example, outcome } of refusals) console.log(`refused ${example.path}: ${outcome.message}`);
for (const { path, needs } of cases.filter((example) => example.class !== runnable))
  console.log(`skipped ${path}: needs ${needs}`);
for (const name of new Set(cases.map((example) => example.class))) {
  const own = cases.filter((example) => example.class === name);
  const count = (verdict: Outcome['verdict']) =>
    own.filter((example) => outcomes.get(example)?.verdict === verdict).length;
  console.log(
    `class ${name}: ${count('passed')} passed, ${count('failed')} failed, ${count('refused')} refused, ` +
      `${own.filter((example) => !outcomes.has(example)).length} skipped`,
  );
}
console.log(`${having('passed').length} passed, ${failures.length + refusals.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;
