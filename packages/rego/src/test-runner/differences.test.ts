import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { equal } from '../values/compare.ts';
import { fromJs } from '../values/json.ts';
import { RegoSet } from '../values/rego-set.ts';
import { termText } from '../values/term-text.ts';
import type { Value } from '../values/value.ts';
import { differences } from './differences.ts';

/** `path: left | right`, with `-` where a side has nothing. */
function shown(left: unknown, right: unknown): string[] {
  const text = (value: Value | undefined) => (value === undefined ? '-' : termText(value));
  return differences(fromJs(left), fromJs(right)).map(
    ({ path, left: a, right: b }) => `${path}: ${text(a)} | ${text(b)}`,
  );
}

test('the place of a difference is told, however deep', () => {
  assert.deepEqual(shown({ a: [1, { b: 2 }] }, { a: [1, { b: 3 }] }), ['.a[1].b: 2 | 3']);
});

test('members that only one side has are told', () => {
  assert.deepEqual(shown({ a: 1, 'b c': 2 }, { a: 1, d: 3 }), ['["b c"]: 2 | -', '.d: - | 3']);
  assert.deepEqual(shown([1], [1, 2]), ['[1]: - | 2']);
});

test('sets differ by members', () => {
  const found = differences(RegoSet.of([1, 2]), RegoSet.of([2, 3]));
  assert.deepEqual(found, [
    { path: '', left: 1 },
    { path: '', right: 3 },
  ]);
});

test('values of two types differ as a whole', () => {
  assert.deepEqual(shown({ a: 1 }, [1]), [': {"a": 1} | [1]']);
});

test('at most five differences are told', () => {
  assert.equal(shown([1, 2, 3, 4, 5, 6, 7], [0, 0, 0, 0, 0, 0, 0]).length, 5);
});

test('there is a difference exactly when values are not equal', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 3 }), (a, b) => {
      const [left, right] = [fromJs(a), fromJs(b)];
      assert.equal(differences(left, right).length === 0, equal(left, right));
      assert.deepEqual(differences(left, left), []);
    }),
  );
});
