import { typeName } from '../../values/compare.ts';
import { fromBigInt, maxMagnitude, toBigInt } from '../../values/numbers.ts';
import type { RegoNumber, Value } from '../../values/value.ts';
import type { Builtin } from '../builtin.ts';
import { fault, operandFault, operandType } from '../operands.ts';
import { number } from '../types.ts';
import { calculated } from './arithmetic.ts';

/** A whole number of any size. */
export function bigIntOperand(value: Value | undefined, position: number): bigint {
  if (typeName(value as Value) !== 'number') throw operandType(position, value as Value, 'integer');
  const whole = toBigInt(value as RegoNumber);
  if (whole === undefined) {
    throw operandFault(position, 'must be integer number but got floating-point number');
  }
  return whole;
}

function bitwise(name: string, description: string, operation: (a: bigint, b: bigint) => bigint): Builtin {
  return {
    name,
    description,
    args: [number, number],
    result: number,
    call([a, b]) {
      const x = bigIntOperand(a, 1);
      const y = bigIntOperand(b, 2);
      return calculated(() => fromBigInt(operation(x, y)));
    },
  };
}

/** A shift's distance: not negative, and so small that the result can be held. */
function shift(name: string, description: string, operation: (a: bigint, by: bigint) => bigint): Builtin {
  return {
    name,
    description,
    args: [number, number],
    result: number,
    call([a, b]) {
      const x = bigIntOperand(a, 1);
      const by = bigIntOperand(b, 2);
      if (by < 0n) throw operandFault(2, 'must be an unsigned integer number but got a negative integer');
      if (by > maxMagnitude * 4 && name === 'bits.lsh') throw fault('number out of range');
      return calculated(() => fromBigInt(operation(x, by)));
    },
  };
}

export const bitsBuiltins: readonly Builtin[] = [
  bitwise('bits.and', 'The bits that are set in both whole numbers.', (a, b) => a & b),
  bitwise('bits.or', 'The bits that are set in either whole number.', (a, b) => a | b),
  bitwise('bits.xor', 'The bits in which two whole numbers differ.', (a, b) => a ^ b),
  {
    name: 'bits.negate',
    description: 'Every bit of a whole number turned over.',
    args: [number],
    result: number,
    call: ([a]) => fromBigInt(~bigIntOperand(a, 1)),
  },
  shift('bits.lsh', 'A whole number with its bits moved up by `s` places.', (a, by) => a << by),
  shift('bits.rsh', 'A whole number with its bits moved down by `s` places.', (a, by) =>
    by > 0xffff_ffffn ? (a < 0n ? -1n : 0n) : a >> by,
  ),
];
