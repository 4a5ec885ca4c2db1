import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { checkCases, quietContext } from '../check-builtin.ts';
import { backtrackingPattern } from './backtracking.ts';
import { LeastRecentlyUsed } from './cache.ts';
import { compileRegex } from './engine.ts';
import { haveCommonMatch } from './globs-intersection.ts';
import { LinearRegex } from './linear.ts';
import { regexBuiltins } from './regex.ts';
import { findAll } from './searches.ts';

checkCases(regexBuiltins, [
  ['regex.match', ['"^[a-z]+\\\\[[0-9]+\\\\]$"', '"foo[1]"'], 'true'],
  ['regex.match', ['"^$"', '"x"'], 'false'],
  ['regex.match', ['""', '"x"'], 'true'],
  ['regex.match', ['"(?i)ABC"', '"xabcx"'], 'true'],
  ['regex.match', ['"^\\\\s$"', '"\\u00a0"'], 'false'],
  ['regex.match', ['"^.$"', '"\u{1f600}"'], 'true'],
  ['regex.match', ['"^.$"', '"\\n"'], 'false'],
  ['regex.match', ['"["', '"x"'], 'error: error parsing regexp: missing closing ]: `[`'],
  [
    'regex.match',
    ['"(?=a)b"', '"x"'],
    'error: error parsing regexp: invalid or unsupported Perl syntax: `(?=`',
  ],
  ['regex.match', ['"(a)\\\\1"', '"x"'], 'error: error parsing regexp: invalid escape sequence: `\\1`'],
  ['regex.match', ['"a**"', '"x"'], 'error: error parsing regexp: invalid nested repetition operator: `**`'],
  [
    'regex.match',
    ['"a\\\\"', '"x"'],
    'error: error parsing regexp: trailing backslash at end of expression: ``',
  ],
  ['regex.match', ['"a{1001}"', '"x"'], 'error: error parsing regexp: invalid repeat count: `{1001}`'],
  ['regex.match', ['1', '"x"'], 'type error: operand 1 must be string but got number'],
  ['re_match', ['"a"', '"cat"'], 'true'],
  ['regex.is_valid', ['"a+"'], 'true'],
  ['regex.is_valid', ['"(?<=a)b"'], 'false'],
  ['regex.is_valid', ['"(?=a)?b"'], 'false'],
  ['regex.is_valid', ['1'], 'false'],
  ['regex.split', ['"z+"', '"pizza"'], '["pi", "a"]'],
  ['regex.split', ['""', '"abc"'], '["a", "b", "c"]'],
  ['regex.split', ['"^a"', '""'], '[""]'],
  ['regex.split', ['"^[a-z]+"', '"foobar baz"'], '["", " baz"]'],
  ['regex.split', ['"a*"', '"baac"'], '["b", "c"]'],
  ['regex.find_n', ['"a."', '"paranormal"', '-1'], '["ar", "an", "al"]'],
  ['regex.find_n', ['"a."', '"paranormal"', '2'], '["ar", "an"]'],
  ['regex.find_n', ['"a."', '"paranormal"', '0'], '[]'],
  ['regex.find_n', ['"x*"', '"axb"', '-1'], '["", "x", ""]'],
  ['regex.find_n', ['"^a."', '"abab"', '-1'], '["ab"]'],
  [
    'regex.find_all_string_submatch_n',
    ['"a(x*)b(y)?"', '"-axxb-ab-"', '-1'],
    '[["axxb", "xx", ""], ["ab", "", ""]]',
  ],
  ['regex.find_all_string_submatch_n', ['"(?:(a)|b)*"', '"ab"', '-1'], '[["ab", "a"]]'],
  ['regex.replace', ['"-wy-wxxy-"', '"w(x*)y"', '"<$1>"'], '"-<>-<xx>-"'],
  ['regex.replace', ['"foo"', '"(?P<f>o)"', '"[${f}$f$1x$$ $"'], '"f[oo$ $[oo$ $"'],
  ['regex.replace', ['"foo"', '"^[a-z]"', '"F"'], '"Foo"'],
  ['regex.replace', ['"abc"', '"x*"', '"-"'], '"-a-b-c-"'],
  ['regex.replace', ['"aXbX"', '"X"', '"$9"'], '"ab"'],
  ['regex.replace', ['"\u{1f600}a"', '"b*"', '"."'], '".\u{1f600}.a."'],
  ['regex.template_match', ['"urn:foo:{.*}"', '"urn:foo:bar:baz"', '"{"', '"}"'], 'true'],
  ['regex.template_match', ['"urn.foo:<[0-9]{2}>"', '"urnxfoo:12"', '"<"', '">"'], 'false'],
  ['regex.template_match', ['"a{b"', '"a"', '"{"', '"}"'], 'error: unbalanced braces in "a{b"'],
  ['regex.template_match', ['"a}b"', '"a"', '"{"', '"}"'], 'error: unbalanced braces in "a}b"'],
  [
    'regex.template_match',
    ['"a"', '"a"', '"{{"', '"}"'],
    'error: start delimiter has to be exactly one character long but is 2 long',
  ],
  ['regex.globs_match', ['"a.a.[0-9]+z"', '".b.b2359825792*594823z"'], 'true'],
  ['regex.globs_match', ['"[a-z]+"', '"[0-9]*"'], 'false'],
  ['regex.globs_match', ['"b.*"', '"bar"'], 'true'],
  [
    'regex.globs_match',
    ['"pqrs]"', '"[a-b]+"'],
    "error: input:pqrs], pos:5, set-close ']' with no preceding '[': the input provided is invalid",
  ],
  [
    'regex.globs_match',
    ['"*a"', '"a"'],
    "error: input:*a, pos:1, flag '*' must be preceded by a non-flag: the input provided is invalid",
  ],
]);

test("a pattern that one can backtrack in goes to JavaScript's engine, any other does not", () => {
  for (const quick of [
    '^[a-z]+://([^/]+)/(.*)$',
    '^sha256:[0-9a-f]{64}$',
    'x*',
    '^[a-z]+(?:[._-][a-z]+)*$',
    'a{2,4}b',
  ]) {
    assert.ok(backtrackingPattern(quick), quick);
  }
  const linear = [
    '(a+)+b',
    'a*a*b',
    '(a|a)b',
    '(a*)*',
    '(?:a?|b?)c',
    'a{2,4}a',
    '.*foo',
    '\\bx',
    '(?i)a',
    '^a|b$',
    '\\pL',
    '[[:alpha:]]',
  ];
  for (const pattern of linear) assert.equal(backtrackingPattern(pattern), undefined, pattern);
});

test('hostile patterns and texts take no noticeable time', () => {
  const long = 'a'.repeat(50_000);
  const started = performance.now();
  for (const pattern of [
    '(a+)+$',
    '(a|aa)+$',
    '(a*)*b',
    'a*a*a*a*b',
    '(x+x+)+y',
    '[a-z]+\\d',
    '^(a?){50}a{50}$',
  ]) {
    compileRegex(pattern).test(`${long}!`);
  }
  assert.ok(performance.now() - started < 5000);
});

test('both engines find the same matches', () => {
  const char = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\d', '\\w', '\\s', '1', '-', 'é', '\\.');
  const quantifier = fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,2}', '*?', '+?', '{1,}');
  const pattern = fc.letrec<{ choice: string; sequence: string; item: string }>((tie) => ({
    choice: fc.array(tie('sequence'), { minLength: 1, maxLength: 2 }).map((options) => options.join('|')),
    sequence: fc.array(tie('item'), { maxLength: 3 }).map((parts) => parts.join('')),
    item: fc.oneof(
      { maxDepth: 2 },
      fc.tuple(char, quantifier).map(([atom, times]) => atom + times),
      fc
        .tuple(tie('choice'), fc.boolean(), quantifier)
        .map(([inner, captures, times]) => `(${captures ? '' : '?:'}${inner})${times}`),
    ),
  })).choice;
  const text = fc.string({
    unit: fc.constantFrom('a', 'b', '1', '-', 'é', '\n', '\u{1f600}', '.'),
    maxLength: 8,
  });
  const anchored = fc
    .tuple(fc.constantFrom('', '^'), pattern, fc.constantFrom('', '$'))
    .map((parts) => parts.join(''));
  let compared = 0;
  fc.assert(
    fc.property(anchored, text, (source, subject) => {
      if (!backtrackingPattern(source)) return;
      compared += 1;
      const quick = compileRegex(source);
      const linear = new LinearRegex(source);
      assert.equal(quick.test(subject), linear.test(subject));
      assert.deepEqual(findAll(quick, subject, -1, quietContext), findAll(linear, subject, -1, quietContext));
    }),
    { numRuns: 4000 },
  );
  assert.ok(compared > 800, `only ${compared} patterns were of the common part`);
});

test('common matches of simple patterns are those a search would find', () => {
  const step = fc
    .tuple(fc.constantFrom('a', 'b', '.', '[ab]', '[b-c]'), fc.constantFrom('', '', '*', '+'))
    .map((parts) => parts.join(''));
  const simple = fc.array(step, { maxLength: 3 }).map((steps) => steps.join(''));
  const words = ['', ...'abc'].flatMap((a) =>
    ['', ...'abc'].flatMap((b) => ['', ...'abc'].flatMap((c) => ['', ...'abc'].map((d) => a + b + c + d))),
  );
  fc.assert(
    fc.property(simple, simple, (a, b) => {
      const both = words.some(
        (word) => word !== '' && new RegExp(`^${a}$`).test(word) && new RegExp(`^${b}$`).test(word),
      );
      if (both) assert.ok(haveCommonMatch(a, b));
      else if (a !== '' || b !== '')
        assert.ok(!haveCommonMatch(a, b) || (a + b).includes('*') || (a + b).includes('+'));
    }),
  );
});

test('what was used longest ago is forgotten first', () => {
  const cache = new LeastRecentlyUsed<string, number>(2);
  let made = 0;
  const get = (key: string) => cache.get(key, () => (made += 1));
  get('a');
  get('b');
  get('a');
  get('c');
  get('a');
  assert.equal(made, 3);
  get('b');
  assert.equal(made, 4);
});
