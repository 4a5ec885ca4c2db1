import { RegoError } from '../../error.ts';
import { moduleToJson } from '../../format/module-json.ts';
import { parseModule } from '../../syntax/parse.ts';
import { fromJs } from '../../values/json.ts';
import type { Builtin } from '../builtin.ts';
import { fault, stringOperand } from '../operands.ts';
import { any, objectOf, string } from '../types.ts';

/** `rego.parse_module`: a module's syntax tree as `opa parse --format json` prints it. */
export const regoBuiltins: readonly Builtin[] = [
  {
    name: 'rego.parse_module',
    args: [string, string],
    result: objectOf(string, any),
    categories: ['rego'],
    call: ([file, source]) => {
      const name = stringOperand(file, 1);
      const text = stringOperand(source, 1);
      try {
        return fromJs(moduleToJson(parseModule(text, { file: name })));
      } catch (error) {
        if (!(error instanceof RegoError)) throw error;
        throw fault(error.message, error);
      }
    },
  },
];
