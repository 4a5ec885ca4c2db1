import type { Builtin } from '../builtin.ts';
import { arrayOperand, objectOperand } from '../operands.ts';
import { any, arrayOf, objectOf, oneOf, setOf, string } from '../types.ts';
import { patch } from './patch.ts';
import { filter, pathsOperand, remove } from './paths.ts';

const categories = ['object'];
const path = oneOf(string, arrayOf(any));
const paths = oneOf(arrayOf(path), setOf(path));

export const jsonEditingBuiltins: readonly Builtin[] = [
  {
    name: 'json.filter',
    description: 'The object with only what the paths (`a/b`, or arrays of keys) lead to.',
    categories,
    args: [objectOf(any, any), paths],
    result: any,
    call([a, b]) {
      const object = objectOperand(a, 1);
      return filter(object, pathsOperand(b!));
    },
  },
  {
    name: 'json.remove',
    description: 'The object without what the paths (`a/b`, or arrays of keys) lead to.',
    categories,
    args: [objectOf(any, any), paths],
    result: any,
    call([a, b]) {
      const object = objectOperand(a, 1);
      return remove(object, pathsOperand(b!));
    },
  },
  {
    name: 'json.patch',
    description:
      'The value after the operations of a JSON patch (RFC 6902), all or none; a member of a set is its own path.',
    categories,
    args: [
      any,
      arrayOf({
        type: 'object',
        static: [
          { key: 'op', value: string },
          { key: 'path', value: any },
        ],
        dynamic: { key: any, value: any },
      }),
    ],
    result: any,
    call: ([a, b], context) => patch(a!, arrayOperand(b, 2), context),
  },
];
