import {
  absolute,
  add,
  ceiling,
  divide,
  floor,
  multiply,
  remainder,
  round,
  subtract,
} from '../../values/arithmetic.ts';
import { typeName } from '../../values/compare.ts';
import { NumberError } from '../../values/number-error.ts';
import { RegoSet } from '../../values/rego-set.ts';
import type { RegoNumber, Value } from '../../values/value.ts';
import type { Builtin } from '../builtin.ts';
import { difference } from '../collections/sets.ts';
import { fault, numberOperand, operandType } from '../operands.ts';
import { any, number, oneOf, setOf } from '../types.ts';

/** Runs a calculation; one without an answer is the builtin's fault. */
export function calculated<T>(calculate: () => T): T {
  try {
    return calculate();
  } catch (error) {
    if (error instanceof NumberError) throw fault(error.message, error);
    throw error;
  }
}

function binary(
  name: string,
  infix: string,
  description: string,
  operation: (a: RegoNumber, b: RegoNumber) => RegoNumber,
): Builtin {
  return {
    name,
    infix,
    description,
    categories: ['numbers'],
    args: [number, number],
    result: number,
    call([a, b]) {
      const x = numberOperand(a, 1);
      const y = numberOperand(b, 2);
      return calculated(() => operation(x, y));
    },
  };
}

function unary(name: string, description: string, operation: (a: RegoNumber) => RegoNumber): Builtin {
  return {
    name,
    description,
    categories: ['numbers'],
    args: [number],
    result: number,
    call([a]) {
      const x = numberOperand(a, 1);
      return calculated(() => operation(x));
    },
  };
}

const numberOrSet = oneOf(number, setOf(any));

/** `-` of numbers, and of sets. */
function minus(a: Value, b: Value): Value {
  const left = typeName(a);
  const right = typeName(b);
  if (left === 'number' && right === 'number') {
    return calculated(() => subtract(a as RegoNumber, b as RegoNumber));
  }
  if (a instanceof RegoSet && b instanceof RegoSet) return difference(a, b);
  if (left !== 'number' && left !== 'set') throw operandType(1, a, 'number', 'set');
  throw operandType(2, b, right === 'number' ? 'set' : 'number');
}

export const arithmeticBuiltins: readonly Builtin[] = [
  binary('plus', '+', 'Adds two numbers.', add),
  {
    name: 'minus',
    infix: '-',
    description: 'Subtracts numbers, or takes the members of one set out of another.',
    categories: ['sets', 'numbers'],
    args: [numberOrSet, numberOrSet],
    result: numberOrSet,
    call: ([a, b]) => minus(a!, b!),
  },
  binary('mul', '*', 'Multiplies two numbers.', multiply),
  binary('div', '/', 'Divides the first number by the second.', divide),
  binary('rem', '%', 'What remains of a division of whole numbers.', remainder),
  unary('abs', 'The number without its sign.', absolute),
  unary('ceil', 'The nearest whole number upwards.', ceiling),
  unary('floor', 'The nearest whole number downwards.', floor),
  unary('round', 'The nearest whole number; halves go away from zero.', round),
];
