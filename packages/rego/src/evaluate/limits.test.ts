import assert from 'node:assert/strict';
import test from 'node:test';
import { answerOf, errorOf } from './check-policy.ts';

const many = (count: number, text: (index: number) => string, between = '\n'): string =>
  Array.from({ length: count }, (_, index) => text(index)).join(between);

const endless = `p := count([1 |
	some a in numbers.range(1, 100000)
	some b in numbers.range(1, 100000)
	a == b
])`;

test('too many steps are cut off', () => {
  assert.match(
    errorOf(endless, { limits: { steps: 50_000 } }),
    /^eval_cancel_error: .*more than 50000 steps/,
  );
});

test('too long a time is cut off', () => {
  assert.match(errorOf(endless, { limits: { milliseconds: 50 } }), /^eval_cancel_error: .*longer than 50 ms/);
});

test('too large a collection is cut off', () => {
  const source = 'p := [a | some a in numbers.range(1, 100000)]';
  assert.match(
    errorOf(source, { limits: { elements: 5000 } }),
    /^eval_cancel_error: .*more than 5000 elements/,
  );
});

test('a range too large to make is refused before it is made', () => {
  assert.match(errorOf('p := numbers.range(1, 1000000000000)'), /^eval_cancel_error/);
});

test('a string too large to make is a clear error', () => {
  const doubled = many(40, (i) => `x${i + 1} := concat("", [x${i}, x${i}])`, '; ');
  assert.match(errorOf(`p := count(x40) if { x0 := "ab"; ${doubled} }`), /^eval_cancel_error/);
});

test('a body of ten thousand literals is evaluated', () => {
  assert.equal(answerOf(`p := x9999 if {\n${many(10_000, (i) => `x${i} := ${i}`)}\n}`), '9999');
});

test('a literal array of a hundred thousand objects is one constant', () => {
  assert.equal(answerOf(`p := count([${many(100_000, (i) => `{"a": ${i}}`, ',')}])`), '100000');
});

test('an array of ten thousand references is evaluated', () => {
  const source = `p := count([${many(10_000, (i) => `input.x${i % 3}`, ',')}])`;
  assert.equal(answerOf(source, { input: { x0: 0, x1: 1, x2: 2 } }), '10000');
});

test('an else chain of five thousand branches is evaluated', () => {
  const source = `p := -1 if { input.x == -1 } ${many(5000, (i) => `else := ${i} if { input.x == ${i} }`, ' ')}`;
  assert.equal(answerOf(source, { input: { x: 4999 } }), '4999');
});

test('rules that need each other ten thousand deep give a clear error, or a value', () => {
  const source = `${many(10_000, (i) => `r${i} := r${i + 1}`)}\nr10000 := 1\np := r0`;
  assert.match(errorOf(source), /^eval_cancel_error: .*nested too deeply|no error: 1$/);
});

test('ten thousand nested iterations give a clear error, or a value', () => {
  const source = `p if {\n${many(10_000, (i) => `some x${i} in [1]`)}\n}`;
  assert.match(errorOf(source), /^eval_cancel_error: .*nested too deeply|no error: true$/);
});

test('a deep input is walked', () => {
  const input = JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`);
  assert.equal(answerOf('p := count([x | walk(input, [_, x])])', { input }), '5000');
});
