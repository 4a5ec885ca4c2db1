import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { checkCases, quietContext } from '../check-builtin.ts';
import { toLower, toUpper } from './case.ts';
import { editingBuiltins } from './editing.ts';
import { replaceAll } from './replacement.ts';
import { searchBuiltins } from './search.ts';

checkCases(searchBuiltins, [
  ['contains', ['"abc"', '"bc"'], 'true'],
  ['contains', ['"abc"', '""'], 'true'],
  ['contains', ['1', '""'], 'type error: operand 1 must be string but got number'],
  ['startswith', ['"abc"', '"ab"'], 'true'],
  ['endswith', ['"abc"', '"ab"'], 'false'],
  ['strings.any_prefix_match', ['"abc"', '["x", "ab"]'], 'true'],
  ['strings.any_prefix_match', ['["q", "abc"]', '{"b"}'], 'false'],
  ['strings.any_prefix_match', ['[]', '[""]'], 'false'],
  ['strings.any_prefix_match', ['{"a"}', '""'], 'true'],
  ['strings.any_suffix_match', ['["q", "abc"]', '["bc"]'], 'true'],
  ['strings.any_suffix_match', ['"c"', '"abc"'], 'false'],
  [
    'strings.any_prefix_match',
    ['1', '""'],
    'type error: operand 1 must be one of {string, set, array} but got number',
  ],
  [
    'strings.any_prefix_match',
    ['[1]', '""'],
    'type error: operand 1 must be array of strings but got array containing number',
  ],
  [
    'strings.any_suffix_match',
    ['""', '{1}'],
    'type error: operand 2 must be set of strings but got set containing number',
  ],
  ['indexof', ['"añb"', '"b"'], '2'],
  ['indexof', ['"\u{1f600}b"', '"b"'], '1'],
  ['indexof', ['"abc"', '"x"'], '-1'],
  ['indexof', ['"abc"', '""'], 'error: empty search character'],
  ['indexof_n', ['"\u{1f600}aXaa"', '"a"'], '[1, 3, 4]'],
  ['indexof_n', ['"aaaa"', '"aa"'], '[0, 1, 2]'],
  ['indexof_n', ['"abc"', '"x"'], '[]'],
  ['strings.count', ['"cheese"', '"e"'], '3'],
  ['strings.count', ['"aaaa"', '"aa"'], '2'],
  ['strings.count', ['"añ"', '""'], '3'],
]);

checkCases(editingBuiltins, [
  ['lower', ['"ÀB"'], '"àb"'],
  ['upper', ['"straße ŉ ᾳ"'], '"STRAßE ŉ ᾼ"'],
  ['strings.reverse', ['"añ\u{1f600}"'], '"\u{1f600}ña"'],
  ['strings.reverse', ['1'], 'type error: operand 1 must be string but got number'],
  ['trim', ['"¡¡foo!¡"', '"!¡"'], '"foo"'],
  ['trim_left', ['"\u{1f600}x\u{1f600}"', '"\u{1f600}"'], '"x\u{1f600}"'],
  ['trim_right', ['"\u{1f600}x\u{1f600}"', '"\u{1f600}"'], '"\u{1f600}x"'],
  ['trim', ['"aaa"', '"a"'], '""'],
  ['trim', ['"abc"', '""'], '"abc"'],
  ['trim_prefix', ['"abab"', '"ab"'], '"ab"'],
  ['trim_suffix', ['"abab"', '"ab"'], '"ab"'],
  ['trim_space', ['"\\t\\u0085\\u3000 x y \\u00a0\\n"'], '"x y"'],
  ['concat', ['", "', '["a", "b"]'], '"a, b"'],
  ['concat', ['"/"', '{"b", "a"}'], '"a/b"'],
  ['concat', ['""', '[]'], '""'],
  [
    'concat',
    ['","', '[1]'],
    'type error: operand 2 must be array of strings but got array containing number',
  ],
  ['concat', ['","', '"a"'], 'type error: operand 2 must be one of {set, array} but got string'],
  ['split', ['"a.b."', '"."'], '["a", "b", ""]'],
  ['split', ['"abc"', '"x"'], '["abc"]'],
  ['split', ['"a\u{1f600}"', '""'], '["a", "\u{1f600}"]'],
  ['split', ['""', '"x"'], '[""]'],
  ['substring', ['"añ\u{1f600}b"', '1', '2'], '"ñ\u{1f600}"'],
  ['substring', ['"abc"', '1', '-1'], '"bc"'],
  ['substring', ['"abc"', '5', '1'], '""'],
  ['substring', ['"abc"', '0', '99'], '"abc"'],
  ['substring', ['"abc"', '-1', '1'], 'error: negative offset'],
  [
    'substring',
    ['"abc"', '0.5', '1'],
    'type error: operand 2 must be integer number but got floating-point number',
  ],
  ['format_int', ['255', '16'], '"ff"'],
  ['format_int', ['-10.9', '2'], '"-1010"'],
  ['format_int', ['123456789012345678901234567890', '10'], '"123456789012345678901234567890"'],
  ['format_int', ['8', '8'], '"10"'],
  ['format_int', ['8', '7'], 'type error: operand 2 must be one of {2, 8, 10, 16}'],
  ['replace', ['"aXbX"', '"X"', '"yy"'], '"ayybyy"'],
  ['replace', ['"abc"', '""', '"-"'], '"-a-b-c-"'],
  ['replace', ['"a\u{1f600}"', '""', '"-"'], '"-a-\u{1f600}-"'],
  ['strings.replace_n', ['{"<": "&lt;", ">": "&gt;"}', '"<b>"'], '"&lt;b&gt;"'],
  ['strings.replace_n', ['{"f": "x", "foo": "xxx"}', '"foobar"'], '"xoobar"'],
  ['strings.replace_n', ['{"a": "b", "b": "a"}', '"ab"'], '"ba"'],
  ['strings.replace_n', ['{"": "-", "a": "X"}', '"aba"'], '"-X-b-X-"'],
  ['strings.replace_n', ['{}', '"abc"'], '"abc"'],
  [
    'strings.replace_n',
    ['{1: "a"}', '"abc"'],
    'type error: operand 1 non-string key found in pattern object',
  ],
  [
    'strings.replace_n',
    ['{"a": 1}', '"abc"'],
    'type error: operand 1 non-string value found in pattern object',
  ],
]);

test('case changes one character at a time, without regard to its neighbours', () => {
  assert.equal(toLower('ΑΣ İ'), 'ασ i');
  assert.equal(toUpper('ŉᾀ\u{10428}'), 'ŉᾈ\u{10400}');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      assert.equal([...toUpper(text)].length, [...text].length);
      assert.equal([...toLower(text)].length, [...text].length);
    }),
  );
});

test('replacing several texts is one pass from left to right in which the first that matches wins', () => {
  const part = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(
      fc.uniqueArray(part, { minLength: 1, maxLength: 4 }),
      fc.string({ unit: fc.constantFrom('a', 'b', 'c') }),
      (keys, text) => {
        const pairs = keys.map((key) => [key, `<${key}>`] as const);
        let expected = '';
        for (let at = 0; at < text.length; ) {
          const key = keys.find((candidate) => text.startsWith(candidate, at));
          expected += key ? `<${key}>` : text[at];
          at += key?.length ?? 1;
        }
        assert.equal(replaceAll(text, pairs, quietContext), expected);
      },
    ),
  );
});
