import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { compare, equal } from '../../values/compare.ts';
import { RegoObject } from '../../values/rego-object.ts';
import { RegoSet } from '../../values/rego-set.ts';
import { termText } from '../../values/term-text.ts';
import type { Value } from '../../values/value.ts';
import { arbitraryValue } from '../../values/value-arbitrary.ts';
import { answerOf, checkCases } from '../check-builtin.ts';
import { aggregateBuiltins } from './aggregates.ts';
import { arrayBuiltins } from './arrays.ts';
import { objectBuiltins } from './objects.ts';
import { setBuiltins } from './sets.ts';

checkCases(aggregateBuiltins, [
  ['count', ['[1, 1]'], '2'],
  ['count', ['{1, 1}'], '1'],
  ['count', ['{"a": 1}'], '1'],
  ['count', ['"a\u{1f600}é"'], '3'],
  ['count', ['1'], 'type error: operand 1 must be one of {array, object, set, string} but got number'],
  ['sum', ['[1, 2.5, 3]'], '6.5'],
  ['sum', ['[0.1, 0.2]'], '0.3'],
  ['sum', ['[9007199254740991, 1, 1]'], '9007199254740993'],
  ['sum', ['set()'], '0'],
  ['sum', ['[1, "a"]'], 'type error: operand 1 must be array of numbers but got array containing string'],
  ['sum', ['{"a"}'], 'type error: operand 1 must be set of numbers but got set containing string'],
  ['sum', ['"a"'], 'type error: operand 1 must be one of {set, array} but got string'],
  ['product', ['[2, 3, 7]'], '42'],
  ['product', ['[]'], '1'],
  ['product', ['[0.1, 3]'], '0.30000000000000004'],
  ['max', ['[1, "a", null]'], '"a"'],
  ['max', ['{3, 1}'], '3'],
  ['max', ['[]'], 'undefined'],
  ['min', ['{null, 2, "a"}'], '2'],
  ['min', ['{null}'], 'null'],
  ['min', ['[1, null]'], 'null'],
  ['min', ['[2, 1]'], '1'],
  ['min', ['set()'], 'undefined'],
  ['sort', ['[3, "a", 1, [], null]'], '[null, 1, 3, "a", []]'],
  ['sort', ['{2, 1}'], '[1, 2]'],
  ['sort', ['{"a": 1}'], 'type error: operand 1 must be one of {set, array} but got object'],
  ['all', ['[true, true]'], 'true'],
  ['all', ['[true, 1]'], 'false'],
  ['all', ['[]'], 'true'],
  ['any', ['[false, true]'], 'true'],
  ['any', ['set()'], 'false'],
  ['any', ['1'], 'type error: operand 1 must be one of {array, set} but got number'],
]);

checkCases(arrayBuiltins, [
  ['array.concat', ['[1]', '[2, 3]'], '[1, 2, 3]'],
  ['array.concat', ['{}', '[]'], 'type error: operand 1 must be array but got object'],
  ['array.flatten', ['[1, [2, [3]], []]'], '[1, 2, [3]]'],
  ['array.flatten', ['1'], 'type error: operand 1 must be array but got number'],
  ['array.reverse', ['[1, 2]'], '[2, 1]'],
  ['array.slice', ['[0, 1, 2, 3]', '1', '3'], '[1, 2]'],
  ['array.slice', ['[0, 1, 2, 3]', '-1', '99'], '[0, 1, 2, 3]'],
  ['array.slice', ['[0, 1, 2, 3]', '3', '1'], '[]'],
  ['array.slice', ['[0, 1]', '0', '-5'], '[]'],
  [
    'array.slice',
    ['[0]', '0.5', '1'],
    'type error: operand 2 must be integer number but got floating-point number',
  ],
]);

checkCases(setBuiltins, [
  ['and', ['{1, 2}', '{2, 3}'], '{2}'],
  ['or', ['{1, 2}', '{2, 3}'], '{1, 2, 3}'],
  ['or', ['[1]', '{1}'], 'type error: operand 1 must be set but got array'],
  ['set_diff', ['{1, 2}', '{2}'], '{1}'],
  ['intersection', ['{{1, 2}, {2, 3}, {2}}'], '{2}'],
  ['intersection', ['set()'], 'set()'],
  ['intersection', ['{1}'], 'type error: operand 1 must be set but got number'],
  ['union', ['{{1}, {2, 3}, set()}'], '{1, 2, 3}'],
  ['union', ['set()'], 'set()'],
]);

checkCases(objectBuiltins, [
  ['object.get', ['{"a": 1}', '"a"', '0'], '1'],
  ['object.get', ['{"a": 1}', '"b"', '0'], '0'],
  ['object.get', ['{"a": {"b": [10, 20]}}', '["a", "b", 1]', '0'], '20'],
  ['object.get', ['{"a": {"x"}}', '["a", "x"]', '0'], '"x"'],
  ['object.get', ['{"a": 1}', '["a", "b"]', '0'], '0'],
  ['object.get', ['{"a": 1}', '[]', '0'], '{"a": 1}'],
  ['object.get', ['{"a": false}', '"a"', '0'], 'false'],
  ['object.get', ['{"a": null}', '"a"', '0'], 'null'],
  ['object.get', ['{"a": {"b": null}}', '["a", "b"]', '0'], 'null'],
  ['object.get', ['{"a": null}', '["a", "b"]', '0'], '0'],
  ['object.get', ['[1]', '0', '0'], 'type error: operand 1 must be object but got array'],
  ['object.keys', ['{"a": 1, 2: 3}'], '{2, "a"}'],
  ['object.remove', ['{"a": 1, "b": 2}', '["a", "x"]'], '{"b": 2}'],
  ['object.remove', ['{"a": 1, "b": 2}', '{"b": 9}'], '{"a": 1}'],
  ['object.remove', ['{}', '1'], 'type error: operand 2 must be one of {object, set, array} but got number'],
  ['object.filter', ['{"a": 1, "b": 2}', '{"a", "x"}'], '{"a": 1}'],
  ['object.filter', ['{[1]: 1}', '[[1]]'], '{[1]: 1}'],
  ['object.union', ['{"a": {"b": 1, "c": 2}}', '{"a": {"b": 3}, "d": 4}'], '{"a": {"b": 3, "c": 2}, "d": 4}'],
  ['object.union', ['{"a": {"b": 1}}', '{"a": 2}'], '{"a": 2}'],
  ['object.union_n', ['[{"a": {"b": 2}}, {"a": 4}, {"a": {"c": 3}}]'], '{"a": {"c": 3}}'],
  ['object.union_n', ['[]'], '{}'],
  [
    'object.union_n',
    ['[{}, 1]'],
    'type error: operand 1 must be array of objects but got array containing number',
  ],
  ['object.subset', ['{"a": {1, 2}, "b": 1}', '{"a": {1}}'], 'true'],
  ['object.subset', ['{"a": 1}', '{"a": 1, "b": 1}'], 'false'],
  ['object.subset', ['[1, 1, 2, 3]', '[1, 2]'], 'true'],
  ['object.subset', ['[1, 2, 1, 3]', '[2, 3]'], 'false'],
  ['object.subset', ['[1, 1, 1, 2]', '[1, 1, 2]'], 'true'],
  ['object.subset', ['[3, 2, 1]', '{1, 3}'], 'true'],
  ['object.subset', ['{1}', '{1, 2}'], 'false'],
  [
    'object.subset',
    ['{1}', '[1]'],
    'type error: both arguments object.subset must be of the same type or array and set',
  ],
]);

test('sets obey the laws of sets', () => {
  const set = fc.array(arbitraryValue, { maxLength: 5 }).map((members) => RegoSet.of(members));
  const apply = (name: string, a: Value, b: Value) => answerOf(setBuiltins, name, [a, b])!;
  fc.assert(
    fc.property(set, set, set, (a, b, c) => {
      assert.ok(equal(apply('and', a, b), apply('and', b, a)));
      assert.ok(equal(apply('or', a, b), apply('or', b, a)));
      assert.ok(
        equal(apply('and', a, apply('or', b, c)), apply('or', apply('and', a, b), apply('and', a, c))),
      );
      assert.ok(
        equal(
          apply('set_diff', a, apply('or', b, c)),
          apply('and', apply('set_diff', a, b), apply('set_diff', a, c)),
        ),
      );
      assert.ok(equal(apply('or', apply('set_diff', a, b), apply('and', a, b)), a));
      assert.ok(
        equal(answerOf(setBuiltins, 'union', [RegoSet.of([a, b, c])])!, apply('or', a, apply('or', b, c))),
      );
      assert.ok(
        equal(
          answerOf(setBuiltins, 'intersection', [RegoSet.of([a, b, c])])!,
          apply('and', a, apply('and', b, c)),
        ),
      );
    }),
  );
});

test('sorting puts the same items in order', () => {
  fc.assert(
    fc.property(fc.array(arbitraryValue, { maxLength: 8 }), (items) => {
      const sorted = answerOf(aggregateBuiltins, 'sort', [items]) as readonly Value[];
      assert.equal(sorted.length, items.length);
      for (let i = 1; i < sorted.length; i += 1) assert.ok(compare(sorted[i - 1]!, sorted[i]!) <= 0);
      assert.ok(equal(RegoSet.of(sorted), RegoSet.of(items)));
      if (items.length === 0) return;
      assert.ok(equal(answerOf(aggregateBuiltins, 'min', [items])!, sorted[0]!));
      assert.ok(equal(answerOf(aggregateBuiltins, 'max', [items])!, sorted[sorted.length - 1]!));
    }),
  );
});

test('a run of an array is found wherever it is', () => {
  const items = fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 12 });
  fc.assert(
    fc.property(items, items, (whole, part) => {
      const naive =
        whole.some((_, at) => part.every((item, i) => whole[at + i] === item)) || part.length === 0;
      assert.equal(answerOf(objectBuiltins, 'object.subset', [whole, part]), naive);
    }),
  );
});

test('uniting many objects is uniting them one after the other', () => {
  const leaf = fc.oneof(fc.integer({ min: 0, max: 2 }), fc.constant(RegoObject.of([])));
  const object = fc.letrec<{ object: RegoObject }>((tie) => ({
    object: fc
      .array(fc.tuple(fc.constantFrom('a', 'b'), fc.oneof({ maxDepth: 3 }, leaf, tie('object'))), {
        maxLength: 2,
      })
      .map((entries) => RegoObject.of(entries)),
  })).object;
  fc.assert(
    fc.property(fc.array(object, { maxLength: 5 }), (objects) => {
      const before = termText(objects);
      const expected = objects.reduce<Value>(
        (sum, next) => answerOf(objectBuiltins, 'object.union', [sum, next])!,
        RegoObject.of([]),
      );
      assert.ok(equal(answerOf(objectBuiltins, 'object.union_n', [objects])!, expected));
      assert.equal(termText(objects), before);
    }),
  );
});
