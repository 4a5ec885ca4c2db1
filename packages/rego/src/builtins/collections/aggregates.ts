import { add, multiply } from '../../values/arithmetic.ts';
import {
  addFloats,
  type BigFloat,
  fromBigFloat,
  multiplyFloats,
  standardPrecision,
  toBigFloat,
} from '../../values/big-float.ts';
import { compare, typeName } from '../../values/compare.ts';
import { isInteger } from '../../values/numbers.ts';
import { RegoObject } from '../../values/rego-object.ts';
import { RegoSet } from '../../values/rego-set.ts';
import { sortValues } from '../../values/sort.ts';
import type { RegoNumber, Value } from '../../values/value.ts';
import type { Builtin } from '../builtin.ts';
import { calculated } from '../numbers/arithmetic.ts';
import { operandElement, operandType } from '../operands.ts';
import { any, arrayOf, boolean, number, objectOf, oneOf, setOf, string } from '../types.ts';

const categories = ['aggregates'];
const anyCollection = oneOf(arrayOf(any), setOf(any));
const numbers = oneOf(arrayOf(number), setOf(number));

/** Characters are code points. */
export function countCharacters(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length - 1; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit <= 0xdbff && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      count -= 1;
      i += 1;
    }
  }
  return count;
}

function count(value: Value): number {
  if (typeof value === 'string') return countCharacters(value);
  if (Array.isArray(value)) return value.length;
  if (value instanceof RegoObject || value instanceof RegoSet) return value.size;
  throw operandType(1, value, 'array', 'object', 'set', 'string');
}

function members(value: Value, ...expected: string[]): readonly Value[] {
  if (Array.isArray(value)) return value;
  if (value instanceof RegoSet) return value.values();
  throw operandType(1, value, ...expected);
}

/** Whole numbers are accumulated exactly; one fraction among them makes all of it a float of some precision, as in OPA. */
function accumulate(
  value: Value,
  first: number,
  whole: (a: RegoNumber, b: RegoNumber) => RegoNumber,
  float: (a: BigFloat, b: BigFloat, precision: number) => BigFloat,
  precision: number,
): RegoNumber {
  const items = members(value, 'set', 'array');
  for (const item of items) {
    if (typeName(item) !== 'number') throw operandElement(1, value, item, 'number');
  }
  const operands = items as readonly RegoNumber[];
  return calculated(() =>
    operands.every(isInteger)
      ? operands.reduce(whole, first)
      : fromBigFloat(
          operands.reduce(
            (total, item) => float(total, toBigFloat(item), precision),
            toBigFloat(first, precision),
          ),
        ),
  );
}

function extreme(value: Value, sign: number): Value | undefined {
  const items = members(value, 'set', 'array');
  if (value instanceof RegoSet) {
    if (sign > 0) return items[items.length - 1];
    // OPA begins with null as the least so far and takes it for none: of a set with other members null is not the least.
    return items[0] === null && items.length > 1 ? items[1] : items[0];
  }
  let best = items[0];
  for (const item of items) if (compare(item, best!) * sign > 0) best = item;
  return best;
}

export const aggregateBuiltins: readonly Builtin[] = [
  {
    name: 'count',
    description: 'How many members a collection has, or characters a string.',
    categories,
    args: [oneOf(string, arrayOf(any), objectOf(any, any), setOf(any))],
    result: number,
    call: ([a]) => count(a!),
  },
  {
    name: 'sum',
    description: 'The sum of a collection of numbers.',
    categories,
    args: [numbers],
    result: number,
    call: ([a]) => accumulate(a!, 0, add, addFloats, standardPrecision),
  },
  {
    name: 'product',
    description: 'The product of a collection of numbers.',
    categories,
    args: [numbers],
    result: number,
    // OPA begins with a float of 53 bits here, which every intermediate result keeps.
    call: ([a]) => accumulate(a!, 1, multiply, multiplyFloats, 53),
  },
  {
    name: 'max',
    description: 'The greatest member of a collection; undefined when it is empty.',
    categories,
    args: [anyCollection],
    result: any,
    call: ([a]) => extreme(a!, 1),
  },
  {
    name: 'min',
    description: 'The least member of a collection; undefined when it is empty.',
    categories,
    args: [anyCollection],
    result: any,
    call: ([a]) => extreme(a!, -1),
  },
  {
    name: 'sort',
    description: 'The members of a collection in order.',
    categories,
    args: [anyCollection],
    result: arrayOf(any),
    call([a]) {
      const items = members(a!, 'set', 'array');
      return a instanceof RegoSet ? items : sortValues([...items]);
    },
  },
  {
    name: 'all',
    description: 'Whether every member is `true`; `every` says it better.',
    args: [anyCollection],
    result: boolean,
    deprecated: true,
    call: ([a]) => members(a!, 'array', 'set').every((item) => item === true),
  },
  {
    name: 'any',
    description: 'Whether some member is `true`; `true in xs` says it better.',
    args: [anyCollection],
    result: boolean,
    deprecated: true,
    call: ([a]) => members(a!, 'array', 'set').includes(true),
  },
];
