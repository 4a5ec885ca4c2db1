import assert from 'node:assert/strict';
import test from 'node:test';
import { parseNumber } from './numbers.ts';
import { RegoObject } from './rego-object.ts';
import { RegoSet } from './rego-set.ts';
import { quoteTerm, termText } from './term-text.ts';
import type { Value } from './value.ts';

const texts: [Value, string][] = [
  [null, 'null'],
  [true, 'true'],
  [1.5, '1.5'],
  [parseNumber('12345678901234567890')!, '12345678901234567890'],
  ['a"b', '"a\\"b"'],
  [[], '[]'],
  [[1, 'x', [null]], '[1, "x", [null]]'],
  [RegoObject.of([]), '{}'],
  [
    RegoObject.of([
      ['b', 2],
      ['a', 1],
      [1, [1]],
    ]),
    '{1: [1], "a": 1, "b": 2}',
  ],
  [RegoSet.of([]), 'set()'],
  [RegoSet.of([2, 1]), '{1, 2}'],
  [RegoObject.of([[RegoSet.of([1]), RegoSet.of(['x'])]]), '{{1}: {"x"}}'],
];

for (const [value, text] of texts) {
  test(`a term reads ${text}`, () => assert.equal(termText(value), text));
}

test("strings are quoted as Go's strconv.Quote does", () => {
  assert.equal(quoteTerm('é日\u{1f600}'), '"é日\u{1f600}"');
  assert.equal(quoteTerm('\n\t\u0000\u0007\u000b\\'), '"\\n\\t\\x00\\a\\v\\\\"');
  assert.equal(quoteTerm('\u0085\u00a0\u200b\u{e0001}'), '"\\u0085\\u00a0\\u200b\\U000e0001"');
});

test('a value nested a hundred thousand deep has a text', () => {
  let value: Value = 1;
  for (let i = 0; i < 100_000; i += 1) value = [value];
  assert.equal(termText(value).length, 200_001);
});
