import { compareNumbers } from './numbers.ts';
import { RegoObject } from './rego-object.ts';
import { RegoSet } from './rego-set.ts';
import type { RegoNumber, TypeName, Value } from './value.ts';
import { countWork } from './work.ts';

const order: Record<TypeName, number> = {
  null: 0,
  boolean: 1,
  number: 2,
  string: 3,
  array: 4,
  object: 5,
  set: 6,
};

/** Nested deeper than this, values are compared with a stack of their own. */
const maxRecursion = 200;

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

/** Rego's total order: null, booleans, numbers, strings by code point, arrays, objects, sets. Works at any depth. */
export function compare(a: Value, b: Value): number {
  if (a === b) return 0;
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : 1;
  return compareAt(a, b, 0);
}

/** Whether two values are the same value: `1` and `1.0` are. Works at any depth. */
export function equal(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  return equalAt(a, b, 0);
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

function compareAt(a: Value, b: Value, depth: number): number {
  if (a === b) return 0;
  const type = typeName(a);
  const byType = order[type] - order[typeName(b)];
  if (byType !== 0) return byType;
  switch (type) {
    case 'string':
      return compareStrings(a as string, b as string);
    case 'boolean':
      return a === false ? -1 : 1;
    case 'number':
      return compareNumbers(a as RegoNumber, b as RegoNumber);
    case 'null':
      return 0;
  }
  if (depth > maxRecursion) return compareDeep(a, b);
  if (type === 'object') return compareObjects(a as RegoObject, b as RegoObject, depth + 1);
  return compareSequences(membersOf(a), membersOf(b), depth + 1);
}

function membersOf(value: Value): readonly Value[] {
  return value instanceof RegoSet ? value.values() : (value as readonly Value[]);
}

function compareSequences(a: readonly Value[], b: readonly Value[], depth: number): number {
  const length = Math.min(a.length, b.length);
  countWork(length);
  for (let i = 0; i < length; i += 1) {
    const difference = compareAt(a[i]!, b[i]!, depth);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function compareObjects(a: RegoObject, b: RegoObject, depth: number): number {
  const left = a.keys();
  const right = b.keys();
  const length = Math.min(left.length, right.length);
  countWork(length);
  for (let i = 0; i < length; i += 1) {
    const difference =
      compareAt(left[i]!, right[i]!, depth) || compareAt(a.get(left[i]!)!, b.get(right[i]!)!, depth);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Two composites of one type, without recursion. */
function compareDeep(a: Value, b: Value): number {
  const frames = [{ left: partsOf(a), right: partsOf(b), next: 0 }];
  for (let frame = frames[0]; frame; frame = frames[frames.length - 1]) {
    const { left, right, next } = frame;
    if (next >= left.length || next >= right.length) {
      if (left.length !== right.length) return left.length - right.length;
      frames.pop();
      continue;
    }
    frame.next += 1;
    const x = left[next]!;
    const y = right[next]!;
    if (x === y) continue;
    if (isComposite(x) && typeName(x) === typeName(y)) {
      frames.push({ left: partsOf(x), right: partsOf(y), next: 0 });
      countWork(1);
      continue;
    }
    const difference = compareAt(x, y, 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** An array's items, a set's members in order, an object's keys and values in turn. */
function partsOf(value: Value): readonly Value[] {
  if (!(value instanceof RegoObject)) return membersOf(value);
  const parts: Value[] = [];
  for (const key of value.keys()) parts.push(key, value.get(key)!);
  return parts;
}

function isComposite(value: Value): boolean {
  return Array.isArray(value) || value instanceof RegoObject || value instanceof RegoSet;
}

function equalAt(a: Value, b: Value, depth: number): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    if (depth > maxRecursion) return compareDeep(a, b) === 0;
    countWork(a.length);
    for (let i = 0; i < a.length; i += 1) if (!equalAt(a[i], b[i], depth + 1)) return false;
    return true;
  }
  if (a instanceof RegoObject) return b instanceof RegoObject && equalObjects(a, b, depth);
  if (a instanceof RegoSet) return b instanceof RegoSet && equalSets(a, b, depth);
  return typeName(b) === 'number' && compareNumbers(a as RegoNumber, b as RegoNumber) === 0;
}

function equalObjects(a: RegoObject, b: RegoObject, depth: number): boolean {
  if (a.size !== b.size) return false;
  if (a.hash !== undefined && b.hash !== undefined && a.hash !== b.hash) return false;
  if (depth > maxRecursion) return compareDeep(a, b) === 0;
  if (!a.every((_, key) => isScalar(key))) return compareObjects(a, b, depth + 1) === 0;
  countWork(a.size);
  return a.every((value, key) => {
    const other = b.get(key);
    return other !== undefined && equalAt(value, other, depth + 1);
  });
}

function equalSets(a: RegoSet, b: RegoSet, depth: number): boolean {
  if (a.size !== b.size) return false;
  if (a.hash !== undefined && b.hash !== undefined && a.hash !== b.hash) return false;
  if (depth > maxRecursion) return compareDeep(a, b) === 0;
  // A lookup of a composite would begin a comparison of its own, however deep this one is already.
  if (!a.every(isScalar)) return compareSequences(a.values(), b.values(), depth + 1) === 0;
  return a.every((value) => b.has(value));
}

function isScalar(value: Value): boolean {
  return typeof value !== 'object' || value === null;
}
