import { equal } from '../../values/compare.ts';
import { RegoObject } from '../../values/rego-object.ts';
import { RegoSet } from '../../values/rego-set.ts';
import type { Value } from '../../values/value.ts';
import { BuiltinFault } from '../builtin.ts';

/** Whether `sub` is part of `whole`; see `object.subset`. */
export function isSubset(whole: Value, sub: Value): boolean {
  if (whole instanceof RegoObject && sub instanceof RegoObject) return isObjectSubset(whole, sub);
  if (whole instanceof RegoSet && sub instanceof RegoSet) return isSetSubset(whole, sub);
  if (Array.isArray(whole) && Array.isArray(sub)) return isRun(whole, sub);
  if (Array.isArray(whole) && sub instanceof RegoSet) return isSetSubset(RegoSet.of(whole), sub);
  throw new BuiltinFault(
    'eval_type_error',
    'both arguments object.subset must be of the same type or array and set',
  );
}

function isObjectSubset(whole: RegoObject, sub: RegoObject): boolean {
  return sub.every((value, key) => {
    const other = whole.get(key);
    if (other === undefined) return false;
    if (equal(value, other)) return true;
    if (other instanceof RegoObject && value instanceof RegoObject) return isObjectSubset(other, value);
    if (other instanceof RegoSet && value instanceof RegoSet) return isSetSubset(other, value);
    return Array.isArray(other) && Array.isArray(value) && isRun(other, value);
  });
}

function isSetSubset(whole: RegoSet, sub: RegoSet): boolean {
  return sub.size <= whole.size && sub.every((member) => whole.has(member));
}

/** Whether the items of `part` stand one after the other in `items` (Knuth, Morris and Pratt: in linear time). */
function isRun(items: readonly Value[], part: readonly Value[]): boolean {
  if (part.length > items.length) return false;
  if (part.length === 0) return true;
  const restart = [0];
  for (let i = 1, matched = 0; i < part.length; i += 1) {
    while (matched > 0 && !equal(part[i]!, part[matched]!)) matched = restart[matched - 1]!;
    if (equal(part[i]!, part[matched]!)) matched += 1;
    restart.push(matched);
  }
  let matched = 0;
  for (const item of items) {
    while (matched > 0 && !equal(item, part[matched]!)) matched = restart[matched - 1]!;
    if (equal(item, part[matched]!)) matched += 1;
    if (matched === part.length) return true;
  }
  return false;
}
