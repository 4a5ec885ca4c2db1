import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FieldErrors } from '../admission/field-errors.ts';
import { podSchema } from '../core/schemas/pod-schema.ts';
import { validateRules } from './cel-rules.ts';
import { conform } from './conform.ts';
import { withDefaults } from './defaulting.ts';
import { structuralSchema } from './from-json-schema.ts';
import type { JsonSchema } from './json-schema.ts';
import { validateValue } from './validate.ts';
import { wrongType } from './wrong-type.ts';

function findings(schema: JsonSchema, value: unknown, path = 'spec'): string[] {
  const errors = new FieldErrors();
  validateValue(schema, value, path, errors);
  return errors.causes.map(({ field, message }) => `${field}: ${message}`);
}

const rows: [JsonSchema, unknown, string[]][] = [
  [{ type: 'string' }, 'x', []],
  [{ type: 'string' }, null, ['spec: Invalid value: "null": spec in body must be of type string: "null"']],
  [{ type: 'string', nullable: true }, null, []],
  [{ type: 'number' }, 1, []],
  [
    { type: 'integer' },
    1.5,
    ['spec: Invalid value: "number": spec in body must be of type integer: "number"'],
  ],
  [{ 'x-kubernetes-int-or-string': true }, '1', []],
  [
    { 'x-kubernetes-int-or-string': true },
    true,
    ['spec: Invalid value: "boolean": spec in body must be of type integer,string: "boolean"'],
  ],
  [{ type: 'string', enum: ['a'] }, 'b', ['spec: Unsupported value: "b": supported values: "a"']],
  [{ type: 'string', maxLength: 2 }, 'abc', ['spec: Too long: may not be more than 2 bytes']],
  [
    { type: 'string', minLength: 2 },
    'a',
    ['spec: Invalid value: "a": spec in body should be at least 2 chars long'],
  ],
  [
    { type: 'string', pattern: '^a+$' },
    'b',
    ['spec: Invalid value: "b": spec in body should match \'^a+$\''],
  ],
  [
    { type: 'string', pattern: '(a+)+$' },
    `${'a'.repeat(50_000)}b`.slice(0, 0),
    ['spec: Invalid value: "": spec in body should match \'(a+)+$\''],
  ],
  [
    { type: 'string', format: 'date-time' },
    'x',
    ['spec: Invalid value: "x": spec in body must be of type date-time: "x"'],
  ],
  [
    { type: 'integer', minimum: 1 },
    0,
    ['spec: Invalid value: 0: spec in body should be greater than or equal to 1'],
  ],
  [
    { type: 'integer', maximum: 1, exclusiveMaximum: true },
    1,
    ['spec: Invalid value: 1: spec in body should be less than 1'],
  ],
  [{ type: 'number', multipleOf: 0.1 }, 0.3, []],
  [{ type: 'integer', multipleOf: 5 }, 3, ['spec: Invalid value: 3: spec in body should be a multiple of 5']],
  [
    { type: 'array', items: { type: 'string' }, maxItems: 1 },
    ['a', 'b'],
    ['spec: Too many: 2: must have at most 1 items'],
  ],
  [
    { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
    ['a', 'a'],
    ['spec[1]: Duplicate value: "a"'],
  ],
  [
    {
      type: 'array',
      items: { type: 'object' },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    },
    [{ name: 'a' }, { name: 'a', x: 1 }],
    ['spec[1]: Duplicate value: {"name":"a"}'],
  ],
  [{ type: 'object', required: ['a'] }, {}, ['spec.a: Required value']],
  [
    { type: 'object', additionalProperties: { type: 'string' } },
    { k: 1 },
    ['spec.k: Invalid value: "integer": spec.k in body must be of type string: "integer"'],
  ],
  [{ type: 'object', maxProperties: 1 }, { a: 1, b: 2 }, ['spec: Too many: 2: must have at most 1 items']],
  [
    { type: 'integer', anyOf: [{ minimum: 5 }, { maximum: 1 }] },
    3,
    ['spec: Invalid value: 3: "spec" must validate at least one schema (anyOf)'],
  ],
  [
    { type: 'integer', oneOf: [{ minimum: 1 }, { maximum: 5 }] },
    3,
    ['spec: Invalid value: 3: "spec" must validate one and only one schema (oneOf)'],
  ],
  [
    { type: 'integer', not: { minimum: 1 } },
    3,
    ['spec: Invalid value: 3: "spec" must not validate the schema (not)'],
  ],
];

describe('validation by a schema', () => {
  for (const [schema, value, expected] of rows) {
    test(`${JSON.stringify(schema)} of ${JSON.stringify(value)}`, () => {
      assert.deepEqual(findings(schema, value), expected);
    });
  }

  test('a pattern made to take for ever does not', () => {
    const started = performance.now();
    findings({ type: 'string', pattern: '^(a+)+$' }, `${'a'.repeat(10_000)}!`);
    assert.ok(performance.now() - started < 2000);
  });
});

describe('rules in CEL', () => {
  const rule = (text: string, more: object = {}): JsonSchema => ({
    type: 'object',
    properties: {
      n: { type: 'integer' },
      s: { type: 'string' },
      l: { type: 'array', items: { type: 'integer' } },
    },
    'x-kubernetes-validations': [{ rule: text, ...more }],
  });
  const check = (schema: JsonSchema, value: unknown, old?: unknown) => {
    const errors = new FieldErrors();
    validateRules(schema, value, old, 'spec', errors);
    return errors.causes.map(({ field, message }) => `${field}: ${message}`);
  };

  test('hold or say what failed', () => {
    assert.deepEqual(check(rule('self.n > 1'), { n: 2 }), []);
    assert.deepEqual(check(rule('self.n > 1'), { n: 1 }), [
      'spec: Invalid value: "object": failed rule: self.n > 1',
    ]);
    assert.deepEqual(check(rule('has(self.s) && self.s.startsWith("a")', { message: 'begin with a' }), {}), [
      'spec: Invalid value: "object": begin with a',
    ]);
    assert.deepEqual(
      check(rule('self.l.all(x, x > 0)', { messageExpression: '"has " + string(self.l[0])' }), { l: [-1] }),
      ['spec: Invalid value: "object": has -1'],
    );
    assert.deepEqual(
      check(rule('self.n > 1', { reason: 'FieldValueForbidden', fieldPath: '.n', message: 'no' }), { n: 0 }),
      ['spec.n: Forbidden: no'],
    );
  });

  test('that fail to run are findings', () => {
    const [finding] = check(rule('self.none == 1'), { n: 1 });
    assert.match(
      finding ?? '',
      /^spec: Invalid value: "object": rule evaluation error: .*none.*: rule: self\.none == 1$/,
    );
  });

  test('on the old value are asked only when there is one', () => {
    assert.deepEqual(check(rule('self.n >= oldSelf.n'), { n: 1 }), []);
    assert.equal(check(rule('self.n >= oldSelf.n'), { n: 1 }, { n: 2 }).length, 1);
  });
});

test('unknown fields are taken out and named, save where they are kept', () => {
  const schema: JsonSchema = {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        properties: {
          known: { type: 'string' },
          open: {
            type: 'object',
            'x-kubernetes-preserve-unknown-fields': true,
            properties: { deep: { type: 'object' } },
          },
          list: { type: 'array', items: { type: 'object', properties: { a: { type: 'string' } } } },
          map: { type: 'object', additionalProperties: { type: 'object', properties: {} } },
        },
      },
    },
  };
  const input = {
    apiVersion: 'v1',
    kind: 'X',
    spec: {
      known: 'a',
      other: 1,
      open: { any: 1, deep: { x: 1 } },
      list: [{ a: 'b' }, { b: 1 }],
      map: { k: { v: 1 } },
    },
  };
  const { object, unknown } = conform(schema, input);
  assert.deepEqual(unknown, ['spec.other', 'spec.open.deep.x', 'spec.list[1].b', 'spec.map.k.v']);
  assert.deepEqual(object.spec, {
    known: 'a',
    open: { any: 1, deep: {} },
    list: [{ a: 'b' }, {}],
    map: { k: {} },
  });
  const clean = { apiVersion: 'v1', spec: { known: 'a' } };
  assert.equal(conform(schema, clean).object, clean, 'what is in order is not copied');
});

test('defaults go where nothing is, or null that may not be', () => {
  const schema: JsonSchema = {
    type: 'object',
    properties: {
      a: { type: 'string', default: 'x' },
      n: { type: 'string', nullable: true, default: 'y' },
      o: { type: 'object', default: {}, properties: { p: { type: 'integer', default: 1 } } },
    },
  };
  assert.deepEqual(withDefaults(schema, { a: null, n: null }), { a: 'x', n: null, o: { p: 1 } });
});

test('a wrong type is told as Go’s decoder does', () => {
  assert.equal(
    wrongType(podSchema, { spec: { containers: [{ name: 'a', args: [1] }] } }),
    'json: cannot unmarshal number into Go struct field spec.containers.args of type string',
  );
  assert.equal(
    wrongType(podSchema, { spec: { containers: [{ name: 'a', resources: { limits: { cpu: 1 } } }] } }),
    undefined,
  );
});

test('JSON Schemas become structural ones', () => {
  const schema = structuralSchema({
    type: 'object',
    $defs: { loop: { type: 'object', properties: { next: { $ref: '#/$defs/loop' } } } },
    properties: {
      quantity: { anyOf: [{ type: 'string' }, { type: 'number' }] },
      choice: { anyOf: [{ type: 'string' }, { type: 'object' }] },
      names: { type: 'object', propertyNames: { type: 'string' }, additionalProperties: { type: 'string' } },
      open: { type: 'object', additionalProperties: {} },
      any: {},
      loop: { $ref: '#/$defs/loop' },
    },
    additionalProperties: false,
  });
  assert.deepEqual(schema, {
    type: 'object',
    properties: {
      quantity: { 'x-kubernetes-int-or-string': true },
      choice: { 'x-kubernetes-preserve-unknown-fields': true },
      names: { type: 'object', additionalProperties: { type: 'string' } },
      open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      any: { 'x-kubernetes-preserve-unknown-fields': true },
      loop: { type: 'object', properties: { next: { 'x-kubernetes-preserve-unknown-fields': true } } },
    },
  });
});
