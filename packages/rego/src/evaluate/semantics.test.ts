import assert from 'node:assert/strict';
import test from 'node:test';
import { answerOf, errorOf } from './check-policy.ts';

/** `[what, module after its package line, the text of p, input]`. */
const cases: [what: string, source: string, expected: string, input?: unknown][] = [
  // Order and safety
  [
    'a closure waits for the variables it reads',
    'p := y if { y := [z | z := x + 1]; x = input.x }',
    '[2]',
    { x: 1 },
  ],
  ['an output argument binds', 'p := n if { count(xs, n); xs = [1, 2] }', '2'],
  [
    'a pattern binds what a later literal reads',
    'p := x if { y == 2; [x, y] = input.pair }',
    '1',
    { pair: [1, 2] },
  ],
  [
    'two patterns bind each other',
    'p := [x, y, z] if { {"a": [x], "b": y} = {"a": [z], "b": x}; z = 1 }',
    '[1, 1, 1]',
  ],
  ['a body may be in any order', 'p := z if { z = y + 1; y = x + 1; x = 1 }', '3'],
  ['closures see outer variables', 'p := [[x, y] | some y in [3, 4]] if { x := 1 }', '[[1, 3], [1, 4]]'],
  ['a variable of two closures is two variables', 'p := [[x | x = 1], [x | x = 2]]', '[[1], [2]]'],
  // Undefined
  ['an undefined part makes the rule undefined', 'p := [1, input.nothing]', 'undefined', {}],
  ['false is a value of a rule', 'p := false', 'false'],
  ['null is a value of a rule', 'p := null', 'null'],
  ['null is a value of a function', 'f(x) := null\np := f(1)', 'null'],
  ['0 and the empty string hold', 'p if { 0; ""; null; []; {} }', 'true'],
  ['false does not hold', 'p if false', 'undefined'],
  ['not of something undefined holds', 'p if not input.nothing', 'true', {}],
  ['not of a comparison with something undefined holds', 'p if not input.nothing == 1', 'true', {}],
  [
    'an undefined operand of a negated call leaves the body undefined',
    'p if not startswith(input.nothing, "a")',
    'undefined',
    {},
  ],
  // Rules
  ['default applies when nothing holds', 'default p := 1\np := 2 if false', '1'],
  ['default does not conflict', 'default p := 1\np := 2', '2'],
  ['else is tried in order', 'p := 1 if input.a else := 2 if input.b else := 3', '2', { b: true }],
  ['else without a body ends the chain', 'p := 1 if input.a else := 3', '3', {}],
  ['equal values of several bodies merge', 'p := 1 if true\np := 1 if true', '1'],
  [
    'functions match constants and patterns',
    'f("a", [x, y]) := x + y\nf("b", {"k": v}) := v\np := [f("a", [1, 2]), f("b", {"k": 4})]',
    '[3, 4]',
  ],
  ['a function of which no definition matches is undefined', 'f(1) := 2\np := f(2)', 'undefined'],
  ['default of a function', 'default f(_) := 9\nf(1) := 2\np := [f(1), f(5)]', '[2, 9]'],
  [
    'an argument that occurs twice must be equal',
    'f(x, x) := x\np := [y | some z in [1, 2]; y := f(z, 1)]',
    '[1]',
  ],
  ['partial sets', 'p contains x if some x in [2, 1, 2]', '{1, 2}'],
  ['a set without members is empty, not undefined', 'p contains x if { some x in [] }', 'set()'],
  ['partial objects', 'p[k] := v if some k, v in {"b": 1, "a": 2}', '{"a": 2, "b": 1}'],
  [
    'a reference head of any depth',
    'q.a[x].b[y] := x if { some x in ["r"]; some y in [1, 2] }\np := q',
    '{"a": {"r": {"b": {1: "r", 2: "r"}}}}',
  ],
  [
    'a head that ends in a set',
    'q.a[x] contains y if { some x in ["r", "s"]; some y in [2, 1] }\np := q.a',
    '{"r": {1, 2}, "s": {1, 2}}',
  ],
  [
    'a general head merges with its constant siblings',
    'q[x] := 1 if some x in ["a"]\nq.b := 2\np := q',
    '{"a": 1, "b": 2}',
  ],
  ['one key of a partial object', 'q[k] := v if some k, v in {"a": 1, "b": 2}\np := q.b', '2'],
  [
    'a member of a partial set',
    'q contains [1, x] if some x in [1, 2]\np := [q[[1, 2]] | q[[1, 2]]]',
    '[[1, 2]]',
  ],
  [
    'a partial set with an unknown part of a member',
    'q contains [1, x] if some x in [3, 2]\np := [x | q[[1, x]]]',
    '[2, 3]',
  ],
  // Iteration and order
  ['sets iterate in order', 'p := [x | some x in {3, "a", 1, null}]', '[null, 1, 3, "a"]'],
  [
    'objects iterate in the order of their keys',
    'p := [[k, v] | some k, v in {"b": 1, "a": 2}]',
    '[["a", 2], ["b", 1]]',
  ],
  [
    'arrays compare element by element',
    'p := sort([[2], [1, 9], [1], {"a": 1}])',
    '[[1], [1, 9], [2], {"a": 1}]',
  ],
  ['1 and 1.0 are one member', 'p := {1, 1.0}', '{1}'],
  ['some with patterns', 'p := [a | some [a, 2] in [[1, 2], [3, 4]]]', '[1]'],
  [
    'a reference with an unknown part iterates',
    'p := [i | input.xs[i] == "b"]',
    '[1, 2]',
    { xs: ['a', 'b', 'b'] },
  ],
  ['composites as keys', 'p := {[1, 2]: "x"}[[1, 2]]', '"x"'],
  ['a call can be indexed', 'p := split("a/b", "/")[1]', '"b"'],
  ['membership', 'p := [1 in [1], 1 in {2}, 1 in {"k": 1}]', '[true, false, true]'],
  ['every of nothing holds', 'p if every x in [] { x > 1 }', 'true'],
  ['every sees outer variables', 'p if { y := 1; every x in [2, 3] { x > y } }', 'true'],
  ['every with one that does not hold', 'p if { every x in [2, 0] { x > 1 } }', 'undefined'],
  ['every with keys', 'p if every k, v in {"a": 1} { k == "a"; v == 1 }', 'true'],
  [
    'walk gives every part with its path',
    'p := [x | walk({"a": [1]}, x)]',
    '[[[], {"a": [1]}], [["a"], [1]], [["a", 0], 1]]',
  ],
  ['walk with a known path', 'p := [v | walk({"a": [1, 2]}, [["a", 1], v])]', '[2]'],
  ['walk with a part of the path known', 'p := [v | walk({"a": [1, 2], "b": [3]}, [["a", _], v])]', '[1, 2]'],
  ['walk without the path', 'p := [v | walk([1, [2]], [_, v]); is_number(v)]', '[1, 2]'],
  // Numbers
  ['integers beyond 2^53 are exact', 'p := 9007199254740993 + 1', '9007199254740994'],
  ['division of integers stays exact', 'p := [6 / 3, 1 / 4]', '[2, 0.25]'],
  [
    'nanoseconds of the input are exact',
    'p := input.when',
    '1700000000000000001',
    { when: 1700000000000000001n },
  ],
  // Text
  ['template strings', 'p := $"a {x} {input.nothing} {[1]}" if x := "b"', '"a b <undefined> [1]"', {}],
  ['a set prints as Rego', 'p := sprintf("%v", [{2, 1}])', '"{1, 2}"'],
  ['metadata of a rule', '# METADATA\n# title: T\np := rego.metadata.rule().title', '"T"'],
  ['metadata without annotations', 'p := rego.metadata.chain()', '[{"path": ["test", "p"]}]'],
];

for (const [what, source, expected, input] of cases)
  test(what, () => assert.equal(answerOf(source, { ...(input !== undefined && { input }) }), expected));

const failing: [what: string, source: string, expected: string][] = [
  [
    'different values of a complete rule conflict',
    'p := 1 if true\np := 2 if true',
    'test.rego:3: eval_conflict_error: complete rules must not produce multiple outputs',
  ],
  [
    'different values of one body conflict',
    'p := x if some x in [1, 2]',
    'test.rego:2: eval_conflict_error: complete rules must not produce multiple outputs',
  ],
  [
    'different values of a function conflict',
    'f(x) := 1\nf(x) := x\np := f(2)',
    'test.rego:3: eval_conflict_error: functions must not produce multiple outputs for same inputs',
  ],
  [
    'different values of a key conflict',
    'p["a"] := x if some x in [1, 2]',
    'test.rego:2: eval_conflict_error: complete rules must not produce multiple outputs',
  ],
  [
    'different values of an unknown key conflict',
    'p[k] := v if { some k in ["a"]; some v in [1, 2] }',
    'test.rego:2: eval_conflict_error: object keys must be unique',
  ],
  [
    'different values in an object comprehension conflict',
    'p := {k: v | some k in ["a"]; some v in [1, 2]}',
    'test.rego:2: eval_conflict_error: object keys must be unique',
  ],
];

for (const [what, source, expected] of failing) test(what, () => assert.equal(errorOf(source), expected));

test('rules overlay base data, which keeps what they lack', () => {
  const base = { test: { q: { base: 1 } }, other: 2 };
  assert.equal(answerOf('q.rule := 2\np := data.test.q', { base }), '{"base": 1, "rule": 2}');
  assert.equal(answerOf('p := data.other', { base }), '2');
});

test('a document holds its rules, without functions and undefined ones', () => {
  const modules = { 'lib.rego': 'package lib\nf(x) := x\na := 1\nb := 2 if false\nc contains 1' };
  assert.equal(
    answerOf('p := data.lib', {
      compile: { modules: { ...modules, 'test.rego': 'package test\np := data.lib' } },
    }),
    '{"a": 1, "c": {1}}',
  );
});

test('an index on constants gives what trying every rule gives', () => {
  const rules = Array.from(
    { length: 50 },
    (_, i) => `r contains ${i} if { input.kind == "k${i % 5}"; input.size == ${i % 3} }`,
  );
  const source = `${rules.join('\n')}\np := r`;
  const expected = Array.from({ length: 50 }, (_, i) => i).filter((i) => i % 5 === 2 && i % 3 === 1);
  assert.equal(answerOf(source, { input: { kind: 'k2', size: 1 } }), `{${expected.join(', ')}}`);
});

test('an index on a null argument', () => {
  const source = 'f(null) := 0\nf(1) := 1\nf(2) := 2\nf(3) := 3\nf("x") := 4\np := [f(null), f(3), f("x")]';
  assert.equal(answerOf(source), '[0, 3, 4]');
});

test('the clock stands still within a query and can be set', () => {
  assert.equal(answerOf('p if time.now_ns() == time.now_ns()'), 'true');
  assert.equal(answerOf('p := time.now_ns()', { now: 1700000000000000001n }), '1700000000000000001');
});

test('a seed makes chance repeatable', () => {
  const source = 'p := [rand.intn("a", 1000000), uuid.rfc4122("x")]';
  assert.equal(answerOf(source, { seed: 7 }), answerOf(source, { seed: 7 }));
  assert.notEqual(answerOf(source, { seed: 7 }), answerOf(source, { seed: 8 }));
});
