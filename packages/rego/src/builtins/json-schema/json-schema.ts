import { JsonError, parseJson } from '../../values/json.ts';
import { RegoObject } from '../../values/rego-object.ts';
import type { Value } from '../../values/value.ts';
import { ValueMap } from '../../values/value-map.ts';
import type { Builtin } from '../builtin.ts';
import { fault } from '../operands.ts';
import { any, arrayOf, boolean, nothing, objectOf, oneOf, string, tuple } from '../types.ts';
import { compileSchema } from './compile.ts';
import { asJson } from './document.ts';
import { SchemaError } from './messages.ts';
import type { Schema } from './schema.ts';
import { validate } from './validate.ts';

const jsonValue = oneOf(string, objectOf(any, any));

/** A document given as a JSON text or as a value. */
function documentOf(value: Value): Value {
  if (typeof value === 'string') {
    try {
      return parseJson(value);
    } catch (error) {
      if (error instanceof JsonError) throw new SchemaError('invalid JSON string', { cause: error });
      throw error;
    }
  }
  if (!(value instanceof RegoObject)) {
    throw new SchemaError('wrong type, expected string or object');
  }
  return asJson(value);
}

/** Compiled schemas by the values they were given as; forgotten all at once when there are many. */
let compiled = new ValueMap<Schema>();
const maxCompiled = 200;

function schemaOf(value: Value): Schema {
  const known = compiled.get(value);
  if (known) return known;
  const schema = compileSchema(documentOf(value));
  if (compiled.size >= maxCompiled) compiled = new ValueMap();
  compiled.set(value, schema);
  return schema;
}

function match(document: Value, schema: Value): Value {
  try {
    const instance = documentOf(document);
    const found = validate(schemaOf(schema), instance);
    return [
      found.length === 0,
      found.map(({ type, field, description }) =>
        RegoObject.of([
          ['desc', description],
          ['error', `${field}: ${description}`],
          ['field', field],
          ['type', type],
        ]),
      ),
    ];
  } catch (error) {
    if (error instanceof SchemaError) throw fault(error.message, error);
    throw error;
  }
}

function verify(schema: Value): Value {
  try {
    schemaOf(schema);
    return [true, null];
  } catch (error) {
    if (error instanceof SchemaError) return [false, `jsonschema: ${error.message}`];
    throw error;
  }
}

export const jsonSchemaBuiltins: readonly Builtin[] = [
  {
    name: 'json.match_schema',
    description: 'Whether a document fits a JSON schema, and what is wrong with it where it does not.',
    categories: ['object'],
    args: [jsonValue, jsonValue],
    result: tuple(
      boolean,
      arrayOf({
        type: 'object',
        static: [
          { key: 'desc', value: string },
          { key: 'error', value: string },
          { key: 'field', value: string },
          { key: 'type', value: string },
        ],
      }),
    ),
    call: ([a, b]) => match(a!, b!),
  },
  {
    name: 'json.verify_schema',
    description: 'Whether a value is a JSON schema, and what is wrong with it where it is not.',
    categories: ['object'],
    args: [jsonValue],
    result: tuple(boolean, oneOf(nothing, string)),
    call: ([a]) => verify(a!),
  },
];
