import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { compare, compareStrings, equal, typeName } from './compare.ts';
import { hashOf } from './hash.ts';
import { parseNumber } from './numbers.ts';
import { RegoObject } from './rego-object.ts';
import { RegoSet } from './rego-set.ts';
import { sortValues } from './sort.ts';
import type { Value } from './value.ts';
import { arbitraryValue } from './value-arbitrary.ts';

test('types are ordered null, boolean, number, string, array, object, set', () => {
  const ordered: Value[] = [
    null,
    false,
    true,
    -1,
    0,
    1.5,
    10n ** 20n,
    '',
    'a',
    [],
    RegoObject.of([]),
    RegoSet.of([]),
  ];
  for (let i = 0; i < ordered.length; i += 1) {
    for (let j = 0; j < ordered.length; j += 1) {
      assert.equal(Math.sign(compare(ordered[i]!, ordered[j]!)), Math.sign(i - j), `${i} ${j}`);
    }
  }
});

test('strings are ordered by code point, not by UTF-16 unit', () => {
  assert.ok(compareStrings('\u{1f600}', '\uffff') > 0);
  assert.ok(compareStrings('\ud83d\ude00', '\ud83d\ude01') < 0);
  assert.deepEqual(sortValues(['\u{1f600}', '\uffff', 'a']), ['a', '\uffff', '\u{1f600}']);
});

test('arrays are ordered by their items and then by their length', () => {
  assert.ok(compare([1, 2], [1, 3]) < 0);
  assert.ok(compare([1], [1, 0]) < 0);
  assert.ok(compare([2], [1, 0]) > 0);
});

test('objects are ordered by key, then value, then size', () => {
  const of = (...entries: [Value, Value][]) => RegoObject.of(entries);
  assert.ok(compare(of(['a', 1]), of(['b', 0])) < 0);
  assert.ok(compare(of(['a', 1]), of(['a', 2])) < 0);
  assert.ok(compare(of(['a', 1]), of(['a', 1], ['b', 1])) < 0);
});

test('numbers are equal by value however they were written', () => {
  assert.ok(equal(parseNumber('1.0')!, 1));
  assert.ok(equal(parseNumber('100e-2')!, 1));
  assert.ok(
    equal(parseNumber('0.10000000000000000000000000001')!, parseNumber('1.0000000000000000000000000001e-1')!),
  );
  assert.ok(!equal(parseNumber('0.10000000000000000000000000001')!, 0.1));
  assert.ok(RegoSet.of([1, parseNumber('1.0')!]).size === 1);
});

test('the order is total, and equality and hashes agree with it', () => {
  fc.assert(
    fc.property(arbitraryValue, arbitraryValue, arbitraryValue, (a, b, c) => {
      assert.equal(compare(a, a), 0);
      assert.equal(Math.sign(compare(a, b)), -Math.sign(compare(b, a)) + 0);
      if (compare(a, b) <= 0 && compare(b, c) <= 0) assert.ok(compare(a, c) <= 0);
      assert.equal(equal(a, b), compare(a, b) === 0);
      if (equal(a, b)) {
        assert.equal(hashOf(a), hashOf(b));
        assert.equal(typeName(a), typeName(b));
      }
    }),
    { numRuns: 2000 },
  );
});

test('a set holds what was added, once, and in order', () => {
  fc.assert(
    fc.property(fc.array(arbitraryValue, { maxLength: 8 }), (values) => {
      const set = RegoSet.of(values);
      const members = set.values();
      assert.equal(members.length, set.size);
      for (const value of values) assert.ok(set.has(value));
      for (let i = 1; i < members.length; i += 1) assert.ok(compare(members[i - 1]!, members[i]!) < 0);
    }),
  );
});

test('an object gives back the last value of each key', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(arbitraryValue, fc.integer()), { maxLength: 8 }), (entries) => {
      const object = RegoObject.of(entries);
      for (const [key] of entries) {
        const last = entries.findLast(([other]) => equal(key, other))!;
        assert.equal(object.get(key), last[1]);
      }
      assert.deepEqual(
        [...object.entries()].map(([key]) => key),
        object.keys(),
      );
    }),
  );
});

test('values nested tens of thousands deep are compared and hashed without overflowing the stack', () => {
  const builders: ((inner: Value) => Value)[] = [
    (inner) => [inner],
    (inner) => RegoObject.of([['a', inner]]),
    (inner) => RegoSet.of([inner]),
    (inner) => RegoObject.of([[inner, 1]]),
  ];
  for (const [index, build] of builders.entries()) {
    const deep = (end: Value) => {
      let value = end;
      for (let i = 0; i < (index === 0 ? 100_000 : 20_000); i += 1) value = build(value);
      return value;
    };
    const a = deep(1);
    const b = deep(1);
    const other = deep(2);
    assert.equal(compare(a, b), 0);
    assert.ok(equal(a, b));
    assert.ok(compare(a, other) < 0);
    assert.ok(!equal(a, other));
    assert.equal(hashOf(a), hashOf(b));
  }
});
