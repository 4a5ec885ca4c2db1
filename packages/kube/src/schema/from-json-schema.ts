import { isRecord, type JsonSchema } from './json-schema.ts';
import { anyObject, anything, intOrString } from './schema-shorthand.ts';

const copied = [
  'description',
  'format',
  'enum',
  'pattern',
  'required',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
] as const;

/**
 * A JSON Schema (draft 2020-12, as zod writes it) in the form that the API uses: references inlined; open objects, and choices between
 * types, as what preserves unknown fields; text or number as int-or-string. Closed objects are so by their properties.
 */
export function structuralSchema(schema: unknown): JsonSchema {
  const definitions = isRecord(schema) && isRecord(schema.$defs) ? schema.$defs : {};
  return convert(schema, definitions, new Set());
}

function convert(
  schema: unknown,
  definitions: Record<string, unknown>,
  within: ReadonlySet<string>,
): JsonSchema {
  if (!isRecord(schema)) return anything;
  if (typeof schema.$ref === 'string') {
    const name = schema.$ref.replace(/^#\/\$defs\//, '');
    // What contains itself ends somewhere.
    if (within.has(name)) return anything;
    return convert(definitions[name], definitions, new Set([...within, name]));
  }
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) {
    const types = choices.map((choice) => (isRecord(choice) ? choice.type : undefined)).sort();
    const textOrNumber = types.length === 2 && types[0] !== 'string' && types[1] === 'string';
    return textOrNumber && (types[0] === 'number' || types[0] === 'integer') ? intOrString : anything;
  }
  const kept: JsonSchema = {};
  for (const keyword of copied)
    if (schema[keyword] !== undefined) Object.assign(kept, { [keyword]: schema[keyword] });
  switch (schema.type) {
    case 'object':
      return { ...kept, ...objectSchema(schema, (below) => convert(below, definitions, within)) };
    case 'array':
      return { ...kept, type: 'array', items: convert(schema.items, definitions, within) };
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
      return { ...kept, type: schema.type };
    default:
      return anything;
  }
}

function objectSchema(schema: Record<string, unknown>, below: (schema: unknown) => JsonSchema): JsonSchema {
  const { properties, additionalProperties } = schema;
  if (isRecord(properties)) {
    const fields = Object.entries(properties).map(([field, one]): [string, JsonSchema] => [
      field,
      below(one),
    ]);
    return { type: 'object', properties: Object.fromEntries(fields) };
  }
  if (isRecord(additionalProperties) && Object.keys(additionalProperties).length > 0) {
    return { type: 'object', additionalProperties: below(additionalProperties) };
  }
  return anyObject;
}
