import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { termValue } from '../evaluate/input-term.ts';
import { termText } from '../values/term-text.ts';
import type { Value } from '../values/value.ts';
import { arbitraryValue } from '../values/value-arbitrary.ts';
import { quietContext } from './check-builtin.ts';
import { at } from './collections/objects.ts';
import { walk, walkValues } from './walk.ts';

const steps = (text: string, known?: (Value | undefined)[]) =>
  [...walk(termValue(text), quietContext, known)].map(termText);

test('walking visits a value, then what is in it, depth first and in order', () => {
  assert.deepEqual(steps('{"b": [1, {2}], "a": {}}'), [
    '[[], {"a": {}, "b": [1, {2}]}]',
    '[["a"], {}]',
    '[["b"], [1, {2}]]',
    '[["b", 0], 1]',
    '[["b", 1], {2}]',
    '[["b", 1, 2], 2]',
  ]);
  assert.deepEqual(steps('1'), ['[[], 1]']);
});

test('what is known of the path leaves the rest unvisited', () => {
  const visited: number[] = [];
  const context = { spend: (count: number) => void visited.push(count) };
  const value = termValue('{"a": [1, [2]], "b": {"c": 3}}');
  assert.deepEqual([...walk(value, context, ['a', 1])].map(termText), [
    '[["a", 1], [2]]',
    '[["a", 1, 0], 2]',
  ]);
  assert.equal(visited.length, 4);
  assert.deepEqual([...walk(value, context, [undefined, 'c'])].map(termText), ['[["b", "c"], 3]']);
  assert.deepEqual([...walk(value, context, ['x'])], []);
});

test('every path leads to its value, and walking without paths gives the same values', () => {
  fc.assert(
    fc.property(arbitraryValue, (value) => {
      const pairs = [...walk(value, quietContext)] as [Value[], Value][];
      for (const [path, part] of pairs) assert.equal(at(value, path), part);
      assert.deepEqual(
        pairs.map(([, part]) => part),
        [...walkValues(value, quietContext)],
      );
    }),
  );
});

test('a value nested fifty thousand deep is walked', () => {
  let value: Value = 1;
  for (let i = 0; i < 50_000; i += 1) value = [value];
  let count = 0;
  for (const _ of walkValues(value, quietContext)) count += 1;
  assert.equal(count, 50_001);
});
