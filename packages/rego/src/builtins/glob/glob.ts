import type { Value } from '../../values/value.ts';
import type { Builtin } from '../builtin.ts';
import { operandElement, operandType, stringOperand } from '../operands.ts';
import { LeastRecentlyUsed } from '../regex/cache.ts';
import { compileRegex, type Regex } from '../regex/engine.ts';
import { arrayOf, boolean, nothing, oneOf, string } from '../types.ts';
import { globToRegex } from './pattern.ts';

const cache = new LeastRecentlyUsed<string, Regex>(500);

/** The delimiters: none for null, `.` for an empty array, else the array's items, each one character. */
function delimitersOperand(value: Value): readonly string[] {
  if (value === null) return [];
  if (!Array.isArray(value)) throw operandType(2, value, 'array', 'null');
  for (const item of value) {
    if (typeof item !== 'string') throw operandElement(2, value, item, 'string');
    if ([...item].length !== 1) throw operandElement(2, value, item, 'rune');
  }
  return value.length === 0 ? ['.'] : value;
}

export const globBuiltins: readonly Builtin[] = [
  {
    name: 'glob.match',
    description: 'Whether a string matches a glob pattern; `*` and `?` stop at the delimiters.',
    args: [string, oneOf(nothing, arrayOf(string)), string],
    result: boolean,
    call([a, b, c]) {
      const pattern = stringOperand(a, 1);
      const delimiters = delimitersOperand(b!);
      const text = stringOperand(c, 3);
      const regex = cache.get(JSON.stringify([pattern, delimiters]), () =>
        compileRegex(globToRegex(pattern, delimiters)),
      );
      return regex.test(text);
    },
  },
  {
    name: 'glob.quote_meta',
    description: 'The string with a backslash before every character that means something in a glob pattern.',
    args: [string],
    result: string,
    call: ([a]) => stringOperand(a, 1).replace(/[*?\\[\]{}]/g, '\\$&'),
  },
];
