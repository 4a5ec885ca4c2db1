import assert from 'node:assert/strict';
import test from 'node:test';
import { RegoError } from '../error.ts';
import { assertRefused } from '../evaluate/check-policy.ts';
import { compile } from '../evaluate/policy.ts';

/** `[what is wrong, the module after its package line, problems]`. */
const refused: [string, string, string[]][] = [
  [
    'a literal operand of the wrong type',
    'p := count(1)',
    ['2:6 rego_type_error: count: invalid argument(s)'],
  ],
  [
    'a rule of the wrong type as operand',
    'n := 1\np := count(n)',
    ['3:6 rego_type_error: count: invalid argument(s)'],
  ],
  [
    'an argument whose type the body shows',
    'f(x) := x + 1\np := f("a")',
    ['3:6 rego_type_error: data.test.f: invalid argument(s)'],
  ],
  [
    'too many operands of a builtin',
    'p if count("a", "b", "c")',
    ['2:6 rego_type_error: count: arity mismatch'],
  ],
  [
    'too many operands of a function',
    'f(x) := x\np := f(1, 2, 3)',
    ['3:6 rego_type_error: function data.test.f has arity 1, got 3 arguments'],
  ],
  [
    'too few operands of a function',
    'f(x, y) := x + y\np := f(1)',
    ['3:6 rego_type_error: function data.test.f has arity 2, got 1 argument'],
  ],
  ['an unknown function', 'p := nothing(1)', ['2:6 rego_type_error: undefined function nothing']],
  ['constants of different types', 'p if "a" = 1', ['2:6 rego_type_error: match error']],
  [
    'a key that a rule never has',
    'r := {"a": 1}\np := r.b',
    ['3:6 rego_type_error: undefined ref: data.test.r.b'],
  ],
  ['a part of a number', 'r := 1\np := r.b', ['3:6 rego_type_error: undefined ref: data.test.r.b']],
  ['a function as a value', 'f(x) := x\np := f', ['3:6 rego_type_error: undefined ref: data.test.f']],
  ['a variable assigned twice', 'p if { x := 1; x := 2 }', ['2:16 rego_compile_error: var x assigned above']],
  [
    'a variable read before it is assigned',
    'p if { y := x; x := 1 }',
    ['2:16 rego_compile_error: var x referenced above'],
  ],
  [
    'a variable declared twice',
    'p if { some x; some x; x = 1 }',
    ['2:16 rego_compile_error: var x declared above'],
  ],
  ['an argument assigned', 'f(x) if { x := 1 }', ['2:11 rego_compile_error: arg x redeclared']],
  ['an unused declaration', 'p if { some x; true }', ['2:8 rego_compile_error: declared var x unused']],
  [
    'an assignment in a negation',
    'p if { not x := 1 }',
    ['2:8 rego_compile_error: cannot assign vars inside negated expression'],
  ],
  ['an assignment to a call', 'p if { count([]) := 1 }', ['2:8 rego_compile_error: cannot assign to call']],
  ['an unbound variable', 'p if { x == 1 }', ['2:8 rego_unsafe_var_error: var x is unsafe']],
  [
    'an unbound variable in a negation',
    'p if { not input.a[x] }',
    ['2:8 rego_unsafe_var_error: var x is unsafe'],
  ],
  ['an unbound variable in a head', 'p contains x if true', ['2:1 rego_unsafe_var_error: var x is unsafe']],
  [
    'an unbound variable in a closure',
    'p := [y | y = z]',
    ['2:11 rego_unsafe_var_error: var y is unsafe', '2:11 rego_unsafe_var_error: var z is unsafe'],
  ],
  [
    'an unbound variable in every',
    'p if { every x in [1] { x == y } }',
    ['2:25 rego_unsafe_var_error: var y is unsafe'],
  ],
  ['an unbound wildcard in a call', 'p if { count(_) > 1 }', ['2:8 rego_unsafe_var_error: var _ is unsafe']],
  [
    'two variables that only know each other',
    'p if { [x, y] = [y, x] }',
    ['2:8 rego_unsafe_var_error: var x is unsafe', '2:8 rego_unsafe_var_error: var y is unsafe'],
  ],
  ['an unbound operand of print', 'p if { print(x) }', ['2:14 rego_compile_error: var x is undeclared']],
  ['the value of print', 'p := print(1)', ['2:6 rego_type_error: print(1) used as value']],
  [
    'rules in a circle',
    'p := q\nq := p',
    ['2:1 rego_recursion_error: rule data.test.p is recursive: data.test.p -> data.test.q -> data.test.p'],
  ],
  [
    'a recursive function',
    'f(x) := f(x)',
    ['2:1 rego_recursion_error: rule data.test.f is recursive: data.test.f -> data.test.f'],
  ],
  [
    'a rule that reads its own package',
    'p := data.test',
    ['2:1 rego_recursion_error: rule data.test.p is recursive: data.test.p -> data.test.p'],
  ],
  [
    'one name as value and set',
    'p := 1\np contains 2',
    ['2:1 rego_type_error: conflicting rules data.test.p found'],
  ],
  [
    'one function with two arities',
    'f(x) := x\nf(x, y) := x + y',
    ['2:1 rego_type_error: conflicting rules data.test.f found'],
  ],
  [
    'two defaults',
    'default p := 1\ndefault p := 2',
    ['1:1 rego_type_error: multiple default rules data.test.p found at test.rego:2, test.rego:3'],
  ],
  [
    'a rule below a value',
    'a.b.c := 1\na.b := 2',
    ['3:1 rego_type_error: rule data.test.a.b conflicts with [data.test.a.b.c]'],
  ],
  [
    'two imports of one name',
    'import data.a.b\nimport data.c.b\np := 1',
    ['3:1 rego_compile_error: import must not shadow import data.a.b'],
  ],
  [
    'a variable called input',
    'p if { input := 1 }',
    ['2:8 rego_compile_error: variables must not shadow input (use a different variable name)'],
  ],
  [
    'an unknown target of with',
    'p if { true with foo as 1 }',
    ['2:18 rego_type_error: with keyword target must reference existing input, data, or a function'],
  ],
  [
    'a part of a rule as target of with',
    'q := {"a": 2}\np if { true with data.test.q.a as 1 }',
    ['3:18 rego_compile_error: with keyword cannot partially replace virtual document(s)'],
  ],
  [
    'a relation as target of with',
    'p if { true with walk as 1 }',
    ['2:18 rego_compile_error: with keyword replacing built-in function: target must not be a relation'],
  ],
  [
    'a deprecated builtin',
    'p := all([true])',
    ['2:1 rego_type_error: deprecated built-in function calls in expression: all'],
  ],
];

for (const [what, source, problems] of refused)
  test(`${what} is refused`, () => assertRefused(source, problems));

test('several problems come at once, in the order of the source', () => {
  assertRefused('p if { x == 1 }\nq if { y == 1 }', [
    '2:8 rego_unsafe_var_error: var x is unsafe',
    '3:8 rego_unsafe_var_error: var y is unsafe',
  ]);
});

test('problems of a later stage wait for those of an earlier one', () => {
  assertRefused('p if { x == 1 }\nq := nothing(1)', ['3:6 rego_type_error: undefined function nothing']);
});

test('a misspelt builtin comes with the name it may mean', () => {
  assert.throws(
    () => compile({ modules: { 'a.rego': 'package a\np := cuont([])' } }),
    (error) => error instanceof RegoError && error.errors[0]?.hint === 'did you mean count?',
  );
});

test('what is had and what is wanted stand below the message', () => {
  assert.throws(() => compile({ modules: { 'a.rego': 'package a\np := count(1)' } }), {
    message: [
      'a.rego:2: rego_type_error: count: invalid argument(s)',
      '\thave: (number, ???)',
      '\twant: (any<string, array[any], object[any: any], set[any]>, number)',
    ].join('\n'),
  });
});

test('a builtin that the capabilities lack is unknown', () => {
  assertRefused('p := upper("a")', ['2:6 rego_type_error: undefined function upper'], {
    capabilities: { builtins: [{ name: 'lower' }] },
  });
});

const strict: [string, string, string[]][] = [
  ['an unused assignment', 'p if { x := 1 }', ['2:8 rego_compile_error: assigned var x unused']],
  [
    'an unused argument',
    'f(x) := 1',
    ['2:1 rego_compile_error: unused argument x. (hint: use _ (wildcard variable) instead)'],
  ],
  ['an unused import', 'import data.a\np := 1', ['2:1 rego_compile_error: import data.a unused']],
];

for (const [what, source, problems] of strict) {
  test(`in strict mode ${what} is refused`, () => assertRefused(source, problems, { strict: true }));
  test(`otherwise ${what} is allowed`, () => {
    compile({ modules: { 'a.rego': `package test\n${source}` } });
  });
}

test('arguments used in an else branch count as used', () => {
  compile({
    modules: { 'a.rego': 'package a\nf(x) := 1 if { input.y } else := x' },
    strict: true,
  });
});
