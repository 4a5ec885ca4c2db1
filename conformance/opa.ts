// OPA's compliance cases for Rego, against packages/rego.
//
//   bin/assay-node conformance/opa.ts <corpus>/opa [CATEGORY]
//
// Prints what fails and why, passed and failed for each category, and `N passed, N failed` over all.
import { compile, type HostBuiltin } from '@assay/rego';
import { type Engine, failureOf, readCases } from './opa-cases.ts';

const [directory, only] = process.argv.slice(2);
if (directory === undefined) {
  console.error('usage: opa.ts DIRECTORY [CATEGORY]');
  process.exit(2);
}

/** Upstream's own driver adds this function to the engine; a case about the clock calls it. */
const sleep: HostBuiltin = { name: 'test.sleep', args: [{ type: 'string' }], call: () => null };

const engine: Engine = (test) => {
  const modules = Object.fromEntries(test.modules.map((source, index) => [`test-${index}.rego`, source]));
  return compile({ modules, data: test.data, builtins: [sleep] }).evaluate(test.query, {
    ...(test.input !== undefined && { input: test.input }),
    ...(test.inputTerm !== undefined && { inputTerm: test.inputTerm }),
    strictBuiltinErrors: test.strictErrors,
  });
};

const counts = new Map<string, { passed: number; failed: number }>();
for (const test of readCases(directory)) {
  if (only !== undefined && test.category !== only) continue;
  const count = counts.get(test.category) ?? { passed: 0, failed: 0 };
  counts.set(test.category, count);
  const failure = failureOf(test, engine);
  if (failure === undefined) count.passed += 1;
  else {
    count.failed += 1;
    console.log(`FAIL ${test.place} ${test.note}: ${failure}`);
  }
}

let passed = 0;
let failed = 0;
for (const [category, count] of counts) {
  console.log(`${category}: ${count.passed} passed, ${count.failed} failed`);
  passed += count.passed;
  failed += count.failed;
}
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
