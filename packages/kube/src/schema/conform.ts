import { fieldSchema, isRecord, type JsonSchema } from './json-schema.ts';
import { objectMetaSchema } from './metadata-schema.ts';

/** What came of holding an object against its schema. */
export interface Conformance {
  /** Without the fields that the schema does not have. */
  object: Record<string, unknown>;
  /** `spec.foo` of each field that was not known. */
  unknown: string[];
}

/**
 * Takes out of an object what its schema does not have (pruning), except below fields that preserve unknown ones. The
 * object, from a requester, is not changed; what is as it should be is shared with it.
 */
export function conform(schema: JsonSchema, input: Record<string, unknown>): Conformance {
  const unknown: string[] = [];
  const object = pruneObject(schema, input, '', unknown);
  return { object, unknown };
}

function pruneObject(
  schema: JsonSchema,
  input: Record<string, unknown>,
  path: string,
  unknown: string[],
): Record<string, unknown> {
  let kept: [string, unknown][] | undefined;
  const entries = Object.entries(input);
  for (const [index, [key, value]] of entries.entries()) {
    const place = path === '' ? key : `${path}.${key}`;
    const below =
      path === '' && (key === 'apiVersion' || key === 'kind')
        ? true
        : schema['x-kubernetes-embedded-resource'] && isType(key)
          ? embedded(key)
          : fieldSchema(schema, key);
    if (below === undefined) {
      unknown.push(place);
      kept ??= entries.slice(0, index);
      continue;
    }
    const pruned = below === true ? value : prune(below, value, place, unknown);
    if (pruned !== value) kept ??= entries.slice(0, index);
    kept?.push([key, pruned]);
  }
  return kept ? Object.fromEntries(kept) : input;
}

function isType(key: string): boolean {
  return key === 'apiVersion' || key === 'kind' || key === 'metadata';
}

function embedded(key: string): JsonSchema | true {
  return key === 'metadata' ? objectMetaSchema : true;
}

function prune(schema: JsonSchema, value: unknown, path: string, unknown: string[]): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (!items) return value;
    let changed = false;
    const pruned = value.map((item, index) => {
      const kept = prune(items, item, `${path}[${index}]`, unknown);
      if (kept !== item) changed = true;
      return kept;
    });
    return changed ? pruned : value;
  }
  if (!isRecord(value)) return value;
  const open =
    schema.type === undefined &&
    !schema.properties &&
    !schema.additionalProperties &&
    !schema['x-kubernetes-embedded-resource'];
  return open ? value : pruneObject(schema, value, path, unknown);
}
