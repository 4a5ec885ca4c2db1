import { typeName } from '../../values/compare.ts';
import { JsonError, type JsonStyle, parseJson, stringifyJson } from '../../values/json.ts';
import type { RegoObject } from '../../values/rego-object.ts';
import { termText } from '../../values/term-text.ts';
import type { Value } from '../../values/value.ts';
import type { Builtin } from '../builtin.ts';
import { fault, objectOperand, operandFault, stringOperand } from '../operands.ts';
import { any, boolean, string } from '../types.ts';

const categories = ['encoding'];

/** What the options say of the style; undefined for one line. */
function styleOf(options: RegoObject): (JsonStyle & { prefix: string }) | undefined {
  const style = { indent: '\t', prefix: '', escapeHtml: true };
  let asked = false;
  let pretty: boolean | undefined;
  options.keys().forEach((key, index) => {
    const value = options.get(key)!;
    const text = () => {
      if (typeof value === 'string') return value;
      throw operandFault(
        2,
        `key ${String(key)} failed cast to string: operand ${index} must be string but got ${typeName(value)}`,
      );
    };
    switch (key) {
      case 'indent':
        style.indent = text();
        asked = true;
        break;
      case 'prefix':
        style.prefix = text();
        asked = true;
        break;
      case 'pretty':
        if (typeof value !== 'boolean') throw operandFault(2, 'key pretty failed cast to bool');
        pretty = value;
        break;
      default:
        if (typeof key === 'string') throw operandFault(2, `object contained unknown key ${termText(key)}`);
        throw operandFault(
          2,
          `failed to stringify key ${termText(key)} at index ${index}: operand ${index} must be string but got ${typeName(key)}`,
        );
    }
  });
  return (pretty ?? asked) ? style : undefined;
}

function parsed(text: string): Value {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonError) throw fault(error.message, error);
    throw error;
  }
}

function isJson(text: string): boolean {
  try {
    parseJson(text);
    return true;
  } catch (error) {
    if (error instanceof JsonError) return false;
    throw error;
  }
}

export const jsonEncodingBuiltins: readonly Builtin[] = [
  {
    name: 'json.marshal',
    description: 'The JSON text of a value; sets become arrays.',
    categories,
    args: [any],
    result: string,
    call: ([a]) => stringifyJson(a!, { escapeHtml: true }),
  },
  {
    name: 'json.marshal_with_options',
    description: 'The JSON text of a value on one or several lines, as the options say.',
    categories,
    args: [
      any,
      {
        type: 'object',
        static: [
          { key: 'indent', value: string },
          { key: 'prefix', value: string },
          { key: 'pretty', value: boolean },
        ],
        dynamic: { key: string, value: any },
      },
    ],
    result: string,
    call([a, b]) {
      const style = styleOf(objectOperand(b, 2));
      return style ? style.prefix + stringifyJson(a!, style) : stringifyJson(a!, { escapeHtml: true });
    },
  },
  {
    name: 'json.unmarshal',
    description: 'The value of a JSON text.',
    categories,
    args: [string],
    result: any,
    call: ([a]) => parsed(stringOperand(a, 1)),
  },
  {
    name: 'json.is_valid',
    description: 'Whether a string is a JSON text.',
    categories,
    args: [string],
    result: boolean,
    call: ([a]) => typeof a === 'string' && isJson(a),
  },
];
