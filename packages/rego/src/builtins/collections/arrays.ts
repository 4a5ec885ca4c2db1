import type { Value } from '../../values/value.ts';
import type { Builtin } from '../builtin.ts';
import { arrayOperand, integerOperand } from '../operands.ts';
import { any, arrayOf, number } from '../types.ts';

const anyArray = arrayOf(any);

export const arrayBuiltins: readonly Builtin[] = [
  {
    name: 'array.concat',
    description: 'The items of one array followed by those of another.',
    args: [anyArray, anyArray],
    result: anyArray,
    call: ([a, b]) => arrayOperand(a, 1).concat(arrayOperand(b, 2)),
  },
  {
    name: 'array.flatten',
    description: 'An array in which every item that is an array gives way to its own items, one level deep.',
    args: [anyArray],
    result: anyArray,
    call([a]) {
      const items: Value[] = [];
      for (const item of arrayOperand(a, 1)) {
        if (Array.isArray(item)) for (const inner of item) items.push(inner);
        else items.push(item);
      }
      return items;
    },
  },
  {
    name: 'array.reverse',
    description: 'The items of an array, the last one first.',
    args: [anyArray],
    result: anyArray,
    call: ([a]) => arrayOperand(a, 1).toReversed(),
  },
  {
    name: 'array.slice',
    description:
      'The items from `start` up to but without `stop`; bounds beyond the array are moved to its ends.',
    args: [anyArray, number, number],
    result: anyArray,
    call([a, b, c]) {
      const items = arrayOperand(a, 1);
      const start = Number(integerOperand(b, 2));
      const stop = Math.min(Math.max(Number(integerOperand(c, 3)), 0), items.length);
      return items.slice(Math.min(Math.max(start, 0), stop), stop);
    },
  },
];
