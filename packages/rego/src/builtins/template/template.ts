import { parseJson, stringifyJson } from '../../values/json.ts';
import type { Builtin } from '../builtin.ts';
import { objectOperand, stringOperand } from '../operands.ts';
import { any, objectOf, string } from '../types.ts';
import { parseTemplate } from './parse.ts';
import { renderTemplate } from './render.ts';

/**
 * `strings.render_template`: Go's text/template with fields, variables, `if`, `with`, `range`, `break`, `continue`, `define`,
 * `template`, `block`, pipelines and all of its functions but `call`. The template is untrusted input.
 */
export const renderingBuiltins: readonly Builtin[] = [
  {
    name: 'strings.render_template',
    args: [string, objectOf(string, any)],
    result: string,
    categories: ['strings'],
    call: ([source, variables], context) => {
      const template = parseTemplate(stringOperand(source, 1));
      // As JSON has it: sets are arrays, keys are texts.
      const data = parseJson(stringifyJson(objectOperand(variables, 2)));
      return renderTemplate(template, data, context);
    },
  },
];
