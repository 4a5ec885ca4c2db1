import { fromBigInt } from '../../values/numbers.ts';
import type { Value } from '../../values/value.ts';
import type { Builtin, BuiltinContext } from '../builtin.ts';
import { fault, integerOperand, stringOperand } from '../operands.ts';
import { arrayOf, number, string } from '../types.ts';
import { bigIntOperand } from './bits.ts';

/** From `first` towards `last` in steps, `last` included when a step reaches it. */
function range(first: bigint, last: bigint, step: bigint, context: BuiltinContext): Value[] {
  const count = (first <= last ? last - first : first - last) / step + 1n;
  // Charged before the memory is taken.
  context.spend(count > 0xffff_ffffn ? Number.MAX_SAFE_INTEGER : Number(count));
  context.checkSize?.(Number(count));
  const values: Value[] = [];
  const signed = first <= last ? step : -step;
  const distance = signed * (count - 1n);
  if (isSafe(first) && isSafe(first + distance)) {
    let value = Number(first);
    for (let left = Number(count); left > 0; left -= 1, value += Number(signed)) values.push(value);
    return values;
  }
  let value = first;
  for (let left = count; left > 0n; left -= 1n, value += signed) values.push(fromBigInt(value));
  return values;
}

function isSafe(value: bigint): boolean {
  return value <= 9007199254740991n && value >= -9007199254740991n;
}

export const rangeBuiltins: readonly Builtin[] = [
  {
    name: 'numbers.range',
    description: 'The whole numbers from `a` to `b`, both included; downwards when `a` is the larger.',
    args: [number, number],
    result: arrayOf(number),
    call: ([a, b], context) => range(bigIntOperand(a, 1), bigIntOperand(b, 2), 1n, context),
  },
  {
    name: 'numbers.range_step',
    description:
      'The whole numbers from `a` to `b` at a distance of `step`; `b` only when a step reaches it.',
    args: [number, number, number],
    result: arrayOf(number),
    call([a, b, c], context) {
      const first = bigIntOperand(a, 1);
      const last = bigIntOperand(b, 2);
      const step = bigIntOperand(c, 3);
      if (step <= 0n) throw fault('numbers.range_step: step must be a positive integer');
      return range(first, last, step, context);
    },
  },
  {
    name: 'rand.intn',
    description:
      'A random whole number from 0 up to but without `n`; the same for the same operands in one query.',
    categories: ['numbers'],
    args: [string, number],
    result: number,
    nondeterministic: true,
    call([a, b], context) {
      const seed = stringOperand(a, 1);
      const operand = Number(integerOperand(b, 2));
      const bound = Math.abs(operand);
      if (bound === 0) return 0;
      return context.remembered(`rand.intn\n${bound}\n${seed}`, () => Math.floor(context.random() * bound));
    },
  },
];
