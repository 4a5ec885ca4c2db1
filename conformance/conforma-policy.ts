// The unit tests of Conforma's policies, run by packages/rego with the functions that Conforma adds.
//
//   bin/assay-node conformance/conforma-policy.ts <checkout of conforma/policy>
//
// Prints the tests that do not pass, and the files that they do not cover. Then proves that the run can fail: expected values,
// a builtin and an assertion are made wrong, each has to turn tests red. Ends with `N passed, N failed`.
import { join } from 'node:path';
import { durationText, prettyTestReport, type TestResult } from '@assay/rego';
import { type PolicyTests, readPolicyTests, runPolicyTests } from './policy-tests.ts';

const [directory] = process.argv.slice(2);
if (directory === undefined) {
  console.error('usage: conforma-policy.ts DIRECTORY');
  process.exit(2);
}

/** What has to be noticed, and by how many tests at least. */
interface Mutation {
  name: string;
  apply(tests: PolicyTests): PolicyTests;
  atLeast: number;
}

const assertions = join('policy', 'lib', 'assertions', 'assertions.rego');

const mutations: Mutation[] = [
  {
    name: 'expected codes are wrong',
    apply: (tests) => edited(tests, (file) => file.endsWith('_test.rego'), /"code": "/g, '"code": "not-'),
    atLeast: 100,
  },
  {
    name: 'startswith never holds',
    apply: (tests) => withBuiltin(tests, 'startswith', () => false),
    atLeast: 50,
  },
  {
    name: 'sprintf always gives the same',
    apply: (tests) => withBuiltin(tests, 'sprintf', () => 'text'),
    atLeast: 100,
  },
  {
    // Then no assertion can say that it fails, and all but the assertions' own tests pass.
    name: 'trace fails',
    apply: (tests) =>
      withBuiltin(tests, 'trace', () => {
        throw new Error('not traced');
      }),
    atLeast: 3,
  },
  {
    name: 'assert_equal always holds',
    apply: (tests) =>
      edited(
        tests,
        (file) => file === assertions,
        /left_value != right_value\n/,
        'left_value != left_value\n',
      ),
    atLeast: 1,
  },
];

function edited(
  tests: PolicyTests,
  which: (file: string) => boolean,
  pattern: RegExp,
  replacement: string,
): PolicyTests {
  const modules = Object.entries(tests.modules).map(([file, source]) => [
    file,
    which(file) ? source.replace(pattern, replacement) : source,
  ]);
  return { ...tests, modules: Object.fromEntries(modules) };
}

function withBuiltin(tests: PolicyTests, name: string, call: () => unknown): PolicyTests {
  const args = { startswith: 2, sprintf: 2, trace: 1 }[name]!;
  return { ...tests, builtins: [...tests.builtins, { name, args, call }] };
}

const isRed = ({ outcome }: TestResult): boolean => outcome === 'fail' || outcome === 'error';

const tests = readPolicyTests(directory);
const started = performance.now();
const { results, coverage } = runPolicyTests(tests, { coverage: true });
const red = results.filter(isRed);
if (red.length > 0) console.log(prettyTestReport(red));
for (const [file, { coverage: share, not_covered: missed = [] }] of Object.entries(coverage!.files)) {
  const rows = missed.map(({ start, end }) =>
    start.row === end.row ? start.row : `${start.row}-${end.row}`,
  );
  if (rows.length > 0) console.log(`${file}: ${share} % covered, not ${rows.join(', ')}`);
}
const seconds = durationText((performance.now() - started) * 1e6);
const shown = coverage!.coverage.toFixed(2);
console.log(
  `${results.length} tests of ${Object.keys(tests.modules).length} files, ${shown} % covered, ${seconds}`,
);

let unnoticed = coverage!.coverage === 100 ? 0 : 1;
for (const { name, apply, atLeast } of mutations) {
  const count = runPolicyTests(apply(tests)).results.filter(isRed).length;
  const noticed = count >= atLeast;
  if (!noticed) unnoticed += 1;
  console.log(
    `${noticed ? 'noticed' : 'NOT NOTICED'}: ${name} (${count} tests fail, at least ${atLeast} must)`,
  );
}
console.log(`${results.length - red.length} passed, ${red.length + unnoticed} failed`);
if (red.length + unnoticed > 0) process.exitCode = 1;
