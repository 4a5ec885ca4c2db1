import { isDeepStrictEqual } from 'node:util';
import { FieldErrors } from '../admission/field-errors.ts';
import { isRecord, type JsonSchema } from './json-schema.ts';
import { patternTest } from './pattern.ts';
import { isOfFormat } from './string-format.ts';

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (Number.isInteger(value)) return 'integer';
  return typeof value;
}

function isOfType(schema: JsonSchema, value: unknown): boolean {
  if (schema['x-kubernetes-int-or-string']) return typeof value === 'string' || Number.isInteger(value);
  const { type } = schema;
  if (type === undefined) return true;
  const actual = typeName(value);
  return actual === type || (type === 'number' && actual === 'integer');
}

function place(path: string, field: string): string {
  return path === '' ? field : `${path}.${field}`;
}

/**
 * Holds a value against a schema, with the findings in Kubernetes' words and field paths. Value and schema are users'. Errors
 * below a value of the wrong type are not looked for.
 */
export function validateValue(schema: JsonSchema, value: unknown, path: string, errors: FieldErrors): void {
  if (
    value === null &&
    (schema.nullable || (schema.type === undefined && !schema['x-kubernetes-int-or-string']))
  ) {
    return;
  }
  if (!isOfType(schema, value)) {
    const wanted = schema['x-kubernetes-int-or-string'] ? 'integer,string' : schema.type;
    const got = typeName(value);
    errors.wrongType(path, got, `${path} in body must be of type ${wanted}: ${JSON.stringify(got)}`);
    return;
  }
  if (schema.enum && !schema.enum.some((one) => isDeepStrictEqual(one, value))) {
    errors.notSupported(path, value, schema.enum);
  }
  if (typeof value === 'string') validateText(schema, value, path, errors);
  else if (typeof value === 'number') validateNumber(schema, value, path, errors);
  else if (Array.isArray(value)) validateList(schema, value, path, errors);
  else if (isRecord(value)) validateObject(schema, value, path, errors);
  validateJunctors(schema, value, path, errors);
}

function validateText(schema: JsonSchema, value: string, path: string, errors: FieldErrors): void {
  const length = [...value].length;
  if (schema.maxLength !== undefined && length > schema.maxLength) errors.tooLong(path, schema.maxLength);
  if (schema.minLength !== undefined && length < schema.minLength) {
    errors.invalid(path, value, `${path} in body should be at least ${schema.minLength} chars long`);
  }
  if (schema.pattern !== undefined && !patternTest(schema.pattern)(value)) {
    errors.invalid(path, value, `${path} in body should match '${schema.pattern}'`);
  }
  if (schema.format !== undefined && !isOfFormat(schema.format, value)) {
    errors.invalid(path, value, `${path} in body must be of type ${schema.format}: ${JSON.stringify(value)}`);
  }
}

function validateNumber(schema: JsonSchema, value: number, path: string, errors: FieldErrors): void {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum)) {
    errors.invalid(
      path,
      value,
      `${path} in body should be less than ${exclusiveMaximum ? '' : 'or equal to '}${maximum}`,
    );
  }
  if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum)) {
    errors.invalid(
      path,
      value,
      `${path} in body should be greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`,
    );
  }
  if (multipleOf !== undefined && Math.abs(value / multipleOf - Math.round(value / multipleOf)) > 1e-9) {
    errors.invalid(path, value, `${path} in body should be a multiple of ${multipleOf}`);
  }
}

function validateList(schema: JsonSchema, value: unknown[], path: string, errors: FieldErrors): void {
  if (schema.maxItems !== undefined && value.length > schema.maxItems) {
    errors.tooMany(path, value.length, schema.maxItems);
  }
  if (schema.minItems !== undefined && value.length < schema.minItems) {
    errors.invalid(path, value.length, `${path} in body should have at least ${schema.minItems} items`);
  }
  const { items } = schema;
  if (items) {
    for (const [index, item] of value.entries()) validateValue(items, item, `${path}[${index}]`, errors);
  }
  refuseDuplicates(schema, value, path, errors);
}

/** Items of sets, and keys of keyed lists, occur once. */
function refuseDuplicates(schema: JsonSchema, value: unknown[], path: string, errors: FieldErrors): void {
  const kind = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (kind !== 'set' && kind !== 'map') return;
  const seen = new Set<string>();
  for (const [index, item] of value.entries()) {
    const identity =
      kind === 'map' && isRecord(item)
        ? Object.fromEntries(keys.filter((key) => item[key] !== undefined).map((key) => [key, item[key]]))
        : item;
    const text = JSON.stringify(identity);
    if (seen.has(text)) errors.duplicate(`${path}[${index}]`, identity);
    seen.add(text);
  }
}

function validateObject(
  schema: JsonSchema,
  value: Record<string, unknown>,
  path: string,
  errors: FieldErrors,
): void {
  const { properties = {}, additionalProperties, required = [], maxProperties, minProperties } = schema;
  const count = Object.keys(value).length;
  for (const field of required) {
    if (!Object.hasOwn(value, field)) errors.required(place(path, field));
  }
  if (maxProperties !== undefined && count > maxProperties) errors.tooMany(path, count, maxProperties);
  if (minProperties !== undefined && count < minProperties) {
    errors.invalid(path, count, `${path} in body should have at least ${minProperties} properties`);
  }
  for (const [field, below] of Object.entries(value)) {
    const known = Object.hasOwn(properties, field) ? properties[field] : undefined;
    const of = known ?? (isRecord(additionalProperties) ? (additionalProperties as JsonSchema) : undefined);
    if (of) validateValue(of, below, known ? place(path, field) : `${path}.${field}`, errors);
  }
}

function holds(schema: JsonSchema, value: unknown, path: string): boolean {
  const errors = new FieldErrors();
  validateValue(schema, value, path, errors);
  return errors.causes.length === 0;
}

function validateJunctors(schema: JsonSchema, value: unknown, path: string, errors: FieldErrors): void {
  const { allOf, anyOf, oneOf, not } = schema;
  for (const one of allOf ?? []) validateValue(one, value, path, errors);
  const fails = (why: string) => errors.invalid(path, value, `${JSON.stringify(path)} must ${why}`);
  if (anyOf && !anyOf.some((one) => holds(one, value, path))) fails('validate at least one schema (anyOf)');
  if (oneOf && oneOf.filter((one) => holds(one, value, path)).length !== 1) {
    fails('validate one and only one schema (oneOf)');
  }
  if (not && holds(not, value, path)) fails('not validate the schema (not)');
}
