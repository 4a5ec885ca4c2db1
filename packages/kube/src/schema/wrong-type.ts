import { isRecord, type JsonSchema } from './json-schema.ts';

const goTypes: Record<string, string> = {
  string: 'string',
  boolean: 'bool',
  integer: 'int64',
  number: 'float64',
};

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}

function fits(schema: JsonSchema, value: unknown): boolean {
  if (schema['x-kubernetes-int-or-string']) return typeof value === 'string' || typeof value === 'number';
  switch (schema.type) {
    case undefined:
      return true;
    case 'object':
      return isRecord(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === schema.type;
  }
}

function goType({ type, format }: JsonSchema): string {
  if (format === 'int32') return 'int32';
  return goTypes[type ?? ''] ?? type ?? 'any';
}

/** The first value that is not of the schema's type, in the words of Go's decoder; undefined when all are. */
export function wrongType(schema: JsonSchema, value: unknown, path = ''): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (!fits(schema, value)) {
    return `json: cannot unmarshal ${jsonType(value)} into Go struct field ${path} of type ${goType(schema)}`;
  }
  if (Array.isArray(value)) {
    const { items } = schema;
    if (!items) return undefined;
    for (const item of value) {
      const wrong = wrongType(items, item, path);
      if (wrong) return wrong;
    }
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const { properties, additionalProperties } = schema;
  if (!properties && !isRecord(additionalProperties)) return undefined;
  for (const [key, below] of Object.entries(value)) {
    const known = properties && Object.hasOwn(properties, key) ? properties[key] : undefined;
    const of = known ?? (isRecord(additionalProperties) ? (additionalProperties as JsonSchema) : undefined);
    const wrong = of && wrongType(of, below, path === '' ? key : `${path}.${key}`);
    if (wrong) return wrong;
  }
  return undefined;
}
