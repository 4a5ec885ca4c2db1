import { fromJs } from '../../values/json.ts';
import type { Value } from '../../values/value.ts';

type Json = Record<string, unknown>;

/** The address of each draft's schema of schemas, without the empty fragment. */
export const metaSchemaAddress = /^http:\/\/json-schema\.org\/draft-0([467])\/schema$/;

const made = new Map<number, Value>();

/** The schema of a draft's schemas: the one thing beyond the document that a reference may lead to. */
export function metaSchema(draft: 4 | 6 | 7): Value {
  let schema = made.get(draft);
  if (schema === undefined) {
    schema = fromJs(describe(draft));
    made.set(draft, schema);
  }
  return schema;
}

const text = { type: 'string' };
const flag = { type: 'boolean' };
const number = { type: 'number' };
const itself = { $ref: '#' };
const definition = (name: string) => ({ $ref: `#/definitions/${name}` });
const either = (...anyOf: Json[]) => ({ anyOf });
const members = (additionalProperties: Json): Json => ({ type: 'object', additionalProperties });

/** What the drafts say of their keywords; see https://json-schema.org/specification-links */
function describe(draft: 4 | 6 | 7): Json {
  const old = draft === 4;
  const address = `http://json-schema.org/draft-0${draft}/schema#`;
  const count = old ? 'positiveInteger' : 'nonNegativeInteger';
  const atLeastZero = definition(`${count}Default0`);
  const schemaOrFlag = old ? either(flag, itself) : itself;
  const reference = old ? text : { type: 'string', format: 'uri-reference' };
  const bounds = old
    ? {
        exclusiveMaximum: flag,
        exclusiveMinimum: flag,
        multipleOf: { ...number, minimum: 0, exclusiveMinimum: true },
      }
    : { exclusiveMaximum: number, exclusiveMinimum: number, multipleOf: { ...number, exclusiveMinimum: 0 } };
  const properties: Json = {
    [old ? 'id' : '$id']: reference,
    $schema: old ? text : { type: 'string', format: 'uri' },
    title: text,
    description: text,
    default: {},
    ...bounds,
    maximum: number,
    minimum: number,
    maxLength: definition(count),
    minLength: atLeastZero,
    pattern: { type: 'string', format: 'regex' },
    additionalItems: schemaOrFlag,
    items: either(itself, definition('schemaArray')),
    maxItems: definition(count),
    minItems: atLeastZero,
    uniqueItems: flag,
    maxProperties: definition(count),
    minProperties: atLeastZero,
    required: definition('stringArray'),
    additionalProperties: schemaOrFlag,
    definitions: members(itself),
    properties: members(itself),
    patternProperties:
      draft === 7 ? { ...members(itself), propertyNames: { format: 'regex' } } : members(itself),
    dependencies: members(either(itself, definition('stringArray'))),
    enum: { type: 'array', minItems: 1, uniqueItems: true },
    type: either(definition('simpleTypes'), {
      type: 'array',
      items: definition('simpleTypes'),
      minItems: 1,
      uniqueItems: true,
    }),
    format: text,
    allOf: definition('schemaArray'),
    anyOf: definition('schemaArray'),
    oneOf: definition('schemaArray'),
    not: itself,
  };
  if (!old) {
    Object.assign(properties, {
      $ref: reference,
      examples: { type: 'array' },
      contains: itself,
      propertyNames: itself,
      const: {},
    });
  }
  if (draft === 7) {
    Object.assign(properties, {
      $comment: text,
      readOnly: flag,
      contentMediaType: text,
      contentEncoding: text,
      if: itself,
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
      then: itself,
      else: itself,
    });
  }
  return {
    [old ? 'id' : '$id']: address,
    $schema: address,
    type: old ? 'object' : ['object', 'boolean'],
    definitions: {
      schemaArray: { type: 'array', minItems: 1, items: itself },
      [count]: { type: 'integer', minimum: 0 },
      [`${count}Default0`]: { allOf: [definition(count), { default: 0 }] },
      simpleTypes: { enum: ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'] },
      stringArray: { type: 'array', items: text, uniqueItems: true, ...(old && { minItems: 1 }) },
    },
    properties,
    ...(old && { dependencies: { exclusiveMaximum: ['maximum'], exclusiveMinimum: ['minimum'] } }),
  };
}
