import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TektonError } from '../error.ts';
import { celCompileError, evaluateCel } from './evaluate.ts';

const values: Array<[expression: string, value: boolean]> = [
  ["'main' == 'main'", true],
  ["'main' != 'main'", false],
  ["'b' in ['a', 'b']", true],
  ["!('b' in ['a', 'b'])", false],
  ["'release/v1'.matches('release/.*')", true],
  ["'v1.2'.startsWith('v') && 'v1.2'.size() == 4", true],
  ["['a', 'b'].exists(x, x == 'b')", true],
  ['[1, 2].all(x, x > 1)', false],
  ['[1, 2].map(x, x * 2)[1] == 4', true],
  ["{'k': 'v'}.k == 'v' && has({'k': 1}.k)", true],
  ["int('4') + 1 == 5", true],
  ["dyn(1) == 'a'", false],
  ['type(1) == int', true],
  ["duration('1h') > duration('59m')", true],
  ["timestamp('2026-01-01T00:00:00Z').getFullYear() == 2026", true],
  ['false && 1/0 == 1', false],
  ["'$(params.never.replaced)' == ''", false],
];

describe('a CEL expression', () => {
  for (const [expression, value] of values) {
    test(expression, () => {
      assert.equal(celCompileError(expression), undefined);
      assert.equal(evaluateCel(expression), value);
    });
  }
});

const refused: Array<[expression: string, message: string]> = [
  [
    " params.foo == 'foo' ",
    "ERROR: <input>:1:2: undeclared reference to 'params' (in container '')\n |  params.foo == 'foo' \n | .^",
  ],
  [
    "1 == 'a'",
    "ERROR: <input>:1:3: found no matching overload for '_==_' applied to '(int, string)'\n | 1 == 'a'\n | ..^",
  ],
  ["'a' + 1 == 'a1'", "found no matching overload for '_+_' applied to '(string, int)'"],
  ["1 in ['a']", "found no matching overload for '@in' applied to '(int, list(string))'"],
  ["lower('A') == 'a'", "undeclared reference to 'lower' (in container '')"],
  ["'a'.size('b') == 1", "found no matching overload for 'size' applied to 'string.(string)'"],
  ["$(params.foo) == 'foo'", 'ERROR: <input>:1:1: Syntax error: '],
  ["'a' ==", 'ERROR: <input>:1:5: Syntax error: '],
  ['', 'Syntax error'],
  [`'${'a'.repeat(20_000)}' == ''`, 'expression code point size exceeds limit'],
];

describe('what does not compile is told where and why', () => {
  for (const [expression, message] of refused) {
    test(expression.slice(0, 40), () => {
      assert.ok(celCompileError(expression)?.includes(message), celCompileError(expression));
      assert.throws(
        () => evaluateCel(expression),
        (error) => error instanceof TektonError && error.code === 'CelFailed',
      );
    });
  }
  test('each fault has its own place', () => {
    assert.equal(
      celCompileError('a == b')
        ?.match(/ERROR: <input>:1:\d/g)
        ?.join(),
      'ERROR: <input>:1:1,ERROR: <input>:1:6',
    );
  });
});

describe('what fails when it runs', () => {
  const messageOf = (expression: string) => {
    try {
      return String(evaluateCel(expression));
    } catch (error) {
      return (error as Error).message;
    }
  };
  test('a value that is no boolean', () =>
    assert.equal(messageOf("'x'"), "The CEL expression 'x' is not evaluated to a boolean"));
  test('a division by zero', () => assert.equal(messageOf('1/0 == 1'), 'division by zero'));
  test('a key that is not there', () => assert.equal(messageOf("{'a': 1}['b'] == 1"), 'no such key: b'));
});
