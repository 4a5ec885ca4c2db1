import { compareNumbers } from './numbers.ts';
import { RegoObject } from './rego-object.ts';
import { RegoSet } from './rego-set.ts';
import type { RegoNumber, TypeName, Value } from './value.ts';

const order: Record<TypeName, number> = {
  null: 0,
  boolean: 1,
  number: 2,
  string: 3,
  array: 4,
  object: 5,
  set: 6,
};

/** The name of a value's type, as `type_name` says it. */
export function typeName(value: Value): TypeName {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
    case 'bigint':
      return 'number';
    case 'boolean':
      return 'boolean';
  }
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (value instanceof RegoObject) return 'object';
  if (value instanceof RegoSet) return 'set';
  return 'number';
}

/** Rego's total order: null, booleans, numbers, strings by code point, arrays, objects, sets. */
export function compare(a: Value, b: Value): number {
  if (a === b) return 0;
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : 1;
  const type = typeName(a);
  const byType = order[type] - order[typeName(b)];
  if (byType !== 0) return byType;
  switch (type) {
    case 'boolean':
      return a === false ? -1 : 1;
    case 'number':
      return compareNumbers(a as RegoNumber, b as RegoNumber);
    case 'array':
      return compareSequences(a as Value[], b as Value[]);
    case 'object':
      return compareObjects(a as RegoObject, b as RegoObject);
    case 'set':
      return compareSequences((a as RegoSet).values(), (b as RegoSet).values());
    default:
      return 0;
  }
}

/** Whether two values are the same value: `1` and `1.0` are. */
export function equal(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof RegoObject) return b instanceof RegoObject && equalObjects(a, b);
  if (a instanceof RegoSet) return b instanceof RegoSet && equalSets(a, b);
  return compare(a, b) === 0;
}

/** By code point, which is the order of UTF-8 bytes; UTF-16 units differ from it where surrogates meet U+E000 and above. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

function compareSequences(a: readonly Value[], b: readonly Value[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const difference = compare(a[i]!, b[i]!);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function compareObjects(a: RegoObject, b: RegoObject): number {
  const left = a.keys();
  const right = b.keys();
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i += 1) {
    const difference = compare(left[i]!, right[i]!) || compare(a.get(left[i]!)!, b.get(right[i]!)!);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function equalObjects(a: RegoObject, b: RegoObject): boolean {
  if (a.size !== b.size) return false;
  if (a.hash !== undefined && b.hash !== undefined && a.hash !== b.hash) return false;
  for (const key of a.keys()) {
    const other = b.get(key);
    if (other === undefined || !equal(a.get(key)!, other)) return false;
  }
  return true;
}

function equalSets(a: RegoSet, b: RegoSet): boolean {
  if (a.size !== b.size) return false;
  if (a.hash !== undefined && b.hash !== undefined && a.hash !== b.hash) return false;
  return a.values().every((value) => b.has(value));
}
