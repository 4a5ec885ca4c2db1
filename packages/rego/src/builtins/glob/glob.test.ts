import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { answerOf, checkCases } from '../check-builtin.ts';
import { globBuiltins } from './glob.ts';

checkCases(globBuiltins, [
  ['glob.match', ['"*.github.com"', '["."]', '"api.github.com"'], 'true'],
  ['glob.match', ['"*.github.com"', '["."]', '"api.cdn.github.com"'], 'false'],
  ['glob.match', ['"api.**.com"', '["."]', '"api.cdn.github.com"'], 'true'],
  ['glob.match', ['"*"', 'null', '"a/b.c\\n"'], 'true'],
  ['glob.match', ['"*"', '[]', '"foo.bar"'], 'false'],
  ['glob.match', ['"*"', '[]', '"foo/bar"'], 'true'],
  ['glob.match', ['"*:*"', '[":", "/"]', '"a:b/c"'], 'false'],
  ['glob.match', ['"?at"', '["f"]', '"fat"'], 'false'],
  ['glob.match', ['"?at"', '[]', '"\u{1f600}at"'], 'true'],
  ['glob.match', ['"[abc]at"', '[]', '"cat"'], 'true'],
  ['glob.match', ['"[!a-c]at"', '[]', '"bat"'], 'false'],
  ['glob.match', ['"[!abc]at"', '[]', '".at"'], 'true'],
  ['glob.match', ['"[a^-]x"', '[]', '"^x"'], 'true'],
  ['glob.match', ['"{cat,bat,[fr]at}"', '[]', '"rat"'], 'true'],
  ['glob.match', ['"{a,{b,c}d}e"', '[]', '"cde"'], 'true'],
  ['glob.match', ['"{a,}b"', '[]', '"b"'], 'true'],
  ['glob.match', ['"a,b}"', '[]', '"a,b}"'], 'true'],
  ['glob.match', ['"\\\\*a\\\\?"', '[]', '"*a?"'], 'true'],
  ['glob.match', ['"a(b)|c+$"', '[]', '"a(b)|c+$"'], 'true'],
  ['glob.match', ['""', '[]', '""'], 'true'],
  ['glob.match', ['"[a"', '[]', '"a"'], 'error: unexpected end of input'],
  ['glob.match', ['"[]"', '[]', '"a"'], 'error: could not parse range'],
  ['glob.match', ['"[c-a]"', '[]', '"a"'], "error: hi character 'a' should be greater than lo 'c'"],
  ['glob.match', ['"[a-cx]"', '[]', '"a"'], 'error: expected close range character'],
  ['glob.match', ['1', '[]', '"a"'], 'type error: operand 1 must be string but got number'],
  ['glob.match', ['"a"', '"."', '"a"'], 'type error: operand 2 must be one of {array, null} but got string'],
  [
    'glob.match',
    ['"a"', '[1]', '"a"'],
    'type error: operand 2 must be array of strings but got array containing number',
  ],
  [
    'glob.match',
    ['"a"', '["ab"]', '"a"'],
    'type error: operand 2 must be array of runes but got array containing string',
  ],
  ['glob.quote_meta', ['"*.domain.com"'], '"\\\\*.domain.com"'],
  ['glob.quote_meta', ['"a{b,c}[?]\\\\"'], '"a\\\\{b,c\\\\}\\\\[\\\\?\\\\]\\\\\\\\"'],
]);

/** Straight from the definition, by trying everything. */
function matches(pattern: string, text: string, delimiter: string): boolean {
  if (pattern === '') return text === '';
  if (pattern.startsWith('**')) {
    return (
      matches(pattern.slice(2), text, delimiter) ||
      (text !== '' && matches(pattern, text.slice(1), delimiter))
    );
  }
  const [char] = pattern;
  const free = text !== '' && text[0] !== delimiter;
  if (char === '*')
    return matches(pattern.slice(1), text, delimiter) || (free && matches(pattern, text.slice(1), delimiter));
  if (char === '?') return free && matches(pattern.slice(1), text.slice(1), delimiter);
  return text[0] === char && matches(pattern.slice(1), text.slice(1), delimiter);
}

test('stars and question marks match what their definition says', () => {
  const pattern = fc
    .array(fc.constantFrom('a', '.', '*', '**', '?', 'b'), { maxLength: 6 })
    .map((parts) => parts.join(''));
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 7 });
  fc.assert(
    fc.property(pattern, text, (glob, subject) => {
      // Three stars read as two and one, from the left.
      assert.equal(answerOf(globBuiltins, 'glob.match', [glob, ['.'], subject]), matches(glob, subject, '.'));
    }),
    { numRuns: 1000 },
  );
});

test('alternatives match what one of them matches', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 3 });
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1, maxLength: 3 }),
      fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 4 }),
      (options, subject) => {
        const each = options.some((option) => matches(option, subject, '.'));
        assert.equal(answerOf(globBuiltins, 'glob.match', [`{${options.join(',')}}`, ['.'], subject]), each);
      },
    ),
  );
});
