import { fieldSchema, isRecord, type JsonSchema } from '../schema/json-schema.ts';

/** A schema, or undefined where nothing is known of a value: its objects merge field by field, its lists are replaced. */
export type MaybeSchema = JsonSchema | undefined;

/** How two values of one place merge. */
export type MergeKind =
  | { kind: 'leaf' }
  | { kind: 'map'; schema: MaybeSchema }
  | { kind: 'keyed'; keys: readonly string[]; items: MaybeSchema }
  | { kind: 'set' };

/** What the value at a place is to a merge: a list without a type of its own, and an atomic object, are leaves. */
export function mergeKindOf(schema: MaybeSchema, value: unknown): MergeKind {
  if (Array.isArray(value)) {
    const keys = schema?.['x-kubernetes-list-map-keys'];
    if (schema?.['x-kubernetes-list-type'] === 'map' && keys && value.every(isRecord)) {
      return { kind: 'keyed', keys, items: schema.items };
    }
    if (schema?.['x-kubernetes-list-type'] === 'set' && value.every(isScalar)) return { kind: 'set' };
    return { kind: 'leaf' };
  }
  if (!isRecord(value) || schema?.['x-kubernetes-map-type'] === 'atomic') return { kind: 'leaf' };
  return { kind: 'map', schema };
}

function isScalar(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}

/** The schema of a field, and whether the field is declared rather than a key of a map. */
export function descend(schema: MaybeSchema, field: string): { schema: MaybeSchema; declared: boolean } {
  const found = schema && fieldSchema(schema, field);
  const declared = schema?.properties !== undefined && Object.hasOwn(schema.properties, field);
  return { schema: found === true ? undefined : found, declared };
}

/** The path element of an item of a keyed list. An absent key counts with its default. */
export function keyElement(
  keys: readonly string[],
  items: MaybeSchema,
  item: Record<string, unknown>,
): string {
  const entries = [...keys]
    .sort()
    .map((key) => [key, item[key] ?? items?.properties?.[key]?.default] as const)
    .filter(([, value]) => value !== undefined);
  return `k:${JSON.stringify(Object.fromEntries(entries))}`;
}

export function valueElement(value: unknown): string {
  return `v:${JSON.stringify(value)}`;
}

export function fieldElement(name: string): string {
  return `f:${name}`;
}
