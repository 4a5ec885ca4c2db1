import assert from 'node:assert/strict';
import test from 'node:test';
import { fromJs, toJs } from '../../values/json.ts';
import { answerOf, checkCases } from '../check-builtin.ts';
import { jsonSchemaBuiltins } from './json-schema.ts';

/** The `error` texts for a document, in order. */
function errorsOf(schema: unknown, document: unknown): string[] {
  const operand = fromJs(typeof document === 'object' && document !== null ? { document } : document);
  const asked = typeof document === 'object' && document !== null;
  const answer = answerOf(jsonSchemaBuiltins, 'json.match_schema', [
    asked ? operand : JSON.stringify(document),
    fromJs(
      asked
        ? {
            properties: { document: schema },
            definitions: (schema as { definitions?: unknown }).definitions ?? {},
          }
        : schema,
    ),
  ]);
  const [valid, errors] = toJs(answer!) as [boolean, { error: string }[]];
  assert.equal(valid, errors.length === 0);
  return errors.map(({ error }) => error);
}

/** Texts of gojsonschema, each checked against it. */
const found: [name: string, schema: unknown, document: unknown, errors: string[]][] = [
  ['type', { type: 'integer' }, 'x', ['(Root): Invalid type. Expected: integer, given: string']],
  ['type, whole number', { type: 'integer' }, 3, []],
  ['type, fraction', { type: 'integer' }, 3.5, ['(Root): Invalid type. Expected: integer, given: number']],
  [
    'types',
    { type: ['string', 'null'] },
    1,
    ['(Root): Invalid type. Expected: [string,null], given: integer'],
  ],
  ['enum', { enum: ['a', 1, null] }, 'b', ['(Root): (Root) must be one of the following: "a", 1, null']],
  ['empty enum', { enum: [] }, 1, ['(Root): (Root) must be one of the following: (none)']],
  ['const', { const: { a: '<' } }, 1, ['(Root): (Root) does not match: {"a":"\\u003c"}']],
  ['minimum', { minimum: 1000000 }, 1, ['(Root): Must be greater than or equal to 1e+06']],
  ['exclusiveMinimum', { exclusiveMinimum: 1.5 }, 1.5, ['(Root): Must be greater than 1.5']],
  ['maximum', { maximum: 0.1 }, 1, ['(Root): Must be less than or equal to 0.1']],
  ['exclusiveMaximum', { exclusiveMaximum: 5 }, 5, ['(Root): Must be less than 5']],
  [
    'draft-04 flag',
    { $schema: 'http://json-schema.org/draft-04/schema#', maximum: 5, exclusiveMaximum: true },
    5,
    ['(Root): Must be less than 5'],
  ],
  ['multipleOf', { multipleOf: 0.01 }, 0.075, ['(Root): Must be a multiple of 0.01']],
  ['multipleOf, exactly', { multipleOf: 0.1 }, 0.3, []],
  ['minLength', { minLength: 2 }, '\u{1f600}', ['(Root): String length must be greater than or equal to 2']],
  ['maxLength', { maxLength: 1 }, 'ab', ['(Root): String length must be less than or equal to 1']],
  ['pattern', { pattern: '^a+$' }, 'b', ["(Root): Does not match pattern '^a+$'"]],
  ['format', { format: 'date' }, '2020-02-30', ["(Root): Does not match format 'date'"]],
  ['unknown format', { format: 'sparkle' }, 'x', []],
  [
    'items',
    { items: { type: 'string' } },
    ['a', 1],
    ['document.1: Invalid type. Expected: string, given: integer'],
  ],
  [
    'items by place',
    { items: [{}, { type: 'null' }], additionalItems: false },
    [1, 2, 3],
    [
      'document.1: Invalid type. Expected: null, given: integer',
      'document: No additional items allowed on array',
    ],
  ],
  ['minItems', { minItems: 1 }, [], ['document: Array must have at least 1 items']],
  ['maxItems', { maxItems: 1 }, [1, 2], ['document: Array must have at most 1 items']],
  ['uniqueItems', { uniqueItems: true }, [1, 2, 2], ['document: array items[1,2] must be unique']],
  [
    'contains',
    { contains: { const: 1 } },
    [2],
    ['document: At least one of the items must match', 'document.0: document.0 does not match: 1'],
  ],
  ['required', { required: ['a', 'b'] }, { b: 1 }, ['document: a is required']],
  [
    'properties',
    { properties: { a: { type: 'null' } } },
    { a: 1 },
    ['document.a: Invalid type. Expected: null, given: integer'],
  ],
  [
    'additionalProperties',
    { properties: { a: {} }, patternProperties: { '^x': {} }, additionalProperties: false },
    { a: 1, x1: 1, b: 1 },
    ['document: Additional property b is not allowed'],
  ],
  [
    'propertyNames',
    { propertyNames: { maxLength: 1 } },
    { ab: 1 },
    [
      'document: Property name of "ab" does not match',
      'document: String length must be less than or equal to 1',
    ],
  ],
  ['minProperties', { minProperties: 1 }, {}, ['document: Must have at least 1 properties']],
  ['maxProperties', { maxProperties: 0 }, { a: 1 }, ['document: Must have at most 0 properties']],
  [
    'dependencies',
    { dependencies: { a: ['b'], c: { required: ['d'] } } },
    { a: 1, c: 1 },
    ['document: Has a dependency on b', 'document: d is required'],
  ],
  [
    'allOf',
    { allOf: [{ type: 'string' }, { maxLength: 1 }] },
    1,
    [
      '(Root): Invalid type. Expected: string, given: integer',
      '(Root): Must validate all the schemas (allOf)',
    ],
  ],
  [
    'anyOf tells what came nearest',
    { anyOf: [{ type: 'string' }, { type: 'object', required: ['a', 'b'] }] },
    { a: 1 },
    ['document: Must validate at least one schema (anyOf)', 'document: b is required'],
  ],
  [
    'oneOf, none',
    { oneOf: [{ type: 'string' }, { type: 'null' }] },
    1,
    [
      '(Root): Must validate one and only one schema (oneOf)',
      '(Root): Invalid type. Expected: string, given: integer',
    ],
  ],
  ['oneOf, several', { oneOf: [{}, {}] }, 1, ['(Root): Must validate one and only one schema (oneOf)']],
  ['not', { not: { type: 'string' } }, 'x', ['(Root): Must not validate the schema (not)']],
  [
    'if and then',
    JSON.parse('{"if":{"type":"string"},"then":{"minLength":2}}'),
    'x',
    [
      '(Root): Must validate "then" as "if" was valid',
      '(Root): String length must be greater than or equal to 2',
    ],
  ],
  ['false', { properties: { a: false } }, { a: 1 }, ['document.a: False always fails validation']],
  [
    '$ref',
    { definitions: { s: { type: 'string' } }, $ref: '#/definitions/s' },
    1,
    ['(Root): Invalid type. Expected: string, given: integer'],
  ],
  [
    '$ref by $id',
    {
      definitions: { s: { $id: 'http://example.com/s.json', type: 'string' } },
      properties: {},
      allOf: [{ $ref: 'http://example.com/s.json' }],
    },
    1,
    [
      '(Root): Invalid type. Expected: string, given: integer',
      '(Root): Must validate all the schemas (allOf)',
    ],
  ],
  [
    '$ref to itself',
    { type: ['object', 'string'], properties: { next: { $ref: '#/properties/document' } } },
    { next: { next: 1 } },
    ['document.next.next: Invalid type. Expected: [object,string], given: integer'],
  ],
  [
    '2020-12 as far as it is the same',
    {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $defs: { s: { type: 'string' } },
      $ref: '#/$defs/s',
    },
    1,
    ['(Root): Invalid type. Expected: string, given: integer'],
  ],
  [
    'the schema of schemas',
    { $ref: 'http://json-schema.org/draft-07/schema#' },
    { minLength: -1 },
    [
      'document.minLength: Must validate all the schemas (allOf)',
      'document.minLength: Must be greater than or equal to 0',
    ].reverse(),
  ],
];

for (const [name, schema, document, errors] of found) {
  test(`a schema's ${name}: ${JSON.stringify(document)} gives ${errors.length === 0 ? 'no error' : errors.join('; ')}`, () => {
    assert.deepEqual(errorsOf(schema, document), errors);
  });
}

const formats: [format: string, good: string[], bad: string[]][] = [
  ['date', ['2020-02-29'], ['2021-02-29', '2020-2-1', '20200101', '']],
  ['time', ['10:20:30', '10:20:30Z', '10:20:30.123+02:00'], ['25:00:00', '10:20']],
  [
    'date-time',
    ['2020-01-01T00:00:00Z', '2020-01-01T00:00:00.5-07:00', '2020-01-01', '10:20:30'],
    ['2020-01-01 00:00:00', 'yesterday'],
  ],
  ['hostname', ['a', 'quay.io', 'a-b.c'], ['-a', 'a_b', 'a..b', '']],
  ['email', ['a@b', 'a.b+c@d.e', 'Some One <a@b.c>', '"a b"@c'], ['a', 'a@', '@b', 'a b@c']],
  ['ipv4', ['127.0.0.1'], ['256.0.0.1', '1.2.3', '01.2.3.4', '::1']],
  ['ipv6', ['::1', '2001:db8::ffff'], ['1.2.3.4', ':::', 'g::1']],
  [
    'uri',
    ['http://x/y?z#a', 'urn:uuid:1', 'git+ssh://g@h:22/p'],
    ['//x', 'x', 'http://a b', 'http://x:port', 'http://x/%zz', 'a:\\b'],
  ],
  ['uri-reference', ['', 'a/b', '//x/y', '#f'], ['1a:b', 'a\\b', '%']],
  ['uri-template', ['/a/{b}'], ['/a/{b']],
  ['uuid', ['2EB8AA08-AA98-11EA-B4AA-73B441D16380'], ['2eb8aa08', '2eb8aa08-aa98-11ea-b4aa-73b441d1638']],
  ['regex', ['^a+$', ''], ['(', '(?=a)']],
  ['json-pointer', ['', '/a~1b/~0'], ['a', '/~2']],
  ['relative-json-pointer', ['0', '1/a', '2#'], ['01', '/a']],
];

for (const [format, good, bad] of formats) {
  test(`the format ${format} tells ${good.map((text) => `"${text}"`).join(', ')} from ${bad.map((text) => `"${text}"`).join(', ')}`, () => {
    for (const text of good) assert.deepEqual(errorsOf({ format }, text), [], text);
    for (const text of bad) assert.equal(errorsOf({ format }, text).length, 1, text);
  });
}

const unknown =
  'has a primitive type that is NOT VALID -- given: /unknown/ Expected valid values are:[array boolean integer number null object string]';

checkCases(jsonSchemaBuiltins, [
  ['json.verify_schema', ['{"type": "object"}'], '[true, null]'],
  ['json.verify_schema', ['"{\\"type\\": \\"object\\"}"'], '[true, null]'],
  ['json.verify_schema', ['"{"'], '[false, "jsonschema: invalid JSON string"]'],
  ['json.verify_schema', ['1'], '[false, "jsonschema: wrong type, expected string or object"]'],
  ['json.verify_schema', ['"1"'], '[false, "jsonschema: schema is invalid"]'],
  ['json.verify_schema', ['{"type": "unknown"}'], `[false, "jsonschema: ${unknown}"]`],
  [
    'json.verify_schema',
    ['{"type": ["string", "string"]}'],
    '[false, "jsonschema: string type is duplicated"]',
  ],
  [
    'json.verify_schema',
    ['{"type": 1}'],
    '[false, "jsonschema: Invalid type. Expected: type, given: string/array of strings"]',
  ],
  ['json.verify_schema', ['{"$schema": 1}'], '[false, "jsonschema: $schema must be of type string"]'],
  [
    'json.verify_schema',
    ['{"title": 1}'],
    '[false, "jsonschema: Invalid type. Expected: string, given: title"]',
  ],
  ['json.verify_schema', ['{"properties": 1}'], '[false, "jsonschema: properties must be of type object"]'],
  [
    'json.verify_schema',
    ['{"properties": {"a": 1}}'],
    '[false, "jsonschema: Expected: schema, given: Invalid JSON"]',
  ],
  [
    'json.verify_schema',
    ['{"additionalProperties": 1}'],
    '[false, "jsonschema: Invalid type. Expected: boolean/schema, given: additionalProperties"]',
  ],
  [
    'json.verify_schema',
    ['{"patternProperties": {"(": {}}}'],
    `[false, "jsonschema: Invalid regex pattern '('"]`,
  ],
  ['json.verify_schema', ['{"pattern": "(?=a)"}'], '[false, "jsonschema: pattern must be a valid regex"]'],
  [
    'json.verify_schema',
    ['{"minLength": -1}'],
    '[false, "jsonschema: minLength must be greater than or equal to 0"]',
  ],
  ['json.verify_schema', ['{"minLength": 1.5}'], '[false, "jsonschema: minLength must be of an integer"]'],
  [
    'json.verify_schema',
    ['{"minLength": 2, "maxLength": 1}'],
    '[false, "jsonschema: minLength cannot be greater than maxLength"]',
  ],
  ['json.verify_schema', ['{"minimum": "a"}'], '[false, "jsonschema: minimum must be of a number"]'],
  [
    'json.verify_schema',
    ['{"exclusiveMinimum": true}'],
    '[false, "jsonschema: exclusiveMinimum cannot be used without minimum"]',
  ],
  [
    'json.verify_schema',
    ['{"multipleOf": 0}'],
    '[false, "jsonschema: multipleOf must be strictly greater than 0"]',
  ],
  [
    'json.verify_schema',
    ['{"required": ["a", "a"]}'],
    '[false, "jsonschema: required items must be unique"]',
  ],
  ['json.verify_schema', ['{"required": "a"}'], '[false, "jsonschema: required must be of an array"]'],
  ['json.verify_schema', ['{"enum": [1, 1.0]}'], '[false, "jsonschema: enum items must be unique"]'],
  ['json.verify_schema', ['{"not": 1}'], '[false, "jsonschema: not must be of an object"]'],
  [
    'json.verify_schema',
    ['{"dependencies": {"a": [1]}}'],
    '[false, "jsonschema: dependency must be of type schema or array of strings"]',
  ],
  [
    'json.verify_schema',
    ['{"$ref": "#/definitions/x"}'],
    `[false, "jsonschema: Object has no key 'definitions'"]`,
  ],
  [
    'json.verify_schema',
    ['{"$ref": "other.json"}'],
    '[false, "jsonschema: Reference other.json must be canonical"]',
  ],
  [
    'json.verify_schema',
    ['{"$ref": "https://example.com/x.json"}'],
    '[false, "jsonschema: remote reference loading disabled: https://example.com/x.json"]',
  ],
  ['json.match_schema', ['{}', '{"type": "unknown"}'], `error: ${unknown}`],
  ['json.match_schema', ['"{"', '{}'], 'error: invalid JSON string'],
  ['json.match_schema', ['1', '{}'], 'error: wrong type, expected string or object'],
  [
    'json.match_schema',
    ['{"id": "foo"}', '{"properties": {"id": {"type": "integer"}}}'],
    `[false, [{"desc": "Invalid type. Expected: integer, given: string", "error": "id: Invalid type. Expected: integer, given: string", "field": "id", "type": "invalid_type"}]]`,
  ],
  ['json.match_schema', ['{"a": {1, 2}}', '{"properties": {"a": {"type": "array"}}}'], '[true, []]'],
]);

test('schemas that lead back to themselves and documents without end are refused cleanly', () => {
  const match = (schema: unknown, document: unknown) =>
    answerOf(jsonSchemaBuiltins, 'json.match_schema', [fromJs(document), fromJs(schema)]);
  assert.throws(() => match({ $ref: '#' }, {}), { message: 'schema refers to itself without end' });
  assert.throws(() => match({ allOf: [{ $ref: '#' }] }, {}), {
    message: 'schema refers to itself without end',
  });
  let deep: unknown = {};
  for (let i = 0; i < 5000; i += 1) deep = { a: deep };
  assert.throws(() => match({ properties: { a: { $ref: '#' } } }, deep), {
    message: 'document is nested too deeply',
  });
  assert.throws(() => match(deep, {}), { message: /nested too deeply/ });
});
