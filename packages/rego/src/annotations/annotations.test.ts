import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RegoError } from '../error.ts';
import { parseModule } from '../syntax/parse.ts';
import { annotationObject } from './annotation-object.ts';
import { AnnotationSet, annotationsOf } from './annotation-set.ts';

/** A block's YAML as comments. */
function block(yaml: string): string {
  return `# METADATA\n${yaml
    .split('\n')
    .map((line) => `# ${line}`.trimEnd())
    .join('\n')}`;
}

function ofRule(yaml: string): Record<string, unknown> {
  const [rule] = parseModule(`package a\n\n${block(yaml)}\np := 1\n`).rules;
  return annotationObject(rule!.annotations[0]!);
}

function refused(source: string): { message: string; row: number; hint: string | undefined } {
  try {
    parseModule(source, { file: 'm.rego' });
  } catch (error) {
    assert.ok(error instanceof RegoError);
    const [{ message, row, hint }] = error.errors as [RegoError['errors'][number]];
    return { message, row, hint };
  }
  assert.fail('it was read');
}

test('a block is read', () => {
  assert.deepEqual(
    ofRule(`title: A title
description: >-
  Two
  lines
organizations: [one, two]
related_resources:
- https://a.example/b
- ref: https://c.example
  description: More
authors:
- Jane Doe <jane@d.example>
- John
- {name: N, email: e@f.example}
schemas:
- input: schema.in
- input.a: {type: string}
custom: {k: [1, 2.5, null, true], s: x}`),
    {
      scope: 'rule',
      title: 'A title',
      description: 'Two lines',
      organizations: ['one', 'two'],
      related_resources: [{ ref: 'https://a.example/b' }, { ref: 'https://c.example', description: 'More' }],
      authors: [
        { name: 'Jane Doe', email: 'jane@d.example' },
        { name: 'John' },
        { name: 'N', email: 'e@f.example' },
      ],
      schemas: [
        { path: ['input'], schema: ['schema', 'in'] },
        { path: ['input', 'a'], definition: { type: 'string' } },
      ],
      custom: { k: [1, 2.5, null, true], s: 'x' },
    },
  );
});

test('unquoted dates become RFC 3339 texts, quoted ones stay', () => {
  assert.deepEqual(
    ofRule(`custom:
  a: 2025-07-01
  b: 2025-5-01T00:00:00Z
  c: 2001-12-14t21:59:43.10-05:00
  d: "2025-07-01"
  e: 2025-13-01
  f: 2001-12-14 21:59:43`).custom,
    {
      a: '2025-07-01T00:00:00Z',
      b: '2025-05-01T00:00:00Z',
      c: '2001-12-14T21:59:43.1-05:00',
      d: '2025-07-01',
      e: '2025-13-01',
      f: '2001-12-14T21:59:43Z',
    },
  );
});

test('whole numbers beyond 2^53 stay exact', () => {
  assert.deepEqual(ofRule('custom: {n: 9007199254740993, m: 1_000}').custom, {
    n: 9007199254740993n,
    m: 1000,
  });
});

test('the scope defaults to what follows', () => {
  const module = parseModule(
    `${block('title: P')}\npackage a\n\n${block('title: R')}\np := 1\n\n${block('entrypoint: true')}\nq := 1\n`,
  );
  assert.equal(module.package.annotations[0]!.scope, 'package');
  assert.deepEqual(
    module.rules.map((rule) => rule.annotations[0]!.scope),
    ['rule', 'document'],
  );
});

test('a rule may have several blocks', () => {
  const [rule] = parseModule(
    `package a\n\n${block('scope: document\ntitle: D')}\n\n${block('title: R')}\np := 1\n`,
  ).rules;
  assert.deepEqual(
    rule!.annotations.map(({ title }) => title),
    ['D', 'R'],
  );
});

test('a comment that is no METADATA block is none', () => {
  const [rule] = parseModule('package a\n\n# title: x\n# METADAT\np := 1\n').rules;
  assert.deepEqual(rule!.annotations, []);
});

const faults: [source: string, message: RegExp, row: number][] = [
  ['package a\n\n# METADATA\np := 1\n', /^expected METADATA block, found whitespace$/, 3],
  ['package a\n\n# METADATA\n# title: [x\np := 1\n', /^yaml: line \d: /, 4],
  ['package a\n\n# METADATA\n# title: [x]\np := 1\n', /cannot unmarshal !!seq into string$/, 4],
  [
    'package a\n\n# METADATA\n# scope: rule\n# entrypoint: x\np := 1\n',
    /cannot unmarshal !!str `x` into bool$/,
    5,
  ],
  ['package a\n\n# METADATA\n# - x\np := 1\n', /cannot unmarshal !!seq into a map$/, 4],
  [
    'package a\n\n# METADATA\n# scope: other\np := 1\n',
    /^invalid annotation scope 'other'\. Use one of 'rule', 'document', 'package', or 'subpackages'$/,
    3,
  ],
  ['package a\n\n# METADATA\n# title: x\nimport data.b\n', /^invalid annotation scope 'import'/, 3],
  ['package a\n\n# METADATA\n# title: x\n', /^invalid annotation scope ''/, 3],
  [
    'package a\n\n# METADATA\n# scope: package\np := 1\n',
    /^annotation scope 'package' must be applied to package \(have rule\)$/,
    3,
  ],
  [
    '# METADATA\n# scope: rule\npackage a\n',
    /^annotation scope 'rule' must be applied to rule \(have package\)$/,
    1,
  ],
  [
    'package a\n\n# METADATA\n# scope: rule\n# entrypoint: true\np := 1\n',
    /^annotation entrypoint applied to non-document or package scope 'rule'$/,
    3,
  ],
  [
    'package a\n\n# METADATA\n# authors: [1]\np := 1\n',
    /^invalid author definition 1: invalid value type, must be string or map$/,
    3,
  ],
  ['package a\n\n# METADATA\n# related_resources: [{a: b}]\np := 1\n', /'ref' value required in object$/, 3],
  ['package a\n\n# METADATA\n# schemas: [{"1": x}]\np := 1\n', /^invalid document reference$/, 3],
  ['package a\n\n# METADATA\n# schemas: [{input: foo}]\np := 1\n', /^invalid schema reference$/, 3],
  ['package a\n\n# METADATA\n# custom: {a: {1: x}}\np := 1\n', /^invalid map key type\(s\): a$/, 3],
];

for (const [source, message, row] of faults) {
  test(`refused: ${JSON.stringify(source)}`, () => {
    const found = refused(source);
    assert.match(found.message, message);
    assert.equal(found.row, row);
  });
}

test('a key without a space behind its colon has a hint', () => {
  assert.match(
    refused('package a\n\n# METADATA\n# title:x\np := 1\n').hint ?? '',
    /line 4: .* begin with a space/,
  );
});

const lib = parseModule(`${block('scope: subpackages\ntitle: All of a')}\npackage a\n\nf(x) := x\n`, {
  file: 'a.rego',
});
const sub = parseModule(
  `${block('title: Package')}\npackage a.b\n\n${block('scope: document\ntitle: Document')}\n${''}\n${block('title: Rule')}\np contains 1\n\np contains 2\n\nq[x].r := 1 if x := 2\n`,
  { file: 'b.rego' },
);

test('a chain goes from the rule to its document, its package and the packages above', () => {
  const set = new AnnotationSet([lib, sub]);
  const titles = (index: number) =>
    set.chain(sub, sub.rules[index]!).map(({ path, annotations }) => [path.join('.'), annotations?.title]);
  assert.deepEqual(titles(0), [
    ['a.b.p', 'Rule'],
    ['a.b.p', 'Document'],
    ['a.b', 'Package'],
    ['a', 'All of a'],
  ]);
  assert.deepEqual(titles(1)[0], ['a.b.p', undefined]);
  assert.deepEqual(titles(2)[0], ['a.b.q', undefined]);
  assert.deepEqual(set.rule(sub.rules[0]!), { scope: 'rule', title: 'Rule' });
  assert.deepEqual(set.rule(sub.rules[1]!), {});
});

test('every annotation is listed, and every rule without', () => {
  assert.deepEqual(
    annotationsOf([sub, lib]).map(
      ({ path, annotations }) => `${path.join('.')} ${annotations?.scope ?? '-'}`,
    ),
    [
      'data.a subpackages',
      'data.a.b package',
      'data.a.b.p document',
      'data.a.b.p rule',
      'data.a.b.p -',
      'data.a.b.q -',
      'data.a.f -',
    ],
  );
});

test('a scope that allows one block for a path refuses a second', () => {
  const twice = parseModule(`${block('title: Again')}\npackage a.b\n`, { file: 'c.rego' });
  assert.deepEqual(
    new AnnotationSet([sub, twice]).problems.map(({ message }) => message),
    ['package annotation redeclared: b.rego:1'],
  );
});
