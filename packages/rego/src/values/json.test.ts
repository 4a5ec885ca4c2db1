import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { compare, equal } from './compare.ts';
import { fromJs, JsonError, parseJson, stringifyJson, toJs } from './json.ts';
import { RegoObject } from './rego-object.ts';
import { RegoSet } from './rego-set.ts';
import type { Value } from './value.ts';
import { arbitraryJson, arbitraryValue } from './value-arbitrary.ts';

/** Texts of Go's `encoding/json.Decoder`, as OPA's `json.unmarshal` passes them on. */
const refused: [string, string][] = [
  ['', 'EOF'],
  ['   ', 'EOF'],
  ['{', 'unexpected EOF'],
  ['{"a"', 'unexpected EOF'],
  ['"abc', 'unexpected EOF'],
  ['[1,', 'unexpected EOF'],
  ['nul', 'unexpected EOF'],
  ['p', "invalid character 'p' looking for beginning of value"],
  ['{a}', "invalid character 'a' looking for beginning of object key string"],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a":1 "b"}', `invalid character '"' after object key:value pair`],
  ['[1 2]', "invalid character '2' after array element"],
  ['[1,]', "invalid character ']' looking for beginning of value"],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
  ['trux', "invalid character 'x' in literal true (expecting 'e')"],
  ['"\\x"', "invalid character 'x' in string escape code"],
  ['"\\u12g4"', "invalid character 'g' in \\u hexadecimal character escape"],
  ['"a\nb"', "invalid character '\\n' in string literal"],
  ['-x', "invalid character 'x' in numeric literal"],
  ['1.x', "invalid character 'x' after decimal point in numeric literal"],
  ['1ex', "invalid character 'x' in exponent of numeric literal"],
  ["'a'", "invalid character '\\'' looking for beginning of value"],
  ['é', "invalid character 'Ã' looking for beginning of value"],
  ['{} x', "invalid character 'x' looking for beginning of value"],
  ['{} {}', "error: invalid character '{' after top-level value"],
  ['1 "a"', "error: invalid character 'a' after top-level value"],
  ['1e9999999999', 'number out of range: 1e9999999999'],
];

for (const [text, message] of refused) {
  test(`JSON ${JSON.stringify(text)} is refused: ${message}`, () => {
    assert.throws(() => parseJson(text), { name: 'JsonError', message });
  });
}

test('numbers keep every digit', () => {
  assert.equal(
    stringifyJson(parseJson('[9007199254740993,0.12345678901234567890123,1e30]')),
    '[9007199254740993,0.12345678901234567890123,1000000000000000000000000000000]',
  );
});

test('of equal keys the last wins', () => {
  assert.equal(stringifyJson(parseJson('{"a":1,"b":2,"a":3}')), '{"a":3,"b":2}');
});

test('escapes are read, and half a surrogate pair becomes U+FFFD', () => {
  assert.equal(parseJson('"\\u0041\\n\\ud83d\\ude00\\/"'), 'A\n\u{1f600}/');
  assert.equal(parseJson('"\\ud800"'), '\ufffd');
  assert.equal(parseJson('"\\ud800x"'), '\ufffdx');
});

test('ten thousand levels are read, more are refused', () => {
  assert.equal(stringifyJson(parseJson('['.repeat(10_000) + ']'.repeat(10_000))).length, 20_000);
  assert.throws(() => parseJson('['.repeat(10_001)), { message: 'exceeded max depth' });
  assert.throws(() => parseJson('{"a":'.repeat(100_000)), { message: 'exceeded max depth' });
});

test('JSON comes out as Go writes it', () => {
  const value = RegoObject.of([
    ['b', RegoSet.of([2, 1])],
    ['a', '<&>\u2028"\\\u0001\u007f'],
    [1, null],
    [[1, 'x'], true],
  ]);
  assert.equal(
    stringifyJson(value),
    '{"1":null,"[1,\\"x\\"]":true,"a":"<&>\\u2028\\"\\\\\\u0001\u007f","b":[1,2]}',
  );
  assert.equal(stringifyJson('<&>', { escapeHtml: true }), '"\\u003c\\u0026\\u003e"');
});

test('indentation puts every item on a line of its own', () => {
  const value = parseJson('{"a":[1,{}],"b":[]}');
  assert.equal(stringifyJson(value, { indent: '  ' }), '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": []\n}');
  assert.equal(stringifyJson(value, { prefix: '#', indent: '\t' }).split('\n')[1], '#\t"a": [');
});

test('JSON survives writing and reading', () => {
  fc.assert(
    fc.property(arbitraryJson, fc.boolean(), (value, escapeHtml) => {
      const text = stringifyJson(value, { escapeHtml });
      const again = parseJson(text);
      assert.ok(equal(again, fromJs(toWellFormed(value))));
      assert.equal(stringifyJson(again, { escapeHtml }), text);
      assert.ok(equal(parseJson(stringifyJson(value, { indent: '  ' })), again));
    }),
  );
});

function toWellFormed(value: Value): Value {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map(toWellFormed);
  if (value instanceof RegoObject) {
    return RegoObject.of([...value.entries()].map(([key, part]) => [toWellFormed(key), toWellFormed(part)]));
  }
  return value;
}

test('what JSON.parse accepts and what it refuses is the same here', () => {
  const text = fc.oneof(
    fc.json(),
    fc.string({ unit: fc.constantFrom(...'{}[],:"\\0123456789.eE+-truefalsn ux\n') }),
    fc.tuple(fc.json(), fc.nat(), fc.string({ maxLength: 2 })).map(([json, at, noise]) => {
      const place = json.length === 0 ? 0 : at % json.length;
      return json.slice(0, place) + noise + json.slice(place + 1);
    }),
  );
  fc.assert(
    fc.property(text, (json) => {
      let expected: unknown;
      try {
        expected = JSON.parse(json);
      } catch {
        assert.throws(() => parseJson(json), JsonError);
        return;
      }
      // A double overflows where the parser keeps the number.
      if (/[eE]/.test(json)) return;
      assert.equal(compare(parseJson(json), fromJs(expected)), 0);
    }),
    { numRuns: 2000 },
  );
});

test('JavaScript values come in as JSON would have them', () => {
  assert.equal(
    stringifyJson(
      fromJs({ b: undefined, a: [undefined, new Date(0), 1e21], c: new Map([[1, 2n]]), d: () => 1 }),
    ),
    '{"a":[null,"1970-01-01T00:00:00.000Z",1000000000000000000000],"c":{"1":2}}',
  );
  assert.ok(equal(fromJs(new Set([[1], [1], 2])), RegoSet.of([2, [1]])));
  assert.ok(equal(fromJs(new Map([[[1], 'x']])), RegoObject.of([[[1], 'x']])));
  assert.throws(() => fromJs(Number.NaN), JsonError);
  assert.throws(() => fromJs(Symbol('x')), JsonError);
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  assert.throws(() => fromJs(cycle), { message: 'exceeded max depth' });
});

test('Rego values go out as JSON has them', () => {
  const value = RegoObject.of([
    ['__proto__', 1],
    ['set', RegoSet.of(['b', 'a'])],
    ['big', 10n ** 20n],
    [1, [RegoSet.of([])]],
  ]);
  const out = toJs(value) as Record<string, unknown>;
  assert.deepEqual(Object.keys(out), ['1', '__proto__', 'big', 'set']);
  assert.deepEqual(out.set, ['a', 'b']);
  assert.equal(out.big, 10n ** 20n);
  assert.deepEqual(out['1'], [[]]);
});

test('any value has JSON that can be read', () => {
  fc.assert(
    fc.property(arbitraryValue, (value) => {
      parseJson(stringifyJson(value));
      assert.ok(equal(fromJs(value), value));
    }),
  );
});
