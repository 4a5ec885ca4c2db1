import { isDeepStrictEqual } from 'node:util';
import { KubeError } from '../error.ts';
import { fieldSchema, isRecord, type JsonSchema } from '../schema/json-schema.ts';

type MaybeSchema = JsonSchema | undefined;

const directive = '$patch';
const retainKeys = '$retainKeys';
const deleteItems = '$deleteFromPrimitiveList/';
const setOrder = '$setElementOrder/';

function below(schema: MaybeSchema, field: string): MaybeSchema {
  const found = schema && fieldSchema(schema, field);
  return found === true ? undefined : found;
}

function malformed(why: string): KubeError {
  return new KubeError('BadRequest', `the strategic merge patch is malformed: ${why}`);
}

/**
 * Strategic merge patch: like a merge patch, but lists whose schema has a merge key merge item by item, and `$patch`,
 * `$deleteFromPrimitiveList`, `$setElementOrder` and `$retainKeys` direct it. Neither argument is changed; the patch is the
 * requester's. https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md
 * @throws KubeError BadRequest when a directive or an item makes no sense
 */
export function strategicMergePatch(schema: MaybeSchema, target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  return patchObject(schema, isRecord(target) ? target : {}, patch);
}

function patchObject(
  schema: MaybeSchema,
  target: Record<string, unknown>,
  patch: Record<string, unknown>,
): Record<string, unknown> {
  const how = Object.hasOwn(patch, directive) ? patch[directive] : 'merge';
  if (how === 'delete') return {};
  if (how === 'replace') return withoutDirectives(patch);
  if (how !== 'merge') throw malformed(`unknown ${directive} ${JSON.stringify(how)}`);
  const merged = new Map(Object.entries(target));
  const retained = patch[retainKeys];
  if (Array.isArray(retained)) {
    for (const key of merged.keys()) if (!retained.includes(key)) merged.delete(key);
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key === directive || key === retainKeys || key.startsWith(setOrder)) continue;
    if (key.startsWith(deleteItems)) {
      const field = key.slice(deleteItems.length);
      const list = merged.get(field);
      if (!Array.isArray(value)) throw malformed(`${key} is not a list`);
      if (Array.isArray(list))
        merged.set(
          field,
          list.filter((item) => !value.includes(item)),
        );
    } else if (value === null) {
      merged.delete(key);
    } else {
      merged.set(key, patchValue(below(schema, key), merged.get(key), value));
    }
  }
  for (const [key, order] of Object.entries(patch)) {
    if (!key.startsWith(setOrder)) continue;
    const field = key.slice(setOrder.length);
    const list = merged.get(field);
    if (!Array.isArray(order)) throw malformed(`${key} is not a list`);
    if (Array.isArray(list)) merged.set(field, inOrder(list, order, below(schema, field)));
  }
  return Object.fromEntries(merged);
}

function patchValue(schema: MaybeSchema, target: unknown, patch: unknown): unknown {
  if (isRecord(patch)) {
    if (schema?.['x-kubernetes-map-type'] === 'atomic') return withoutDirectives(patch);
    return patchObject(schema, isRecord(target) ? target : {}, patch);
  }
  if (!Array.isArray(patch)) return patch;
  const merges = schema?.['x-kubernetes-patch-strategy']?.includes('merge') ?? false;
  if (!merges) return patch;
  const list = Array.isArray(target) ? target : [];
  const key = schema?.['x-kubernetes-patch-merge-key'];
  if (key === undefined) {
    return [...list, ...patch.filter((item) => !list.some((other) => isDeepStrictEqual(item, other)))];
  }
  return patchItems(schema?.items, key, list, patch);
}

function patchItems(items: MaybeSchema, key: string, list: unknown[], patch: unknown[]): unknown[] {
  for (const item of patch) if (!isRecord(item)) throw malformed('an item of a merged list is not an object');
  const records = patch as Record<string, unknown>[];
  const replaced = records.some((item) => item[directive] === 'replace' && item[key] === undefined);
  const result = replaced ? [] : [...list];
  for (const item of records) {
    const how = item[directive] ?? 'merge';
    if (how === 'replace' && item[key] === undefined) continue;
    if (item[key] === undefined)
      throw malformed(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`);
    const at = result.findIndex((other) => isRecord(other) && isDeepStrictEqual(other[key], item[key]));
    if (how === 'delete') {
      if (at >= 0) result.splice(at, 1);
    } else if (at < 0) {
      result.push(withoutDirectives(item));
    } else {
      result[at] =
        how === 'replace'
          ? withoutDirectives(item)
          : patchObject(items, result[at] as Record<string, unknown>, item);
    }
  }
  return result;
}

/** The list with the items that the order names in that order; the others keep their place behind what precedes them. */
function inOrder(list: unknown[], order: unknown[], schema: MaybeSchema): unknown[] {
  const key = schema?.['x-kubernetes-patch-merge-key'];
  const identity = (item: unknown) => JSON.stringify(key !== undefined && isRecord(item) ? item[key] : item);
  const rank = new Map(order.map((item, index) => [identity(item), index]));
  let last = -1;
  return list
    .map((item) => {
      last = rank.get(identity(item)) ?? last;
      return { item, rank: last, own: rank.has(identity(item)) };
    })
    .map((entry, index) => ({ ...entry, index }))
    .sort((a, b) => a.rank - b.rank || Number(b.own) - Number(a.own) || a.index - b.index)
    .map(({ item }) => item);
}

function withoutDirectives(patch: Record<string, unknown>): Record<string, unknown> {
  const kept = Object.entries(patch)
    .filter(([key, value]) => !key.startsWith('$') && value !== null)
    .map(([key, value]): [string, unknown] => {
      if (isRecord(value)) return [key, withoutDirectives(value)];
      if (!Array.isArray(value)) return [key, value];
      return [key, value.map((item) => (isRecord(item) ? withoutDirectives(item) : item))];
    });
  return Object.fromEntries(kept);
}
