import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyToJson, moduleToJson, type TreeJson } from '../format/module-json.ts';
import type { Module, Rule } from './ast.ts';
import { parseModule, parseQuery, parseTerm } from './parse.ts';

/** A tree in OPA's JSON as one line: `plus(x, 1)`, `ref(data.a[x])`. */
function shape(node: TreeJson): string {
  if (Array.isArray(node)) return node.map(shape).join(', ');
  if (typeof node !== 'object' || node === null || !('type' in node)) return plain(node);
  const { type, value } = node as { type: string; value: TreeJson };
  switch (type) {
    case 'var':
      return String(value);
    case 'ref':
      return (value as TreeJson[])
        .map((part, index) => (index === 0 ? shape(part) : `[${shape(part)}]`))
        .join('');
    case 'array':
      return `[${shape(value)}]`;
    case 'set':
      return `{${shape(value)}}`;
    case 'object':
      return `{${(value as TreeJson[][]).map(([key, item]) => `${shape(key!)}: ${shape(item!)}`).join(', ')}}`;
    case 'call':
      return call(value as TreeJson[]);
    case 'null':
      return 'null';
    case 'arraycomprehension':
    case 'setcomprehension':
    case 'objectcomprehension':
    case 'templatestring':
      return `${type}(${plain(value)})`;
    default:
      return typeof value === 'bigint' ? String(value) : JSON.stringify(value);
  }
}

function call([operator, ...args]: TreeJson[]): string {
  return `${shape(operator!).replace(/\["(\w+)"\]/g, '.$1')}(${args.map(shape).join(', ')})`;
}

function plain(node: TreeJson): string {
  if (typeof node !== 'object' || node === null) return String(node);
  if (Array.isArray(node)) return node.map(shape).join('; ');
  const object = node as Record<string, TreeJson>;
  if ('terms' in object) {
    const terms = Array.isArray(object.terms) ? call(object.terms) : shape(object.terms!);
    const withs = (object.with as Record<string, TreeJson>[] | undefined) ?? [];
    const modifiers = withs.map(({ target, value }) => ` with ${shape(target!)} as ${shape(value!)}`);
    return `${object.negated ? 'not ' : ''}${terms}${modifiers.join('')}`;
  }
  return Object.entries(object)
    .map(([key, value]) => `${key}=${shape(value)}`)
    .join(' ');
}

function query(text: string): string {
  return bodyToJson(parseQuery(text)).map(shape).join(' ; ');
}

const literals: [text: string, shape: string][] = [
  ['1 + 2 * 3', 'plus(1, mul(2, 3))'],
  ['1 * 2 + 3', 'plus(mul(1, 2), 3)'],
  ['1 - 2 - 3', 'minus(minus(1, 2), 3)'],
  ['(1 - 2) - 3', 'minus(minus(1, 2), 3)'],
  ['1 - (2 - 3)', 'minus(1, minus(2, 3))'],
  ['a | b & c', 'or(a, and(b, c))'],
  ['a & b | c', 'or(and(a, b), c)'],
  ['1 + 2 == 3', 'equal(plus(1, 2), 3)'],
  ['a < b', 'lt(a, b)'],
  ['a == b == c', 'equal(equal(a, b), c)'],
  ['x := a % b / c', 'assign(x, div(rem(a, b), c))'],
  ['x = y', 'eq(x, y)'],
  ['a -1', 'minus(a, 1)'],
  ['[-1, - 2, -.5]', '[-1, -2, -0.5]'],
  ['x in xs', 'internal.member_2(x, xs)'],
  ['k, v in xs', 'internal.member_3(k, v, xs)'],
  ['x in xs in ys', 'internal.member_2(internal.member_2(x, xs), ys)'],
  ['1 + 1 in xs', 'internal.member_2(plus(1, 1), xs)'],
  ['x in xs == true', 'internal.member_2(x, equal(xs, true))'],
  ['f((k, v in xs))', 'f(internal.member_3(k, v, xs))'],
  ['[x in xs, y]', '[internal.member_2(x, xs), y]'],
  ['some x in xs', 'symbols=internal.member_2(x, xs)'],
  ['some k, v in xs', 'symbols=internal.member_3(k, v, xs)'],
  ['some [a, b] in xs', 'symbols=internal.member_2([a, b], xs)'],
  ['some x, y', 'symbols=x, y'],
  ['every x in xs { x > 1; y }', 'key=null value=x domain=xs body=gt(x, 1), y'],
  ['every k, v in {"a": 1} { k }', 'key=k value=v domain={"a": 1} body=k'],
  ['not x', 'not x'],
  ['not x == 1', 'not equal(x, 1)'],
  ['not x in xs', 'not internal.member_2(x, xs)'],
  ['x with input as 1', 'x with input as 1'],
  ['x with input.a as 1 with data.f as g', 'x with input["a"] as 1 with data["f"] as g'],
  ['some x in xs with input as y', 'symbols=internal.member_2(x, xs) with input as y'],
  ['f(x)', 'f(x)'],
  ['io.jwt.decode(x, y)', 'io.jwt.decode(x, y)'],
  ['f(x).y[0]', 'f(x)["y"][0]'],
  ['f()', 'f()'],
  ['f(x,)', 'f(x)'],
  ['set()', '{}'],
  ['{}', '{}'],
  ['{1, 2,}', '{1, 2}'],
  ['{"a": 1, b: [c],}', '{"a": 1, b: [c]}'],
  ['[1, [2, {}]]', '[1, [2, {}]]'],
  ['[1, 2][0]', '[1, 2][0]'],
  ['{"a": 1}.a', '{"a": 1}["a"]'],
  ['[x | x = 1; y]', 'arraycomprehension(term=x body=eq(x, 1), y)'],
  ['{x | x = 1}', 'setcomprehension(term=x body=eq(x, 1))'],
  ['{x: y | z}', 'objectcomprehension(key=x value=y body=z)'],
  ['{1 | 1}', 'setcomprehension(term=1 body=1)'],
  ['{1 | 1, 2}', '{or(1, 1), 2}'],
  ['[a | b == c, d]', '[equal(or(a, b), c), d]'],
  ['{(a | b)}', '{or(a, b)}'],
  ['{(a | b) | c}', 'setcomprehension(term=or(a, b) body=c)'],
  ['{a | {b | {c | d, e}, f}, g}', '{or(a, {or(b, {or(c, d), e}), f}), g}'],
  ['[x + 1 | x]', '[or(plus(x, 1), x)]'],
  ['a.b["c"][d].e', 'a["b"]["c"][d]["e"]'],
  ['input', 'input'],
  ['a.if.contains', 'a["if"]["contains"]'],
  ['contains.a', 'contains["a"]'],
  ['if.a == not[0]', 'refused'],
  ['contains(x, y)', 'contains(x, y)'],
  ['"a\\u00e9\\"\\n"', '"aé\\"\\n"'],
  ['`raw\\n`', '"raw\\\\n"'],
  ['9007199254740993', '9007199254740993'],
  ['1e3', '1000'],
  ['null', 'null'],
  ['$"a {x} b"', 'templatestring(parts="a ", x, " b" multi_line=false)'],
  ['$"{x + 1}"', 'templatestring(parts=plus(x, 1) multi_line=false)'],
  [
    '$"{{"a": $"{y}"}}\\{"',
    'templatestring(parts={"a": templatestring(parts=y multi_line=false)}, "{" multi_line=false)',
  ],
  ['$`a\n{x}\\{`', 'templatestring(parts="a\\n", x, "{" multi_line=true)'],
  ['x\ny; z', 'x ; y ; z'],
  ['a in\nb', 'internal.member_2(a, b)'],
  ['x # comment\n# more\ny', 'x ; y'],
];

for (const [text, expected] of literals) {
  test(`literal ${JSON.stringify(text)}`, () => {
    if (expected === 'refused') assert.throws(() => query(text));
    else assert.equal(query(text), expected);
  });
}

function rules(text: string, v0 = false): Rule[] {
  return parseModule(`package a\n${text}`, { v0 }).rules;
}

function ruleJson(text: string, v0 = false): string[] {
  const json = moduleToJson(parseModule(`package a\n${text}`, { v0 }));
  return (json.rules as Record<string, TreeJson>[]).map(describe);
}

function describe(rule: Record<string, TreeJson>): string {
  const head = rule.head as Record<string, TreeJson>;
  const reference = (head.ref as TreeJson[]).map((part, index) =>
    index === 0 ? shape(part) : `[${shape(part)}]`,
  );
  const args = head.args ? `(${shape(head.args)})` : '';
  const key = head.key ? ` contains ${shape(head.key)}` : '';
  const value = head.value ? ` ${head.assign ? ':=' : '='} ${shape(head.value)}` : '';
  const body = (rule.body as TreeJson[]).map(shape).join('; ');
  const other = rule.else ? ` else ${describe(rule.else as Record<string, TreeJson>)}` : '';
  return `${rule.default ? 'default ' : ''}${reference.join('')}${args}${key}${value} { ${body} }${other}`;
}

const ruleCases: [text: string, ...shapes: string[]][] = [
  ['p := 1', 'p := 1 { true }'],
  ['p = 1', 'p = 1 { true }'],
  ['p if x', 'p = true { x }'],
  ['p if { x; y }', 'p = true { x; y }'],
  ['p if { x }', 'p = true { x }'],
  ['p if {x | x}', 'p = true { setcomprehension(term=x body=x) }'],
  ['p if {"a": 1}', 'p = true { {"a": 1} }'],
  ['p if {x, y} == z', 'p = true { equal({x, y}, z) }'],
  ['p := x if y', 'p := x { y }'],
  ['p contains x if y', 'p contains x { y }'],
  ['p contains "x"', 'p contains "x" { true }'],
  ['p[x] if y', 'p[x] = true { y }'],
  ['p[x] := y if z', 'p[x] := y { z }'],
  ['p.q.r := 1', 'p["q"]["r"] := 1 { true }'],
  ['p[a].b[c] contains d if e', 'p[a]["b"][c] contains d { e }'],
  ['p.if := 1', 'p["if"] := 1 { true }'],
  ['if.p := 1', 'if["p"] := 1 { true }'],
  ['f(x, [y]) := 1 if z', 'f(x, [y]) := 1 { z }'],
  ['f(x)', 'f(x) = true { true }'],
  ['f(_, _) := 1', 'f($0, $1) := 1 { true }'],
  ['default p := 1', 'default p := 1 { true }'],
  ['default f(_) := {"a": [1]}', 'default f($0) := {"a": [1]} { true }'],
  ['default p.q := 1', 'default p["q"] := 1 { true }'],
  ['p if x else := 2 if y else := 3', 'p = true { x } else p := 2 { y } else p := 3 { true }'],
  ['p := 1 if { x } else if { y }', 'p := 1 { x } else p = true { y }'],
  ['p if { x } { y }', 'p = true { x }', 'p = true { y }'],
  ['p := 1 q := 2', 'p := 1 { true }', 'q := 2 { true }'],
  ['p [x] if y', 'p[x] = true { y }'],
  ['p if x\nelse.q := 1', 'p = true { x }', 'else["q"] := 1 { true }'],
  ['p := {"a": 1 | x}', 'p := objectcomprehension(key="a" value=1 body=x) { true }'],
];

for (const [text, ...expected] of ruleCases) {
  test(`rule ${JSON.stringify(text)}`, () => assert.deepEqual(ruleJson(text), expected));
}

const oldCases: [text: string, ...shapes: string[]][] = [
  ['p { x }', 'p = true { x }'],
  ['p[x] { x = 1 }', 'p contains x { eq(x, 1) }'],
  ['p["a"]', 'p contains "a" { true }'],
  ['p[x] = y { z }', 'p[x] = y { z }'],
  ['p.q.r { x }', 'p["q"]["r"] = true { x }'],
  ['p { if; contains; in }', 'p = true { if; contains; in }'],
  ['p { x } else = 2 { y }', 'p = true { x } else p = 2 { y }'],
  ['import future.keywords.in\np { x in y }', 'p = true { internal.member_2(x, y) }'],
  ['import rego.v1\np contains x if { x in y }', 'p contains x { internal.member_2(x, y) }'],
];

for (const [text, ...expected] of oldCases) {
  test(`version 0: ${JSON.stringify(text)}`, () => assert.deepEqual(ruleJson(text, true), expected));
}

test('a module has its package, imports and comments', () => {
  const module: Module = parseModule(
    '# top\npackage a.b["c-d"] # beside\nimport data.x\nimport data.y.z as w\nimport input.q\nimport rego.v1\n',
    { file: 'm.rego' },
  );
  assert.deepEqual(module.package.path, ['a', 'b', 'c-d']);
  assert.deepEqual(
    module.imports.map(({ path, alias }) => `${path.join('.')} ${alias ?? ''}`.trim()),
    ['data.x', 'data.y.z w', 'input.q', 'rego.v1'],
  );
  assert.deepEqual(
    module.comments.map(({ text, location }) => [text, location.row, location.col]),
    [
      [' top', 1, 1],
      [' beside', 2, 20],
    ],
  );
  assert.equal(module.v0, false);
});

test('a place counts rows and characters from 1, and spans the text', () => {
  const source = 'package a\n\n\tp := "é😀" + x\n';
  const [rule] = parseModule(source).rules;
  const value = rule!.head.value!;
  assert.ok(value.kind === 'call');
  const [text, name] = value.args;
  assert.deepEqual([rule!.location.row, rule!.location.col], [3, 2]);
  assert.deepEqual([text!.location.row, text!.location.col], [3, 7]);
  assert.deepEqual([name!.location.row, name!.location.col], [3, 14]);
  assert.equal(source.slice(value.location.start, value.location.end), '"é😀" + x');
  assert.equal(source.slice(rule!.location.start, rule!.location.end), 'p := "é😀" + x');
});

test('a place after a text of several lines is right', () => {
  const [, rule] = rules('p := `a\nb😀` + $`c\n{x}`\nq := 1');
  assert.deepEqual([rule!.location.row, rule!.location.col], [5, 1]);
});

test('windows line ends and a byte-order mark are taken', () => {
  const module = parseModule('\ufeffpackage a\r\n\r\n# c\r\np if {\r\n\tx\r\n\ty\r\n}\r\n');
  assert.equal(module.rules[0]!.body.length, 2);
  assert.equal(module.comments[0]!.text, ' c');
});

test('numbers keep their text and their value', () => {
  const term = parseTerm('1.50');
  assert.ok(term.kind === 'scalar');
  assert.equal(term.value, 1.5);
  assert.equal(term.text, '1.50');
});

test('a term is exactly one', () => {
  assert.equal(parseTerm('{1, 2}').kind, 'set');
  assert.throws(() => parseTerm('x; y'), /expected exactly one term/);
  assert.throws(() => parseTerm('not x'), /expected term/);
  assert.throws(() => parseTerm('some x in y'), /expected term/);
  assert.throws(() => parseTerm(''), /empty query/);
});

test('wildcards are fresh, also in the heads of further bodies', () => {
  const [first, second] = rules('f(_) if { _ } { _ }');
  const names = [first, second].map((rule) => (rule!.head.args![0] as { name: string }).name);
  assert.equal(new Set(names).size, 2);
});

test('an else chain of thousands is read', () => {
  const [rule] = rules(`p := 0 if x${'\nelse := 1 if y'.repeat(5_000)}`);
  let count = 0;
  for (let branch = rule!.else; branch; branch = branch.else) count += 1;
  assert.equal(count, 5_000);
});

test('long lists are read', () => {
  const [rule] = rules(`p := [${'1,'.repeat(100_000)}]`);
  assert.ok(rule!.head.value!.kind === 'array' && rule!.head.value!.items.length === 100_000);
});
