import { ceiling, floor } from '../../values/arithmetic.ts';
import { compareNumbers, toBigInt } from '../../values/numbers.ts';
import { RegoSet } from '../../values/rego-set.ts';
import type { RegoNumber, Value } from '../../values/value.ts';
import type { Builtin, BuiltinContext } from '../builtin.ts';
import { countCharacters } from '../collections/aggregates.ts';
import {
  fault,
  integerOperand,
  numberOperand,
  objectOperand,
  operandElement,
  operandFault,
  operandType,
  stringOperand,
} from '../operands.ts';
import { arrayOf, number, objectOf, oneOf, setOf, string } from '../types.ts';
import { toLower, toUpper } from './case.ts';
import { replaceAll } from './replacement.ts';

const categories = ['strings'];

function edit(name: string, description: string, change: (text: string) => string): Builtin {
  return {
    name,
    description,
    categories,
    args: [string],
    result: string,
    call: ([a]) => change(stringOperand(a, 1)),
  };
}

function cut(name: string, description: string, change: (text: string, other: string) => string): Builtin {
  return {
    name,
    description,
    categories,
    args: [string, string],
    result: string,
    call: ([a, b]) => change(stringOperand(a, 1), stringOperand(b, 2)),
  };
}

/** Whether a character is one of a cutset; looked up where that is long. */
function membership(cutset: string): (char: string) => boolean {
  if (cutset.length <= 32 && !surrogate.test(cutset)) return (char) => cutset.includes(char);
  const chars = new Set(cutset);
  return (char) => chars.has(char);
}

const surrogate = /[\ud800-\udfff]/;

function trimLeft(text: string, cutset: string): string {
  const isCut = membership(cutset);
  let start = 0;
  for (const char of text) {
    if (!isCut(char)) break;
    start += char.length;
  }
  return text.slice(start);
}

function trimRight(text: string, cutset: string): string {
  const isCut = membership(cutset);
  let end = text.length;
  while (end > 0) {
    const pair =
      end > 1 &&
      (text.charCodeAt(end - 1) & 0xfc00) === 0xdc00 &&
      (text.charCodeAt(end - 2) & 0xfc00) === 0xd800;
    const start = end - (pair ? 2 : 1);
    if (!isCut(text.slice(start, end))) break;
    end = start;
  }
  return text.slice(0, end);
}

/** What Go's `unicode.IsSpace` holds. */
const space =
  '\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000';

function joined(delimiter: string, value: Value, context: BuiltinContext): string {
  if (!Array.isArray(value) && !(value instanceof RegoSet)) throw operandType(2, value, 'set', 'array');
  const parts: readonly Value[] = value instanceof RegoSet ? value.values() : value;
  let length = delimiter.length * parts.length;
  for (const part of parts) {
    if (typeof part !== 'string') throw operandElement(2, value, part, 'string');
    length += part.length;
  }
  context.checkText?.(length);
  return parts.join(delimiter);
}

function split(text: string, delimiter: string): string[] {
  return delimiter === '' ? [...text] : text.split(delimiter);
}

/** Offset and length in characters; a negative length means all of the rest. */
function substring(text: string, offset: number, length: number): string {
  if (offset < 0) throw fault('negative offset');
  if (countCharacters(text) === text.length) {
    return length < 0 ? text.slice(offset) : text.slice(offset, offset + length);
  }
  const chars = [...text];
  return (length < 0 ? chars.slice(offset) : chars.slice(offset, offset + length)).join('');
}

function formatInt(value: RegoNumber, base: RegoNumber): string {
  if (typeof base !== 'number' || ![2, 8, 10, 16].includes(base)) {
    throw operandFault(2, 'must be one of {2, 8, 10, 16}');
  }
  const whole = compareNumbers(value, 0) < 0 ? ceiling(value) : floor(value);
  return toBigInt(whole)!.toString(base);
}

export const editingBuiltins: readonly Builtin[] = [
  edit('lower', 'The string in lower case.', toLower),
  edit('upper', 'The string in upper case.', toUpper),
  edit('strings.reverse', 'The characters of a string from the last to the first.', (text) =>
    [...text].reverse().join(''),
  ),
  edit('trim_space', 'The string without white space at its ends.', (text) =>
    trimRight(trimLeft(text, space), space),
  ),
  cut('trim', 'The string without the given characters at its ends.', (text, chars) =>
    trimRight(trimLeft(text, chars), chars),
  ),
  cut('trim_left', 'The string without the given characters at its beginning.', trimLeft),
  cut('trim_right', 'The string without the given characters at its end.', trimRight),
  cut('trim_prefix', 'The string without the prefix, if it has it.', (text, prefix) =>
    text.startsWith(prefix) ? text.slice(prefix.length) : text,
  ),
  cut('trim_suffix', 'The string without the suffix, if it has it.', (text, suffix) =>
    text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text,
  ),
  {
    name: 'concat',
    description: 'The strings of a collection with a delimiter between them.',
    categories,
    args: [string, oneOf(arrayOf(string), setOf(string))],
    result: string,
    call: ([a, b], context) => joined(stringOperand(a, 1), b!, context),
  },
  {
    name: 'split',
    description:
      'The parts of a string between the occurrences of a delimiter; its characters when that is empty.',
    categories,
    args: [string, string],
    result: arrayOf(string),
    call: ([a, b]) => split(stringOperand(a, 1), stringOperand(b, 2)),
  },
  {
    name: 'substring',
    description:
      'The part of a string from an offset and of a length, in characters; all of the rest when that is negative.',
    categories,
    args: [string, number, number],
    result: string,
    call([a, b, c]) {
      const text = stringOperand(a, 1);
      const offset = Number(integerOperand(b, 2));
      return substring(text, offset, Number(integerOperand(c, 3)));
    },
  },
  {
    name: 'format_int',
    description: 'The digits of a number, cut to a whole one, in base 2, 8, 10 or 16.',
    categories,
    args: [number, number],
    result: string,
    call: ([a, b]) => formatInt(numberOperand(a, 1), numberOperand(b, 2)),
  },
  {
    name: 'replace',
    description: 'The string with every occurrence of one text replaced by another.',
    categories,
    args: [string, string, string],
    result: string,
    call([a, b, c], context) {
      const text = stringOperand(a, 1);
      const from = stringOperand(b, 2);
      return replaceAll(text, [[from, stringOperand(c, 3)]], context);
    },
  },
  {
    name: 'strings.replace_n',
    description:
      'The string with the keys of an object replaced by its values, in one pass and without overlaps.',
    args: [objectOf(string, string), string],
    result: string,
    call([a, b], context) {
      const patterns = objectOperand(a, 1);
      const text = stringOperand(b, 2);
      const pairs: [string, string][] = [];
      for (const [from, to] of patterns.entries()) {
        if (typeof from !== 'string') throw operandFault(1, 'non-string key found in pattern object');
        if (typeof to !== 'string') throw operandFault(1, 'non-string value found in pattern object');
        pairs.push([from, to]);
      }
      return replaceAll(text, pairs, context);
    },
  },
];
