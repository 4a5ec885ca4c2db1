import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RegoError } from '../error.ts';
import { parseModule } from '../syntax/parse.ts';
import { type FormatOptions, formatModule, sameMeaning } from './format.ts';
import { moduleToJson } from './module-json.ts';
import { sameTree } from './same-tree.ts';

/** The text below `package a`, formatted. */
function formatted(text: string, options?: FormatOptions): string {
  return formatModule(`package a\n\n${text}\n`, options).replace(/^package a\n\n?/, '');
}

const cases: [name: string, text: string, expected: string][] = [
  ['spaces around operators', 'p:=1+2*3', 'p := 1 + (2 * 3)\n'],
  ['`=` of a head becomes `:=`', 'p = 1', 'p := 1\n'],
  ['a body on one line stays', 'p if {  x  }', 'p if x\n'],
  ['a body on several lines', 'p if {\nx\n  y\n\n\n  z\n}', 'p if {\n\tx\n\ty\n\n\tz\n}\n'],
  ['a body between `;`', 'p if { x; y }', 'p if {\n\tx\n\ty\n}\n'],
  ['a set in a body stays a set', 'p if { {x} }', 'p if {\n\t{x}\n}\n'],
  ['a body that is always true goes', 'p := 1 if { true }', 'p := 1\n'],
  ['contains', 'p contains   x if{x:=1}', 'p contains x if x := 1\n'],
  ['rules keep one blank line between', 'p := 1\n\n\n\nq := 2', 'p := 1\n\nq := 2\n'],
  ['adjacent one-liners stay together', 'p := 1\nq := 2', 'p := 1\nq := 2\n'],
  ['longer rules are parted', 'p if {\n\tx\n\ty\n}\nq := 2', 'p if {\n\tx\n\ty\n}\n\nq := 2\n'],
  [
    'else beside a brace',
    'p if {\n\tx\n\ty\n} else := 2 if {\n\tz\n\tu\n}',
    'p if {\n\tx\n\ty\n} else := 2 if {\n\tz\n\tu\n}\n',
  ],
  [
    'else on its own line',
    'p := 1 if {\n\tx\n\ty\n}\n\nelse := 2',
    'p := 1 if {\n\tx\n\ty\n}\n\nelse := 2\n',
  ],
  ['lists over lines have a last comma', 'p := [\n1,\n2]', 'p := [\n\t1,\n\t2,\n]\n'],
  ['lists keep what stands on a line', 'p := [\n1, 2,\n3]', 'p := [\n\t1, 2,\n\t3,\n]\n'],
  ['an opening line break is kept', 'p := {\n"a": 1}', 'p := {\n\t"a": 1,\n}\n'],
  ['objects in objects', 'p := {"a": {\n"b": 1,\n"c": 2}}', 'p := {"a": {\n\t"b": 1,\n\t"c": 2,\n}}\n'],
  ['arguments', 'p := f(1,2 , [3])', 'p := f(1, 2, [3])\n'],
  ['arguments over lines', 'p := f(\n1,\n2)', 'p := f(\n\t1,\n\t2,\n)\n'],
  ['comprehensions', 'p := [x|x=1;y]', 'p := [x | x = 1; y]\n'],
  ['comprehensions over lines', 'p := [x |\nx = 1\ny]', 'p := [x |\n\tx = 1\n\ty\n]\n'],
  ['object comprehensions', 'p := {k:v|v=input[k]}', 'p := {k: v | v = input[k]}\n'],
  ['every', 'p if { every x in xs {x>1} }', 'p if every x in xs { x > 1 }\n'],
  ['some', 'p if {\nsome x,y\nsome k , v in z\nx\n}', 'p if {\n\tsome x, y\n\tsome k, v in z\n\tx\n}\n'],
  [
    'with on one line',
    'p if { q with input as 1   with data.x as 2\n}',
    'p if q with input as 1 with data.x as 2\n',
  ],
  [
    'with on further lines',
    'p if {\nq with input as 1\n with data.x as 2\n}',
    'p if {\n\tq with input as 1\n\t\twith data.x as 2\n}\n',
  ],
  ['parentheses that matter stay', 'p := (1 + 2) * 3', 'p := (1 + 2) * 3\n'],
  ['parentheses of a union in a list', 'p := [(a | b)]', 'p := [(a | b)]\n'],
  ['statement parentheses go', 'p if (1 + 2) == 3', 'p if 1 + 2 == 3\n'],
  ['statement parentheses that matter stay', 'p if (a | b) & c', 'p if (a | b) & c\n'],
  ['membership in parentheses', 'p := f((x, y in z))', 'p := f((x, y in z))\n'],
  ['negation', 'p if not   x', 'p if not x\n'],
  ['strings as they were written', 'p := ["\\u0000", `a\\`, "\\/"]', 'p := ["\\u0000", `a\\`, "\\/"]\n'],
  ['numbers as they were written', 'p := [1.50, 1e3, -0.5]', 'p := [1.50, 1e3, -0.5]\n'],
  ['references', 'p := a["b"].c["d e"][x][0]', 'p := a.b.c["d e"][x][0]\n'],
  ['keywords in references', 'p := a.if["not"]', 'p := a.if["not"]\n'],
  ['one bracket in a head', 'p.q := 1', 'p["q"] := 1\n'],
  ['heads of any depth', 'p.q.r := 1\n\np.q := 1', 'p.q.r := 1\n\np.q := 1\n'],
  ['wildcards', 'f(_, x) := x[_]', 'f(_, x) := x[_]\n'],
  ['functions that are true', 'f(x)', 'f(x)\n'],
  ['defaults', 'default p=false', 'default p := false\n'],
  ['the empty set', 'p := set( )', 'p := set()\n'],
  ['templates', 'p := $"a { x+1 } \\{"', 'p := $"a {x + 1} \\{"\n'],
  ['a comment above', '# c\np := 1', '# c\np := 1\n'],
  ['a comment beside', 'p := 1   # c  ', 'p := 1 # c\n'],
  ['comments in a body', 'p if {\n# a\nx # b\n# c\n}', 'p if {\n\t# a\n\tx # b\n\t# c\n}\n'],
  ['comments in a list', 'p := [\n# a\n1, # b\n2,\n# c\n]', 'p := [\n\t# a\n\t1, # b\n\t2,\n\t# c\n]\n'],
  [
    'a comment with no place keeps the text around it',
    'p := [1, # a\n2 # b\n]',
    'p := [\n\t1, # a\n\t2, # b\n]\n',
  ],
  ['comments at the end', 'p := 1\n\n# end', 'p := 1\n\n# end\n'],
  [
    'imports are sorted in their group',
    'import data.z # z\nimport data.a\n\nimport input.x',
    'import data.a\nimport data.z # z\n\nimport input.x\n',
  ],
];

for (const [name, text, expected] of cases) {
  test(`format: ${name}`, () => {
    const output = formatted(text);
    assert.equal(output, expected);
    assert.equal(formatted(output), expected, 'not stable');
    assert.ok(sameMeaning(`package a\n\n${text}\n`, `package a\n\n${output}`), 'meaning changed');
  });
}

const old: [name: string, text: string, to: FormatOptions['to'], expected: string][] = [
  ['stays', 'p { x }\n\nq[x] { x }', 'v0', 'p {\n\tx\n}\n\nq[x] {\n\tx\n}\n'],
  ['becomes version 1', 'p { x }\n\nq[x] { x }', 'v1', 'p if x\n\nq contains x if x\n'],
  ['becomes both', 'p { x }', 'v0v1', 'import rego.v1\n\np if x\n'],
  [
    'with imported if',
    'import future.keywords.if\n\np if { x }',
    'v0',
    'import future.keywords.if\n\np if x\n',
  ],
  [
    'imports merge into rego.v1',
    'import future.keywords\n\np if { x }',
    'v0v1',
    'import rego.v1\n\np if x\n',
  ],
];

for (const [name, text, to, expected] of old) {
  test(`format: version 0 ${name}`, () => {
    const output = formatted(text, { from: 'v0', to: to! });
    assert.equal(output, expected);
  });
}

test('imports that version 1 does not need can go', () => {
  const text = 'import rego.v1\nimport future.keywords.in\nimport data.x\n\np := 1';
  assert.equal(formatted(text, { dropV0Imports: true }), 'import data.x\n\np := 1\n');
});

test('what is no module is refused', () => {
  assert.throws(() => formatModule('package a\np :='), RegoError);
});

test("a tree in JSON has OPA's form", () => {
  const json = moduleToJson(parseModule('package a.b\nimport data.x as y\np contains x if { x = 1 } # c'), {
    comments: true,
  });
  assert.deepEqual(json, {
    package: {
      path: [
        { type: 'var', value: 'data' },
        { type: 'string', value: 'a' },
        { type: 'string', value: 'b' },
      ],
    },
    imports: [
      {
        path: {
          type: 'ref',
          value: [
            { type: 'var', value: 'data' },
            { type: 'string', value: 'x' },
          ],
        },
        alias: 'y',
      },
    ],
    rules: [
      {
        body: [
          {
            index: 0,
            terms: [
              { type: 'ref', value: [{ type: 'var', value: 'eq' }] },
              { type: 'var', value: 'x' },
              { type: 'number', value: 1 },
            ],
          },
        ],
        head: { name: 'p', key: { type: 'var', value: 'x' }, ref: [{ type: 'var', value: 'p' }] },
      },
    ],
    comments: [{ Text: 'IGM=', Location: { file: '', row: 3, col: 27 } }],
  });
});

const scalar = fc.oneof(
  fc.constantFrom('1', '-2', '0.5', 'true', 'null', 'x', 'y', '_', 'input', '`raw`', '$"t {x}"'),
  fc.string({ maxLength: 6 }).map((text) => JSON.stringify(text.toWellFormed().replaceAll('\ufeff', ''))),
);

const { term } = fc.letrec<{ term: string }>((tie) => ({
  term: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('term'), { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
    fc
      .array(tie('term'), { minLength: 1, maxLength: 3 })
      .map((items) => `{${items.map((item) => `(${item})`).join(' ,\n')}}`),
    fc.tuple(tie('term'), tie('term')).map(([key, value]) => `{(${key}) :(${value})}`),
    fc
      .tuple(tie('term'), fc.constantFrom('+', '-', '*', '/', '%', '&', '|', '==', '<', 'in'), tie('term'))
      .map(([a, sign, b]) => `(${a}) ${sign} (${b})`),
    fc
      .array(tie('term'), { maxLength: 3 })
      .map((args) => `lib.f(${args.map((arg) => `(${arg})`).join(', ')})`),
    tie('term').map((part) => `data.a[(${part})].b`),
    fc.tuple(tie('term'), tie('term')).map(([head, body]) => `[(${head})|z := (${body}) ;\n not z]`),
    fc.tuple(tie('term'), tie('term')).map(([a, b]) => `((${a}), x in (${b}))`),
  ),
}));

test('formatting keeps the tree, and formatting again changes nothing', () => {
  fc.assert(
    fc.property(fc.array(term, { minLength: 1, maxLength: 3 }), (terms) => {
      const source = `package a\n\np := v if {\n${terms.map((text, index) => `v${index} := ${text} # ${index}`).join('\n')}\n}\n`;
      const before = parseModule(source);
      const output = formatModule(source);
      assert.ok(sameTree(before.rules, parseModule(output).rules), output);
      assert.equal(formatModule(output), output);
    }),
    { numRuns: 300 },
  );
});
