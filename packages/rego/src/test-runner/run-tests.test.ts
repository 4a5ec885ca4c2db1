import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RegoError } from '../error.ts';
import { termText } from '../values/term-text.ts';
import { prepareTests, type TestOptions, type TestResult } from './run-tests.ts';

function run(source: string, options: Partial<TestOptions> = {}): TestResult[] {
  const modules = { 'p_test.rego': `package p_test\n\n${source}\n` };
  return [...prepareTests({ modules, ...options }).results()];
}

const outcomes = (results: readonly TestResult[]) => results.map(({ name, outcome }) => `${name} ${outcome}`);

test('a test passes only when its value is true', () => {
  const results = run(`test_true if true

test_false := false

test_undefined if input.x

test_other := 1

test_set contains 1`);
  assert.deepEqual(outcomes(results), [
    'test_true pass',
    'test_false fail',
    'test_undefined fail',
    'test_other fail',
    'test_set fail',
  ]);
  assert.equal(results[3]!.value, 1);
});

test('functions and defaults are no tests; rules of other names neither', () => {
  assert.deepEqual(
    outcomes(run('test_f(x) if x\n\ndefault test_d := true\n\ntested if true\n\nmy_test_x if true')),
    [],
  );
});

test('rules of one name are tests of their own', () => {
  assert.deepEqual(outcomes(run('test_x if true\n\ntest_x if false')), ['test_x pass', 'test_x#01 fail']);
});

test('a filter sees whole names', () => {
  const seen: string[] = [];
  run('test_a if true\n\ntest_b if true', { filter: (name) => seen.push(name) > 1 });
  assert.deepEqual(seen, ['data.p_test.test_a', 'data.p_test.test_b']);
});

test('a failure tells the literal and what its parts were', () => {
  const [result] = run(`test_x if {
	xs := [1, 2]
	count(xs) == 3
}`);
  const { text, location, values } = result!.failure!;
  assert.equal(text, 'count(xs) == 3');
  assert.equal(location.row, 5);
  assert.deepEqual(
    values.map(({ text: name, value }) => `${name} = ${termText(value)}`),
    ['count(xs) = 2', 'xs = [1, 2]'],
  );
});

test('what a test prints is kept apart for each', () => {
  const [one, two] = run('test_a if print("a", input.x)\n\ntest_b if true');
  assert.equal(one!.output, 'a <undefined>\n');
  assert.equal(two!.output, '');
});

test('an assertion helper that fails does not hide what the test printed', () => {
  const [result] = run(`assert_equal(a, b) if not differ(a, b)

differ(a, b) if {
	a != b
	print(a, "is not", b)
}

test_x if assert_equal(1, 2)`);
  assert.equal(result!.outcome, 'fail');
  assert.equal(result!.output, '1 is not 2\n');
});

test('a conflict is an error of its test alone', () => {
  const results = run('test_a if {\n\t{"k": v | some v in [1, 2]}\n}\n\ntest_b if true');
  assert.deepEqual(outcomes(results), ['test_a error', 'test_b pass']);
  assert.equal(results[0]!.error?.code, 'eval_conflict_error');
});

test('the clock is the one given', () => {
  let now = 0;
  const [result] = run('test_a if true', { clock: () => (now += 2) });
  assert.equal(result!.duration, 2_000_000);
});

test('policies that do not compile are thrown', () => {
  assert.throws(() => run('test_a if x'), RegoError);
});

test('replacing an undefined builtin of the host makes a test fail, not pass', () => {
  const lookup = { name: 'host.lookup', args: 1, call: () => undefined };
  const results = run('test_a if host.lookup("x")\n\ntest_b if host.lookup("x") with host.lookup as true', {
    builtins: [lookup],
  });
  assert.deepEqual(outcomes(results), ['test_a fail', 'test_b pass']);
});

test('a case that a function without value ends has failed', () => {
  const [result] = run(`f(x) := x if x != 2

test_cases[name] if {
	some name, number in {"a": 1, "b": 2}
	doubled := f(number)
	doubled == number
}`);
  assert.equal(result!.outcome, 'fail');
  assert.deepEqual(
    [...result!.subResults.values()].map(({ name, fail }) => `${name} ${fail}`),
    ['a false', 'b true'],
  );
});
