import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { equal } from '../../values/compare.ts';
import { RegoObject } from '../../values/rego-object.ts';
import { arbitraryJson } from '../../values/value-arbitrary.ts';
import { answerOf, checkCases } from '../check-builtin.ts';
import { jsonEditingBuiltins } from './editing.ts';
import { jsonEncodingBuiltins } from './encoding.ts';

checkCases(jsonEncodingBuiltins, [
  ['json.marshal', ['{"b": {2, 1}, "a": [null, 1.5]}'], '"{\\"a\\":[null,1.5],\\"b\\":[1,2]}"'],
  ['json.marshal', ['"<&>"'], '"\\"\\\\u003c\\\\u0026\\\\u003e\\""'],
  ['json.marshal', ['{1: 2, [1]: 3}'], '"{\\"1\\":2,\\"[1]\\":3}"'],
  ['json.marshal_with_options', ['{"a": [1]}', '{}'], '"{\\"a\\":[1]}"'],
  ['json.marshal_with_options', ['{"a": 1}', '{"pretty": true}'], '"{\\n\\t\\"a\\": 1\\n}"'],
  [
    'json.marshal_with_options',
    ['{"a": 1}', '{"indent": "  ", "prefix": "> "}'],
    '"> {\\n>   \\"a\\": 1\\n> }"',
  ],
  ['json.marshal_with_options', ['{"a": 1}', '{"indent": "  ", "pretty": false}'], '"{\\"a\\":1}"'],
  ['json.marshal_with_options', ['1', '{"x": 1}'], 'type error: operand 2 object contained unknown key "x"'],
  [
    'json.marshal_with_options',
    ['1', '{"pretty": 1}'],
    'type error: operand 2 key pretty failed cast to bool',
  ],
  [
    'json.marshal_with_options',
    ['1', '{"indent": 1}'],
    'type error: operand 2 key indent failed cast to string: operand 0 must be string but got number',
  ],
  ['json.unmarshal', ['"[1, 2.50, {\\"a\\": null}]"'], '[1, 2.5, {"a": null}]'],
  ['json.unmarshal', ['"{"'], 'error: unexpected EOF'],
  ['json.unmarshal', ['"x"'], "error: invalid character 'x' looking for beginning of value"],
  ['json.unmarshal', ['1'], 'type error: operand 1 must be string but got number'],
  ['json.is_valid', ['"{}"'], 'true'],
  ['json.is_valid', ['"{} {}"'], 'false'],
  ['json.is_valid', ['1'], 'false'],
]);

checkCases(jsonEditingBuiltins, [
  ['json.filter', ['{"a": {"b": 1, "c": 2}, "d": 3}', '["a/b", "d"]'], '{"a": {"b": 1}, "d": 3}'],
  ['json.filter', ['{"a": [{"b": 7, "c": 8}, {"d": 9}]}', '{"a/0/b", "a/1"}'], '{"a": [{"b": 7}, {"d": 9}]}'],
  ['json.filter', ['{"a": {"b": 1}}', '{["a", "b"], "x"}'], '{"a": {"b": 1}}'],
  ['json.filter', ['{"a/b": 1, "c~d": 2}', '["a~1b", "c~0d"]'], '{"a/b": 1, "c~d": 2}'],
  ['json.filter', ['{"a": 1}', '[""]'], '{}'],
  ['json.filter', ['{"a": {"b": 1, "c": 2}}', '["a/b", "a"]'], '{"a": {"b": 1, "c": 2}}'],
  ['json.remove', ['{"a": {"b": {"c": 7, "d": 8}}, "e": 9}', '{"a/b/c", "e"}'], '{"a": {"b": {"d": 8}}}'],
  ['json.remove', ['{"a": [10, 20, 30]}', '["a/0", "a/2"]'], '{"a": [20]}'],
  ['json.remove', ['{"a": [10, 20]}', '[["a", 0]]'], '{"a": [10, 20]}'],
  ['json.remove', ['{"a": {"x", "y"}}', '["a/x"]'], '{"a": {"y"}}'],
  ['json.remove', ['{1: 2}', '[[1]]'], '{}'],
  ['json.remove', ['[]', '[]'], 'type error: operand 1 must be object but got array'],
  ['json.remove', ['{}', 'true'], 'type error: operand 2 must be one of {set, array} but got boolean'],
  [
    'json.remove',
    ['{}', '[1]'],
    'type error: operand 2 must be one of {set, array} containing string paths or array of path segments but got number',
  ],
  [
    'json.patch',
    ['{"a": {"foo": 1}}', '[{"op": "add", "path": "/a/bar", "value": 2}]'],
    '{"a": {"foo": 1, "bar": 2}}',
  ],
  ['json.patch', ['[1, 3]', '[{"op": "add", "path": "/1", "value": 2}]'], '[1, 2, 3]'],
  ['json.patch', ['[1]', '[{"op": "add", "path": "/-", "value": 2}]'], '[1, 2]'],
  ['json.patch', ['[1]', '[{"op": "add", "path": "/2", "value": 2}]'], 'undefined'],
  ['json.patch', ['[1]', '[{"op": "add", "path": "/01", "value": 2}]'], 'undefined'],
  ['json.patch', ['[1, 2, 3]', '[{"op": "add", "path": "1.2", "value": "foo"}]'], 'undefined'],
  ['json.patch', ['{"a": 1}', '[{"op": "remove", "path": "/a"}]'], '{}'],
  ['json.patch', ['{"a": 1}', '[{"op": "remove", "path": "/b"}]'], 'undefined'],
  ['json.patch', ['{"a": [1, 2]}', '[{"op": "replace", "path": "/a/0", "value": 9}]'], '{"a": [9, 2]}'],
  ['json.patch', ['{"a": 1}', '[{"op": "replace", "path": "", "value": [2]}]'], '[2]'],
  ['json.patch', ['{"a": 1}', '[{"op": "replace", "path": "/b", "value": 2}]'], 'undefined'],
  ['json.patch', ['{"a": {"b": 1}}', '[{"op": "move", "from": "/a/b", "path": "/c"}]'], '{"a": {}, "c": 1}'],
  ['json.patch', ['{"a": [1]}', '[{"op": "copy", "from": "/a", "path": "/a/-"}]'], '{"a": [1, [1]]}'],
  ['json.patch', ['{"a": 1}', '[{"op": "test", "path": "/a", "value": 1.0}]'], '{"a": 1}'],
  ['json.patch', ['{"a": 1}', '[{"op": "test", "path": "/a", "value": 2}]'], 'undefined'],
  ['json.patch', ['{"a~b": {"c/d": 1}}', '[{"op": "remove", "path": "/a~0b/c~1d"}]'], '{"a~b": {}}'],
  ['json.patch', ['{[1]: 1}', '[{"op": "replace", "path": [[1]], "value": 2}]'], '{[1]: 2}'],
  [
    'json.patch',
    ['{"a", "b"}', '[{"op": "add", "path": ["c"], "value": "c"}, {"op": "remove", "path": "a"}]'],
    '{"b", "c"}',
  ],
  ['json.patch', ['{"a"}', '[{"op": "add", "path": ["c"], "value": "d"}]'], 'undefined'],
  [
    'json.patch',
    [
      '{[0], "a"}',
      '[{"op": "add", "path": [[0], 1], "value": 1}, {"op": "add", "path": [[0, 1], 2], "value": 2}]',
    ],
    '{[0, 1, 2], "a"}',
  ],
  ['json.patch', ['{}', '[{"op": "frob", "path": "/a"}]'], 'undefined'],
  ['json.patch', ['{}', '[{"path": "/a"}]'], 'undefined'],
  ['json.patch', ['{}', '[1]'], 'undefined'],
  ['json.patch', ['{}', '{}'], 'type error: operand 2 must be array but got object'],
]);

test('what is filtered and what is removed make up the object between them', () => {
  const object = fc.dictionary(
    fc.constantFrom('a', 'b', 'c'),
    fc.dictionary(fc.constantFrom('x', 'y'), fc.integer()),
  );
  const paths = fc.uniqueArray(fc.constantFrom<string[]>('a/x', 'a/y', 'b/x', 'c/y'), { maxLength: 3 });
  const toRego = (value: Record<string, Record<string, number>>) =>
    RegoObject.of(
      Object.entries(value).map(([key, inner]) => [key, RegoObject.of(Object.entries(inner))] as const),
    );
  fc.assert(
    fc.property(object, paths, (plain, chosen) => {
      const value = toRego(plain);
      const kept = answerOf(jsonEditingBuiltins, 'json.filter', [value, chosen]) as RegoObject;
      const rest = answerOf(jsonEditingBuiltins, 'json.remove', [value, chosen]) as RegoObject;
      for (const [key, inner] of Object.entries(plain)) {
        for (const [name, number] of Object.entries(inner)) {
          const inKept = (kept.get(key) as RegoObject | undefined)?.get(name);
          const inRest = (rest.get(key) as RegoObject | undefined)?.get(name);
          assert.deepEqual(
            [inKept, inRest],
            chosen.includes(`${key}/${name}`) ? [number, undefined] : [undefined, number],
          );
        }
      }
      assert.ok(equal(answerOf(jsonEditingBuiltins, 'json.filter', [kept, chosen])!, kept));
      assert.ok(equal(answerOf(jsonEditingBuiltins, 'json.remove', [rest, chosen])!, rest));
    }),
  );
});

test('a patch that adds and then removes changes nothing', () => {
  fc.assert(
    fc.property(fc.array(arbitraryJson, { maxLength: 4 }), fc.nat(4), arbitraryJson, (items, at, value) => {
      const path = String(Math.min(at, items.length));
      const operations = [
        RegoObject.of([
          ['op', 'add'],
          ['path', path],
          ['value', value],
        ]),
        RegoObject.of([
          ['op', 'test'],
          ['path', path],
          ['value', value],
        ]),
        RegoObject.of([
          ['op', 'remove'],
          ['path', path],
        ]),
      ];
      assert.ok(equal(answerOf(jsonEditingBuiltins, 'json.patch', [items, operations])!, items));
    }),
  );
});
