import { compare, compareStrings } from './compare.ts';
import type { Value } from './value.ts';

/** Sorts the array itself into Rego's order; equal values keep their order. Arrays that are in order already cost one pass. */
export function sortValues(values: Value[]): Value[] {
  const length = values.length;
  if (length < 2) return values;
  let strings = typeof values[0] === 'string';
  let sorted = true;
  for (let i = 1; i < length; i += 1) {
    const value = values[i]!;
    if (typeof value !== 'string') strings = false;
    if (sorted && compare(values[i - 1]!, value) > 0) sorted = false;
    if (!sorted && !strings) break;
  }
  if (sorted) return values;
  if (!strings) return values.sort(compare);
  // Without surrogates the order of UTF-16 units, which is the built-in one, is that of code points.
  return values.some((value) => surrogate.test(value as string))
    ? (values as string[]).sort(compareStrings)
    : values.sort();
}

const surrogate = /[\ud800-\udfff]/;
