import type { Builtin } from '../builtin.ts';
import { BuiltinFault } from '../builtin.ts';
import { stringOperand } from '../operands.ts';
import { any, boolean, string } from '../types.ts';
import { readYaml } from './read.ts';
import { writeYaml } from './write.ts';

const categories = ['encoding'];

export const yamlBuiltins: readonly Builtin[] = [
  {
    name: 'yaml.marshal',
    args: [any],
    result: string,
    categories,
    call: ([value], context) => writeYaml(value ?? null, context),
  },
  {
    name: 'yaml.unmarshal',
    args: [string],
    result: any,
    categories,
    call: ([text], context) => readYaml(stringOperand(text, 1), context),
  },
  {
    name: 'yaml.is_valid',
    args: [string],
    result: boolean,
    categories,
    call: ([text], context) => {
      if (typeof text !== 'string') return false;
      try {
        readYaml(text, context);
        return true;
      } catch (error) {
        if (error instanceof BuiltinFault) return false;
        throw error;
      }
    },
  },
];
