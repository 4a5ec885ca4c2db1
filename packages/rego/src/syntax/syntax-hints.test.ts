import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RegoError } from '../error.ts';
import { compile } from '../evaluate/policy.ts';

/** The hints of a policy's problems. */
function hintsOf(rules: string, v0 = false): (string | undefined)[] {
  try {
    compile({ modules: { 'p.rego': `package p\n\n${rules}\n` }, v0 });
  } catch (error) {
    if (error instanceof RegoError) return error.errors.map(({ hint }) => hint);
    throw error;
  }
  return [];
}

const cases: readonly [what: string, rules: string, hint: RegExp][] = [
  ['&&', 'p if input.x && input.y', /Rego has no `&&`/],
  ['||', 'p if input.x || input.y', /Rego has no `\|\|`/],
  ['!', 'p if !input.x', /write `not`/],
  ['===', 'p if { input.x === 1 }', /compares by `==`/],
  ['!==', 'p if { input.x !== 1 }', /compares by `!=`/],
  ['and', 'p if { input.x and input.y }', /stand one a line/],
  ['a loop', 'p if {\n\tfor x in input.xs { x }\n}', /Rego has no loops/],
  ['every with a colon', 'p if { every x in input.xs: x > 1 }', /write `every x in xs \{ \.\.\. \}`/],
  ['a comma between conditions', 'p if { input.x == 1, input.y == 2 }', /stand one a line/],
  ['single quotes', "p := 'a'", /double quotes/],
  ['another comment', '// what it does\np := 1', /comments begin with `#`/],
  ['a conditional expression', 'p := input.a ? 1 : 2', /Rego has no `\? :`/],
  ['an open brace', 'p if {\n\tinput.x == "}" # }\n', /the `\{` of line 3 is not closed/],
  ['an open parenthesis', 'p := count([1, 2]', /the `\(` of line 3 is not closed/],
  ['no if', 'p { input.x }', /write `p if \{ \.\.\. \}`/],
  ['contains without if', 'p contains x { x := 1 }', /write `p contains \.\.\. if \{ \.\.\. \}`/],
  ['True', 'p if input.x == True', /write `true`/],
  ['nil', 'p if input.x == nil', /write `null`/],
  ['a misspelt builtin', 'p := cuont([1])', /did you mean count\?/],
  ['a builtin of the past', 'p if re_match("a", "b")', /call regex\.match/],
];

for (const [what, rules, hint] of cases) {
  test(`a hint is given for ${what}`, () => {
    const [first = ''] = hintsOf(rules).filter((text) => text !== undefined);
    assert.match(first, hint);
  });
}

test('version 0 is told what `if` needs', () => {
  assert.match(hintsOf('p if input.x', true).join('\n'), /write `import rego\.v1`/);
});

test('a comma too many in an object is no condition', () => {
  assert.deepEqual(hintsOf('p := {"a": 1,, "b": 2}'), [undefined]);
});

test('what is right has no hint, and what is only wrong neither', () => {
  assert.deepEqual(hintsOf('p if input.x == 1'), []);
  assert.deepEqual(hintsOf('p if { x == 1 }'), [undefined]);
});
