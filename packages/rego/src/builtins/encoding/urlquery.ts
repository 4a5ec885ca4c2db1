import { compareStrings } from '../../values/compare.ts';
import { RegoObject } from '../../values/rego-object.ts';
import { RegoSet } from '../../values/rego-set.ts';
import type { Value } from '../../values/value.ts';
import type { Builtin } from '../builtin.ts';
import { fault, objectOperand, operandFault, stringOperand } from '../operands.ts';
import { arrayOf, objectOf, oneOf, setOf, string } from '../types.ts';
import { bytesOf, textOf } from './bytes.ts';
import { encodeHex } from './hex.ts';

const categories = ['encoding'];

/** As a part of a URL's query: a space is `+`, everything but letters, digits and `-_.~` is escaped. */
export function escapeQuery(text: string): string {
  let escaped = '';
  for (const byte of bytesOf(text)) {
    const character = String.fromCharCode(byte);
    if (/[A-Za-z0-9\-_.~]/.test(character)) escaped += character;
    else escaped += byte === 32 ? '+' : `%${encodeHex(Uint8Array.of(byte)).toUpperCase()}`;
  }
  return escaped;
}

/** The reverse; fails with Go's `invalid URL escape "%zz"`. */
export function unescapeQuery(text: string): string {
  if (!/[%+]/.test(text)) return text;
  const source = bytesOf(text);
  const target: number[] = [];
  for (let i = 0; i < source.length; i += 1) {
    const byte = source[i] as number;
    if (byte !== 37) {
      target.push(byte === 43 ? 32 : byte);
      continue;
    }
    const digits = textOf(source.subarray(i + 1, i + 3));
    if (!/^[0-9A-Fa-f]{2}$/.test(digits)) throw fault(`invalid URL escape ${JSON.stringify(`%${digits}`)}`);
    target.push(Number.parseInt(digits, 16));
    i += 2;
  }
  return textOf(Uint8Array.from(target));
}

/** A query's parameters with all their values, in the order they stand. */
export function parseQuery(query: string): Map<string, string[]> {
  const parameters = new Map<string, string[]>();
  let failure: unknown;
  for (const part of query.split('&')) {
    if (part === '') continue;
    try {
      if (part.includes(';')) throw fault('invalid semicolon separator in query');
      const equals = part.indexOf('=');
      const key = unescapeQuery(equals < 0 ? part : part.slice(0, equals));
      const value = equals < 0 ? '' : unescapeQuery(part.slice(equals + 1));
      const known = parameters.get(key);
      if (known) known.push(value);
      else parameters.set(key, [value]);
    } catch (error) {
      failure ??= error;
    }
  }
  if (failure !== undefined) throw failure;
  return parameters;
}

export const urlqueryBuiltins: readonly Builtin[] = [
  {
    name: 'urlquery.encode',
    args: [string],
    result: string,
    categories,
    call: ([text]) => escapeQuery(stringOperand(text, 1)),
  },
  {
    name: 'urlquery.decode',
    args: [string],
    result: string,
    categories,
    call: ([text]) => unescapeQuery(stringOperand(text, 1)),
  },
  {
    name: 'urlquery.encode_object',
    args: [objectOf(string, oneOf(string, arrayOf(string), setOf(string)))],
    result: string,
    categories,
    call: ([operand]) => {
      const pairs: string[] = [];
      const entries = [...objectOperand(operand, 1).entries()];
      for (const [key, value] of entries.sort(([a], [b]) => compareStrings(String(a), String(b)))) {
        for (const item of valuesOf(value)) pairs.push(`${escapeQuery(String(key))}=${escapeQuery(item)}`);
      }
      return pairs.join('&');
    },
  },
  {
    name: 'urlquery.decode_object',
    args: [string],
    result: objectOf(string, arrayOf(string)),
    categories,
    call: ([text]) => RegoObject.of(parseQuery(stringOperand(text, 1))),
  },
];

function valuesOf(value: Value): readonly string[] {
  const items = typeof value === 'string' ? [value] : value instanceof RegoSet ? value.values() : value;
  if (Array.isArray(items) && items.every((item) => typeof item === 'string')) return items;
  throw operandFault(1, 'values must be string, array[string], or set[string]');
}
