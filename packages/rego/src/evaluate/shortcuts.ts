import { compare, equal } from '../values/compare.ts';
import type { Value } from '../values/value.ts';
import type { Getter } from './code.ts';

type Comparison = (a: Value, b: Value) => boolean;

const comparisons: Record<string, Comparison> = {
  equal: (a, b) => equal(a, b),
  neq: (a, b) => !equal(a, b),
  lt: (a, b) => (typeof a === 'number' && typeof b === 'number' ? a < b : compare(a, b) < 0),
  lte: (a, b) => (typeof a === 'number' && typeof b === 'number' ? a <= b : compare(a, b) <= 0),
  gt: (a, b) => (typeof a === 'number' && typeof b === 'number' ? a > b : compare(a, b) > 0),
  gte: (a, b) => (typeof a === 'number' && typeof b === 'number' ? a >= b : compare(a, b) >= 0),
};

const sums: Record<string, (a: number, b: number) => number> = {
  plus: (a, b) => a + b,
  minus: (a, b) => a - b,
};

/** The most frequent operators without the way through a builtin's operand list; `operate` is that way, for what is left. */
export function shortcutFor(
  name: string,
  getters: readonly Getter[],
  _constants: readonly (Value | undefined)[],
  operate: Getter,
): Getter | undefined {
  const [left, right] = getters as [Getter, Getter];
  const comparison = comparisons[name];
  if (comparison && getters.length === 2)
    return (world, slots) => {
      if (world.mocks !== undefined) return operate(world, slots);
      const a = left(world, slots);
      if (a === undefined) return undefined;
      const b = right(world, slots);
      return b === undefined ? undefined : comparison(a, b);
    };
  const sum = sums[name];
  if (sum && getters.length === 2)
    return (world, slots) => {
      if (world.mocks !== undefined) return operate(world, slots);
      const a = left(world, slots);
      if (a === undefined) return undefined;
      const b = right(world, slots);
      if (typeof a === 'number' && typeof b === 'number') {
        const result = sum(a, b);
        if (Number.isSafeInteger(a) && Number.isSafeInteger(b) && Number.isSafeInteger(result)) return result;
      }
      return b === undefined ? undefined : operate(world, slots);
    };
  return undefined;
}
