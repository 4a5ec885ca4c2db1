import { Decimal } from '../values/decimal.ts';

const placed = new Set(['location', 'operatorLocation', 'text', 'assign', 'annotations']);

/** Whether two syntax trees are the same but for where and how their nodes were written. */
export function sameTree(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) {
    return false;
  }
  if (left instanceof Decimal || right instanceof Decimal) {
    const both = left instanceof Decimal && right instanceof Decimal;
    return both && left.digits === right.digits && left.exponent === right.exponent;
  }
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  for (const key of keys) {
    if (placed.has(key)) continue;
    if (!sameTree(left[key as keyof typeof left], right[key as keyof typeof right])) return false;
  }
  return true;
}
