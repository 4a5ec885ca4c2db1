import { equal } from '../../values/compare.ts';
import { RegoObject } from '../../values/rego-object.ts';
import { RegoSet } from '../../values/rego-set.ts';
import type { Value } from '../../values/value.ts';
import type { Builtin } from '../builtin.ts';
import { arrayOperand, objectOperand, operandElement, operandType } from '../operands.ts';
import { any, arrayOf, objectOf, oneOf, setOf } from '../types.ts';
import { isSubset } from './subset.ts';

const categories = ['object'];
const anyObject = objectOf(any, any);
const keysType = oneOf(arrayOf(any), anyObject, setOf(any));
const comparable = oneOf(arrayOf(any), anyObject, setOf(any));

/** What stands at the end of a path through objects, arrays and sets; undefined when the path leads nowhere. */
export function at(value: Value, path: readonly Value[]): Value | undefined {
  let current: Value | undefined = value;
  for (const key of path) {
    if (current instanceof RegoObject) current = current.get(key);
    else if (current instanceof RegoSet) current = current.has(key) ? key : undefined;
    else if (Array.isArray(current)) current = typeof key === 'number' ? current[key] : undefined;
    else return undefined;
    if (current === undefined) return undefined;
  }
  return current;
}

/** The keys that an array, a set or an object names. */
function keysOperand(value: Value): RegoSet {
  if (value instanceof RegoSet) return value;
  if (Array.isArray(value)) return RegoSet.of(value);
  if (value instanceof RegoObject) return RegoSet.of(value.keys());
  throw operandType(2, value, 'object', 'set', 'array');
}

/** Both objects in one; where both have an object under a key those are united too, else the second one wins. */
export function unite(a: RegoObject, b: RegoObject): RegoObject {
  const result = new RegoObject();
  a.forEach((value, key) => {
    result.add(key, value);
  });
  b.forEach((value, key) => {
    const old = value instanceof RegoObject ? a.get(key) : undefined;
    result.add(key, old instanceof RegoObject ? unite(old, value as RegoObject) : value);
  });
  return result;
}

function uniteAll(items: readonly Value[]): RegoObject {
  for (let i = items.length - 1; i >= 0; i -= 1) {
    if (!(items[i] instanceof RegoObject)) throw operandElement(1, items, items[i]!, 'object');
  }
  const result = new RegoObject();
  // Objects made here, which may be added to; all others are someone's value.
  const own = new Set<RegoObject>([result]);
  for (const item of items) merge(result, item as RegoObject, own);
  return result;
}

/** Adds the entries of `from` to `target`, which is one of `own`. */
function merge(target: RegoObject, from: RegoObject, own: Set<RegoObject>): void {
  from.forEach((value, key) => {
    const old = value instanceof RegoObject ? target.get(key) : undefined;
    if (!(old instanceof RegoObject)) {
      target.add(key, value);
      return;
    }
    let inner = old;
    if (!own.has(inner)) {
      inner = new RegoObject();
      own.add(inner);
      merge(inner, old, own);
      target.add(key, inner);
    }
    merge(inner, value as RegoObject, own);
  });
}

export const objectBuiltins: readonly Builtin[] = [
  {
    name: 'object.get',
    description:
      'The value under a key, or at the end of a path given as an array; the default when there is none.',
    categories,
    args: [anyObject, any, any],
    result: any,
    call([a, key, otherwise]) {
      const object = objectOperand(a, 1);
      const found = Array.isArray(key) ? at(object, key) : object.get(key!);
      return found === undefined ? otherwise : found;
    },
  },
  {
    name: 'object.keys',
    description: 'The keys of an object as a set.',
    categories,
    args: [anyObject],
    result: setOf(any),
    call: ([a]) => RegoSet.of(objectOperand(a, 1).keys()),
  },
  {
    name: 'object.remove',
    description: 'The object without the given keys.',
    categories,
    args: [anyObject, keysType],
    result: any,
    call([a, b]) {
      const object = objectOperand(a, 1);
      const keys = keysOperand(b!);
      const result = new RegoObject();
      object.forEach((value, key) => {
        if (!keys.has(key)) result.add(key, value);
      });
      return result;
    },
  },
  {
    name: 'object.filter',
    description: 'The object with only the given keys.',
    categories,
    args: [anyObject, keysType],
    result: any,
    call([a, b]) {
      const object = objectOperand(a, 1);
      const result = new RegoObject();
      keysOperand(b!).forEach((key) => {
        const value = object.get(key);
        if (value !== undefined) result.add(key, value);
      });
      return result;
    },
  },
  {
    name: 'object.union',
    description: 'Two objects in one, recursively; the second wins where they disagree.',
    categories,
    args: [anyObject, anyObject],
    result: any,
    call([a, b]) {
      const left = objectOperand(a, 1);
      const right = objectOperand(b, 2);
      return left === right || equal(left, right) ? left : unite(left, right);
    },
  },
  {
    name: 'object.union_n',
    description: 'An array of objects in one, recursively; later ones win where they disagree.',
    categories,
    args: [arrayOf(anyObject)],
    result: any,
    call: ([a]) => uniteAll(arrayOperand(a, 1)),
  },
  {
    name: 'object.subset',
    description:
      'Whether the second collection is part of the first: an object recursively, a set by its members, an array as a run of items; a set in an array in any order.',
    categories,
    args: [comparable, comparable],
    result: any,
    call: ([a, b]) => isSubset(a!, b!),
  },
];
