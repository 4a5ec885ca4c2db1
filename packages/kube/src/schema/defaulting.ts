import { isRecord, type JsonSchema } from './json-schema.ts';

/** The value with the schema's defaults where nothing is, or null that may not be; the input is not changed. */
export function withDefaults(schema: JsonSchema, value: unknown): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.map((item) => withDefaults(items, item)) : value;
  }
  if (!isRecord(value)) return value;
  const result = new Map(Object.entries(value));
  const { properties = {}, additionalProperties } = schema;
  for (const [field, below] of Object.entries(properties)) {
    const present = result.get(field);
    const missing = present === undefined || (present === null && below.nullable !== true);
    if (missing && below.default !== undefined) result.set(field, structuredClone(below.default));
    if (result.has(field)) result.set(field, withDefaults(below, result.get(field)));
  }
  if (isRecord(additionalProperties)) {
    for (const [field, present] of result) {
      if (Object.hasOwn(properties, field)) continue;
      result.set(field, withDefaults(additionalProperties as JsonSchema, present));
    }
  }
  return Object.fromEntries(result);
}
