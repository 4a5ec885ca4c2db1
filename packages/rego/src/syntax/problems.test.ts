import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RegoError, type RegoProblem } from '../error.ts';
import { type ParseOptions, parseModule, parseQuery } from './parse.ts';
import { formatProblem, formatProblems } from './problem-text.ts';

function problems(source: string, options: ParseOptions = {}): readonly RegoProblem[] {
  try {
    parseModule(source, { file: 't.rego', ...options });
  } catch (error) {
    assert.ok(error instanceof RegoError, String(error));
    return error.errors;
  }
  return [];
}

/** Below `package a`: what is wrong, and where. */
const cases: [text: string, ...problems: string[]][] = [
  ['p { x }', '2:1 `if` keyword is required before rule body'],
  ['f(x) { x }', '2:1 `if` keyword is required before function body'],
  [
    'p[x] { x }',
    '2:1 `if` keyword is required before rule body',
    '2:1 `contains` keyword is required for partial set rules',
  ],
  ['p["a"]', '2:1 `contains` keyword is required for partial set rules'],
  ['p', '2:1 var cannot be used for rule name'],
  ['input', '2:1 refs cannot be used for rule head'],
  ['p.q.r', '2:1 rule must have value assignment and/or body declaration'],
  ['p == 1', '2:1 rule name conflicts with built-in function'],
  ['p+1', '2:2 unexpected plus token'],
  ['"x" = 1', '2:1 string cannot be used for rule name'],
  ['[1] = 1', '2:1 array cannot be used for rule name'],
  ['not p', '2:1 negated expressions cannot be used for rule head'],
  ['p := 1 with input as 2', '2:1 expressions using with keyword cannot be used for rule head'],
  ['p := 1; q', '2:1 multiple expressions cannot be used for rule head'],
  ['some x', "2:1 'some' declarations cannot be used for rule head"],
  ['p :=', '2:5 unexpected eof token: expected rule value term (e.g., p := <VALUE> { ... })'],
  ['f(x) :=', '2:8 unexpected eof token: expected function value term (e.g., f(x)(...) := <VALUE> { ... })'],
  ['p contains', '2:11 unexpected eof token: expected rule key term (e.g., p contains <VALUE> { ... })'],
  ['p if {}{', '2:9 unexpected eof token'],
  ['p if { x y }', '2:10 unexpected identifier token: expected \\n or ; or }'],
  ['p if [x | ]', '2:11 found empty body'],
  ['p := [1 2]', '2:9 unexpected number token: expected "," or "]"'],
  ['p := {1 2}', '2:9 unexpected number token: non-terminated set'],
  ['p := {"a": 1 2}', '2:14 unexpected number token: non-terminated object'],
  ['p := {"a": 1, 2}', '2:16 unexpected } token: expected ":"'],
  ['p := (1', '2:8 non-terminated expression'],
  ['p := a[1', '2:9 unexpected eof token: expected ['],
  ['p := a.', '2:8 unexpected eof token: expected identifier'],
  ['p := a. b', '2:9 unexpected whitespace token: expected identifier'],
  ['p := "a".b', '2:6 illegal ref (head cannot be string)'],
  ['p := 01', '2:6 unexpected number token: expected number without leading zero'],
  ['p := 1.', '2:6 expected fraction'],
  ['p := 1e', '2:6 expected exponent'],
  ['p := 1a2', '2:6 illegal number format'],
  ['p := 1e999999', '2:6 number too big'],
  ['p := -x', '2:7 unexpected identifier token: expected number'],
  ['p := "a', '2:6 non-terminated string'],
  ['p := "\\q"', '2:6 illegal escape sequence'],
  ['p := "\\u12"', '2:6 illegal string literal: "\\u12"'],
  ['p := `a', '2:6 non-terminated string'],
  ['p := $x', '2:6 illegal $ character'],
  ['p := @', '2:6 illegal token'],
  ['p if !x', '2:6 illegal ! character'],
  ['p := $"{not x}"', "2:9 unexpected negation ('not') in template-string expression"],
  ['p := $"{x := 1}"', "2:9 unexpected assignment (':=') in template-string expression"],
  ['p := $"{x = 1}"', "2:9 unexpected unification ('=') in template-string expression"],
  ['p := $"{some x in y}"', "2:9 unexpected 'some' in template-string expression"],
  ['p if { some x in [1 2] }', '2:21 unexpected number token: expected "," or "]"'],
  ['p if { some 1 }', '2:13 unexpected number token: expected var'],
  ['p if { some x == y }', '2:20 unexpected } token: expected `x in xs` or `x, y in xs` expression'],
  ['p if { not some x in y }', "2:12 unexpected some keyword: illegal negation of 'some'"],
  ['p if { every x in y }', '2:21 unexpected } token: missing body'],
  ['p if { every [x] in y {x} }', '2:23 unexpected { token: expected value to be a variable'],
  ['p if { x with 1 as 2 }', '2:15 unexpected number token: expected ident'],
  ['p if { x with input }', '2:21 unexpected } token: expected as keyword'],
  ['p if { x with f(x) as 2 }', '2:20 unexpected as keyword: expected with target path'],
  [
    'f(x) contains y',
    '2:6 unexpected contains keyword: the contains keyword can only be used with multi-value rule definitions (e.g., f(x) contains <VALUE> { ... })',
  ],
  ['p contains x if y else := 1', '2:19 else keyword cannot be used on multi-value rules'],
  ['p[x] if y else := 1', '2:11 else keyword cannot be used on rules with variables in head'],
  ['default p := x', '2:1 illegal default rule (value cannot contain var)'],
  ['default p := [f(x)]', '2:1 illegal default rule (value cannot contain call)'],
  ['default p := [x | x = 1]'],
  ['default p.q', '2:1 illegal default rule (must have a value)'],
  ['default f(x, x) := 1', '2:1 illegal default rule (arguments cannot be repeated x)'],
  ['default f([x]) := 1', '2:1 illegal default rule (arguments cannot contain array)'],
  ['package b', '2:1 unexpected package'],
  [
    'import foo.bar',
    '2:8 unexpected import path, must begin with one of: {data, future, input, rego}, got: foo',
  ],
  ['import data.if', '2:13 unexpected import path, must not end with a keyword, got: if'],
  ['import data.if as x'],
  ['import data[1]', '2:13 unexpected number token: expecting string'],
  ['import data.x as', '2:17 unexpected eof token: expected var'],
  ['import rego.v2', '2:8 invalid import `rego.v2`, must be `rego.v1`'],
  ['import future.x', '2:8 invalid import, must be `future.keywords`'],
  ['import future.keywords.x', '2:8 unexpected keyword, must be one of [contains every if in]'],
  ['p := f(x)(y)', '2:10 var cannot be used for rule name'],
  ['p := a[x](y)', '2:6 undefined function a[x]'],
];

for (const [text, ...expected] of cases) {
  test(`problem in ${JSON.stringify(text)}`, () => {
    const found = problems(`package a\n${text}`).map(({ row, col, message }) => `${row}:${col} ${message}`);
    assert.deepEqual(found, expected);
  });
}

const headers: [source: string, problem: string][] = [
  ['', 'rego_parse_error: empty module'],
  ['# only a comment', 'rego_parse_error: empty module'],
  ['p := 1', 't.rego:1: rego_parse_error: package expected'],
  ['package foo.', 't.rego:1: rego_parse_error: unexpected eof token: expected identifier'],
  ['package', 't.rego:1: rego_parse_error: unexpected eof token'],
  ['package a[x]', 't.rego:1: rego_parse_error: unexpected var token: expecting string'],
  ['package a\n\0', 't.rego:2: rego_parse_error: illegal null character'],
];

for (const [source, expected] of headers) {
  test(`module ${JSON.stringify(source)} is refused`, () => {
    const [first] = problems(source);
    assert.ok(first);
    assert.equal(formatProblem(first).split('\n')[0], expected);
  });
}

test('each statement that cannot be read has its problem', () => {
  const source = 'package a\n\np := }\n\nq := 1\n\nr if {\n\tx = [1,\n}\n\ns { x }\n';
  assert.deepEqual(
    problems(source).map(({ row }) => row),
    [3, 9, 11],
  );
});

test('after ten statements that cannot be read the rest is left alone', () => {
  assert.equal(problems(`package a\n${'\np := }\n'.repeat(30)}`).length, 10);
});

test('a problem shows its line and a caret, as OPA does', () => {
  const [problem] = problems('package a\n\tp := [1 2]\n');
  assert.equal(
    formatProblem(problem!),
    't.rego:2: rego_parse_error: unexpected number token: expected "," or "]"\n\tp := [1 2]\n\t        ^',
  );
});

test('several problems are counted', () => {
  const text = formatProblems(problems('package a\np[x] { x }'));
  assert.match(text, /^2 errors occurred:\nt\.rego:2: rego_parse_error: `if`/);
  assert.match(formatProblems(problems('package a\np')), /^1 error occurred: t\.rego:2: /);
});

test('of an overlong line what stands around the place is shown', () => {
  const [problem] = problems(`package a\np := [${'1, '.repeat(10_000)} }`);
  const [, line, caret] = formatProblem(problem!).split('\n');
  assert.ok(line!.length < 300);
  assert.equal(line![caret!.indexOf('^')], '}');
});

const hints: [text: string, hint: RegExp][] = [
  ['p { x }', /write `p if \{ ... \}`; policies of Rego v0 need --v0-compatible/],
  ['p if { a && b }', /no `&&`/],
  ['p if { a || b }', /no `\|\|`/],
  ['p if !x', /`not`/],
  ["p := 'x'", /double quotes/],
  ['p if { x } // why', /comments begin with `#`/],
  ['p', /needs a value or a body/],
  ['import lib.x', /import data\.lib\.x/],
];

for (const [text, hint] of hints) {
  test(`${JSON.stringify(text)} has a hint`, () => {
    assert.match(problems(`package a\n${text}`).at(0)?.hint ?? '', hint);
  });
}

test('nesting is bounded, whatever opens it', () => {
  for (const opening of ['[', '{', '(', '{"a":', 'f(', 'a[', '[x | y = ', '$"{', '1 + (']) {
    const found = problems(`package a\np := ${opening.repeat(20_000)}`);
    assert.match(found[0]!.message, /^max parsing recursion depth exceeded$/, opening);
  }
});

test('a chain of operators is bounded', () => {
  assert.match(problems(`package a\np := 1${' + 1'.repeat(5_000)}`)[0]!.message, /recursion depth/);
  assert.deepEqual(problems(`package a\np := 1${' + 1'.repeat(900)}`), []);
});

test('terms may nest some hundred deep', () => {
  assert.deepEqual(problems(`package a\np := ${'['.repeat(900)}${']'.repeat(900)}`), []);
});

test('a parser called on a full stack refuses instead of failing', () => {
  const deep = `package a\np := ${'['.repeat(400)}${']'.repeat(400)}`;
  const fill = (): string => {
    try {
      return fill();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      try {
        parseModule(deep);
        return 'read';
      } catch (inner) {
        if (inner instanceof RangeError) throw inner;
        return inner instanceof RegoError ? 'refused' : String(inner);
      }
    }
  };
  assert.equal(fill(), 'refused');
});

test('features can be switched off', () => {
  assert.match(
    problems('package a\np := $"x"', { features: ['rego_v1'] })[0]!.message,
    /template strings are not supported by current capabilities/,
  );
  assert.equal(problems('package a\np := a.if', { features: ['rego_v1'] }).length, 1);
  assert.match(problems('package a', { features: [] })[0]!.message, /rego_v1 feature required/);
});

test('a query may not end with a semicolon', () => {
  assert.throws(() => parseQuery('x := 1;'), /unexpected eof token/);
});
