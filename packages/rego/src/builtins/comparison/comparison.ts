import { compare, equal } from '../../values/compare.ts';
import { RegoObject } from '../../values/rego-object.ts';
import { RegoSet } from '../../values/rego-set.ts';
import type { Value } from '../../values/value.ts';
import type { Builtin } from '../builtin.ts';
import { any, boolean } from '../types.ts';

function comparison(
  name: string,
  infix: string,
  description: string,
  holds: (a: Value, b: Value) => boolean,
  categories: string[] = ['comparison'],
): Builtin {
  return {
    name,
    infix,
    description,
    categories,
    args: [any, any],
    result: boolean,
    call: ([a, b]) => holds(a!, b!),
  };
}

/** `x in xs`: a member of a set or array, or a value of an object; nothing is in a scalar. */
function isMember(item: Value, collection: Value): boolean {
  if (collection instanceof RegoSet) return collection.has(item);
  if (Array.isArray(collection)) return collection.some((member) => equal(member, item));
  if (collection instanceof RegoObject) return !collection.every((value) => !equal(value, item));
  return false;
}

/** `k, v in xs`: the collection holds the value under the key. In a set every member is its own key. */
function isMemberAt(key: Value, item: Value, collection: Value): boolean {
  if (collection instanceof RegoSet) return equal(key, item) && collection.has(key);
  if (Array.isArray(collection)) {
    if (typeof key !== 'number' || !Number.isInteger(key) || key < 0 || key >= collection.length)
      return false;
    return equal(collection[key]!, item);
  }
  if (!(collection instanceof RegoObject)) return false;
  const value = collection.get(key);
  return value !== undefined && equal(value, item);
}

export const comparisonBuiltins: readonly Builtin[] = [
  comparison('assign', ':=', 'Declares and binds a variable; the compiler rewrites it.', equal, []),
  comparison('eq', '=', 'Unifies two terms; the compiler rewrites it.', equal, []),
  comparison('equal', '==', 'Whether both values are the same.', equal),
  comparison('neq', '!=', 'Whether the values differ.', (a, b) => !equal(a, b)),
  comparison('gt', '>', 'Whether `x` comes after `y` in the order of values.', (a, b) => compare(a, b) > 0),
  comparison('gte', '>=', 'Whether `x` does not come before `y`.', (a, b) => compare(a, b) >= 0),
  comparison('lt', '<', 'Whether `x` comes before `y` in the order of values.', (a, b) => compare(a, b) < 0),
  comparison('lte', '<=', 'Whether `x` does not come after `y`.', (a, b) => compare(a, b) <= 0),
  comparison('internal.member_2', 'in', 'Whether a collection holds a value.', isMember, []),
  {
    name: 'internal.member_3',
    infix: 'in',
    description: 'Whether a collection holds a value under a key.',
    args: [any, any, any],
    result: boolean,
    call: ([key, item, collection]) => isMemberAt(key!, item!, collection!),
  },
];
