import assert from 'node:assert/strict';
import test from 'node:test';
import { answerOf } from './check-policy.ts';

const cases: [what: string, source: string, expected: string][] = [
  ['the input is replaced', 'q := input.a\np := x if { x := q with input as {"a": 2} }', '2'],
  [
    'a part of the input is replaced, the rest stays',
    'q := [input.a.b, input.a.c]\np := x if { x := q with input.a.b as 9 }',
    '[9, 1]',
  ],
  ['a part of an undefined input is made', 'p := x if { x := input.n.m with input.n.m as 3 }', '3'],
  ['base data is replaced', 'p := x if { x := data.base.x with data.base.x as 5 }', '5'],
  ['a rule is replaced', 'q := 1\np := [q, x] if { x := q with q as 2 }', '[1, 2]'],
  ['a package is replaced', 'p := x if { x := data.lib with data.lib as {"a": 1} }', '{"a": 1}'],
  [
    'a rule that reads a replaced rule changes',
    'q := 1\nr := q + 1\np := [r, x, r] if { x := r with q as 5 }',
    '[2, 6, 2]',
  ],
  [
    'a rule that reads nothing replaced keeps its value',
    'q := 1\nr := 7\np := x if { x := r with q as 5 }',
    '7',
  ],
  ['a function is replaced by a value', 'f(x) := x\np := [f(1), y] if { y := f(1) with f as 4 }', '[1, 4]'],
  [
    'a function is replaced by a function',
    'f(x) := x\ng(x) := x * 10\np := y if { y := f(2) with f as g }',
    '20',
  ],
  ['a builtin is replaced by a value', 'p := y if { y := count([1]) with count as 9 }', '9'],
  [
    'a builtin is replaced by a function',
    'm(x) := "mock"\np := y if { y := upper("a") with upper as m }',
    '"mock"',
  ],
  ['a builtin is replaced by a builtin', 'p := y if { y := upper("Ab") with upper as lower }', '"ab"'],
  [
    'the stand-in may call what it stands in for',
    'm(x) := concat("", [upper(x), "!"])\np := y if { y := upper("a") with upper as m }',
    '"A!"',
  ],
  [
    'a replacement reaches functions called from functions',
    'f(x) := upper(x)\np := y if { y := f("a") with upper as "U" }',
    '"U"',
  ],
  [
    'answers of functions are kept apart by world',
    'f(x) := input.k + x\np := [a, b, c] if { a := f(1) with input.k as 1; b := f(1) with input.k as 10; c := f(1) with input.k as 1 }',
    '[2, 11, 2]',
  ],
  [
    'replacements nest, the inner one counts',
    'q := input.a\nr := x if { x := q with input.a as 2 }\np := x if { x := r with input.a as 1 }',
    '2',
  ],
  [
    'several replacements take effect together',
    'q := [input.a, input.b]\np := x if { x := q with input.a as 1 with input.b as 2 }',
    '[1, 2]',
  ],
  [
    'values are worked out in the world outside',
    'p := x if { x := input.a with input.a as input.a }',
    'undefined',
  ],
  [
    'a replacement in a negation',
    'q if input.a\np if { not q with input.a as false; q with input.a as true }',
    'true',
  ],
  ['a replacement on every', 'p if { every x in [1, 2] { x < input.limit } with input.limit as 3 }', 'true'],
  ['a replacement on some', 'p := x if { some x in input.xs with input.xs as [7] }', '7'],
  ['a replacement reaches closures', 'p := x if { x := [y | y := input.a] with input.a as 1 }', '[1]'],
  [
    'a member of a replaced partial set',
    'q contains 1\np := [1 in q, x] if { x := 2 in q with q as {2} }',
    '[true, true]',
  ],
  [
    'iterating below a replaced document',
    'p := x if { x := [k | data.lib[k]] with data.lib as {"b": 1, "a": 1} }',
    '["a", "b"]',
  ],
  [
    'a rule of a package that is replaced above',
    'p := x if { x := data.lib.deep.v with data.lib as {"deep": {"v": 3}} }',
    '3',
  ],
];

for (const [what, source, expected] of cases)
  test(what, () => {
    const modules = {
      'test.rego': `package test\n${source}`,
      'lib.rego': 'package lib\na := 0\nz := 0',
      'deep.rego': 'package lib.deep\nv := 1',
    };
    const input = what.includes('stays') ? { input: { a: { b: 0, c: 1 } } } : {};
    assert.equal(answerOf(source, { compile: { modules }, ...input }), expected);
  });

test('a value that replaces is worked out once, outside', () => {
  let calls = 0;
  const builtins = [{ name: 'host.once', args: 0, call: () => (calls += 1) }];
  const source = 'q := input.a + input.a\np := x if { x := q with input.a as host.once() }';
  assert.equal(answerOf(source, { compile: { builtins } }), '2');
  assert.equal(calls, 1);
});

test('a host function that is replaced is never called', () => {
  const builtins = [
    {
      name: 'host.f',
      args: 1,
      call: () => {
        throw new Error('called');
      },
    },
  ];
  const source = 'p := x if { x := host.f(1) with host.f as 3 }';
  assert.equal(answerOf(source, { compile: { builtins }, strictBuiltinErrors: true }), '3');
});
