import { isDeepStrictEqual } from 'node:util';
import { isRecord } from '../schema/json-schema.ts';
import { FieldSet } from './field-set.ts';
import {
  descend,
  fieldElement,
  keyElement,
  type MaybeSchema,
  mergeKindOf,
  valueElement,
} from './merge-kind.ts';

/** The parts of a value that merge on their own, by path element; undefined for a leaf. */
export function partsOf(
  schema: MaybeSchema,
  value: unknown,
): Map<string, { value: unknown; schema: MaybeSchema; declared: boolean }> | undefined {
  const kind = mergeKindOf(schema, value);
  switch (kind.kind) {
    case 'leaf':
      return undefined;
    case 'map':
      return new Map(
        Object.entries(value as Record<string, unknown>).map(([name, below]) => [
          fieldElement(name),
          { value: below, ...descend(kind.schema, name) },
        ]),
      );
    case 'keyed':
      return new Map(
        (value as Record<string, unknown>[]).map((item) => [
          keyElement(kind.keys, kind.items, item),
          { value: item, schema: kind.items, declared: false },
        ]),
      );
    case 'set':
      return new Map(
        (value as unknown[]).map((item) => [
          valueElement(item),
          { value: item, schema: undefined, declared: false },
        ]),
      );
  }
}

/** The fields that a configuration gives a value: what its applier owns. */
export function fieldsGiven(schema: MaybeSchema, value: unknown, into: FieldSet = new FieldSet()): FieldSet {
  for (const [element, part] of partsOf(schema, value) ?? []) {
    const parts = partsOf(part.schema, part.value);
    const leaf = parts === undefined || parts.size === 0;
    if (leaf || !part.declared) into.members.add(element);
    if (leaf) continue;
    const below = fieldsGiven(part.schema, part.value);
    if (!below.empty) into.children.set(element, below);
  }
  return into;
}

/** How two states of an object differ. */
export interface Comparison {
  added: FieldSet;
  modified: FieldSet;
  removed: FieldSet;
}

export function compare(schema: MaybeSchema, before: unknown, after: unknown): Comparison {
  const comparison = { added: new FieldSet(), modified: new FieldSet(), removed: new FieldSet() };
  compareParts(schema, before, after, comparison);
  return comparison;
}

function compareParts(
  schema: MaybeSchema,
  before: unknown,
  after: unknown,
  { added, modified, removed }: Comparison,
): void {
  const left = partsOf(schema, before) ?? new Map();
  const right = partsOf(schema, after) ?? new Map();
  for (const element of new Set([...left.keys(), ...right.keys()])) {
    const a = left.get(element);
    const b = right.get(element);
    if (a && b && isDeepStrictEqual(a.value, b.value)) continue;
    if (!a) added.members.add(element);
    if (!b) removed.members.add(element);
    const part = (b ?? a)!;
    const bothMerge = (!a || partsOf(part.schema, a.value)) && (!b || partsOf(part.schema, b.value));
    if (!bothMerge) {
      if (a && b) modified.members.add(element);
      continue;
    }
    const below = { added: new FieldSet(), modified: new FieldSet(), removed: new FieldSet() };
    compareParts(part.schema, a?.value, b?.value, below);
    if (!below.added.empty) added.children.set(element, below.added);
    if (!below.modified.empty) modified.children.set(element, below.modified);
    if (!below.removed.empty) removed.children.set(element, below.removed);
  }
}

/** The live value with a configuration laid over it. */
export function mergeValues(schema: MaybeSchema, live: unknown, config: unknown): unknown {
  const kind = mergeKindOf(schema, config);
  if (kind.kind === 'leaf' || mergeKindOf(schema, live).kind !== kind.kind) return config;
  if (kind.kind === 'map') {
    const merged = new Map(Object.entries(live as Record<string, unknown>));
    for (const [name, value] of Object.entries(config as Record<string, unknown>)) {
      const below = descend(kind.schema, name).schema;
      merged.set(name, merged.has(name) ? mergeValues(below, merged.get(name), value) : value);
    }
    return Object.fromEntries(merged);
  }
  const left = partsOf(schema, live)!;
  const right = partsOf(schema, config)!;
  const merged: unknown[] = [];
  // The configuration's order; what only the live list has stays behind what it stood behind.
  const rest = [...left.keys()];
  const flush = (until: string | undefined) => {
    while (rest.length > 0 && rest[0] !== until) {
      if (right.has(rest[0]!) && until !== undefined) break;
      const element = rest.shift()!;
      if (!right.has(element)) merged.push(left.get(element)!.value);
    }
  };
  for (const [element, part] of right) {
    const old = left.get(element);
    if (old) {
      flush(element);
      const at = rest.indexOf(element);
      if (at >= 0) rest.splice(at, 1);
    }
    merged.push(old ? mergeValues(part.schema, old.value, part.value) : part.value);
  }
  flush(undefined);
  return merged;
}

/** `value` without the fields of `last` that nobody owns any more. */
export function removeUnowned(schema: MaybeSchema, value: unknown, last: FieldSet, owned: FieldSet): unknown {
  const parts = partsOf(schema, value);
  if (!parts) return value;
  const kept: [string, unknown][] = [];
  for (const [element, part] of parts) {
    if (last.members.has(element) && !owned.touches(element)) continue;
    const lastBelow = last.children.get(element);
    if (!lastBelow) {
      kept.push([element, part.value]);
      continue;
    }
    const below = removeUnowned(
      part.schema,
      part.value,
      lastBelow,
      owned.children.get(element) ?? new FieldSet(),
    );
    const emptied = isRecord(below) && Object.keys(below).length === 0 && below !== part.value;
    if (emptied && !owned.touches(element)) continue;
    kept.push([element, below]);
  }
  if (Array.isArray(value)) return kept.map(([, item]) => item);
  return Object.fromEntries(kept.map(([element, below]) => [element.slice(2), below]));
}
