// OPA's compliance cases for Rego, against packages/rego.
//
//   bin/assay-node conformance/opa.ts <corpus>/opa [CATEGORY]
//   bin/assay-node conformance/opa.ts <corpus>/opa --mutate
//
// Prints what fails and why, passed and failed for each category, and `N passed, N failed` over all. With --mutate it proves that
// the cases can fail: wrong engines are put in place of the right one, and every case that has to notice one must.
import { parseArgs } from 'node:util';
import { failureOf, readCases } from './opa-cases.ts';
import { regoEngine } from './opa-engine.ts';
import { checkMutations } from './opa-mutations.ts';

const { values, positionals } = parseArgs({
  options: { mutate: { type: 'boolean' } },
  allowPositionals: true,
});
const [directory, only] = positionals;
if (directory === undefined) {
  console.error('usage: opa.ts DIRECTORY [CATEGORY] [--mutate]');
  process.exit(2);
}

let passed = 0;
let failed = 0;

function count(name: string, right: number, wrong: number): void {
  console.log(`${name}: ${right} passed, ${wrong} failed`);
  passed += right;
  failed += wrong;
}

const cases = readCases(directory).filter(({ category }) => only === undefined || category === only);
if (values.mutate) {
  for (const { name, noticed, expected } of checkMutations(cases, regoEngine)) {
    count(name, noticed, expected - noticed);
  }
} else {
  const counts = new Map<string, { right: number; wrong: number }>();
  for (const test of cases) {
    const counted = counts.get(test.category) ?? { right: 0, wrong: 0 };
    counts.set(test.category, counted);
    const failure = failureOf(test, regoEngine);
    if (failure === undefined) counted.right += 1;
    else {
      counted.wrong += 1;
      console.log(`FAIL ${test.place} ${test.note}: ${failure}`);
    }
  }
  for (const [category, { right, wrong }] of counts) count(category, right, wrong);
}
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0 || passed === 0) process.exitCode = 1;
