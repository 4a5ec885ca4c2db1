import type { Builtin } from '../builtin.ts';
import { fault, stringOperand } from '../operands.ts';
import { boolean, string } from '../types.ts';
import { bytesOf, textOf } from './bytes.ts';

const standard = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const urlSafe = `${standard.slice(0, 62)}-_`;
const values = { standard: valuesOf(standard), urlSafe: valuesOf(urlSafe) };
const categories = ['encoding'];
const padding = 61;

export type Base64Alphabet = keyof typeof values;

function valuesOf(alphabet: string): Int8Array {
  const table = new Int8Array(256).fill(-1);
  for (let i = 0; i < 64; i += 1) table[alphabet.charCodeAt(i)] = i;
  return table;
}

export function encodeBase64(bytes: Uint8Array, alphabet: Base64Alphabet, padded: boolean): string {
  const letters = alphabet === 'standard' ? standard : urlSafe;
  const parts: string[] = [];
  for (let i = 0; i < bytes.length; i += 3) {
    const [a, b, c] = [bytes[i] as number, bytes[i + 1], bytes[i + 2]];
    const group = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    const text = `${letters[group >> 18]}${letters[(group >> 12) & 63]}`;
    const third = b === undefined ? (padded ? '=' : '') : letters[(group >> 6) & 63];
    const fourth = c === undefined ? (padded ? '=' : '') : letters[group & 63];
    parts.push(text + third + fourth);
  }
  return parts.join('');
}

/** Padded base64; line ends are skipped. Fails with the place of the first byte that does not fit, in Go's words. */
export function decodeBase64(text: string, alphabet: Base64Alphabet): Uint8Array<ArrayBuffer> {
  const source = bytesOf(text);
  const table = values[alphabet];
  const target = new Uint8Array(Math.ceil((source.length * 3) / 4));
  const corrupt = (at: number) => fault(`illegal base64 data at input byte ${at}`);
  let length = 0;
  let group = 0;
  let count = 0;
  let at = 0;
  const skipLineEnds = () => {
    while (source[at] === 10 || source[at] === 13) at += 1;
  };
  for (; at < source.length; at += 1) {
    const byte = source[at] as number;
    const value = table[byte] as number;
    if (value >= 0) {
      group = (group << 6) | value;
      count += 1;
      if (count === 4) {
        target[length] = group >> 16;
        target[length + 1] = group >> 8;
        target[length + 2] = group;
        length += 3;
        group = 0;
        count = 0;
      }
    } else if (byte === padding) {
      if (count < 2) throw corrupt(at);
      at += 1;
      if (count === 2) {
        skipLineEnds();
        if (at === source.length) throw corrupt(at);
        if (source[at] !== padding) throw corrupt(at - 1);
        at += 1;
      }
      skipLineEnds();
      if (at < source.length) throw corrupt(at);
      if (count === 3) {
        target[length] = group >> 10;
        target[length + 1] = group >> 2;
      } else {
        target[length] = group >> 4;
      }
      return target.subarray(0, length + count - 1);
    } else if (byte !== 10 && byte !== 13) {
      throw corrupt(at);
    }
  }
  if (count > 0) throw corrupt(at - count);
  return target.subarray(0, length);
}

/** Base64 for URLs, its padding left out or not. */
export function decodeBase64Url(text: string): Uint8Array<ArrayBuffer> {
  if (text.endsWith('=')) return decodeBase64(text, 'urlSafe');
  const length = bytesOf(text).length % 4;
  if (length === 1) throw fault(`illegal base64url string: ${text}`);
  return decodeBase64(text + '='.repeat((4 - length) % 4), 'urlSafe');
}

export const base64Builtins: readonly Builtin[] = [
  {
    name: 'base64.encode',
    args: [string],
    result: string,
    categories,
    call: ([text]) => encodeBase64(bytesOf(stringOperand(text, 1)), 'standard', true),
  },
  {
    name: 'base64.decode',
    args: [string],
    result: string,
    categories,
    call: ([text]) => textOf(decodeBase64(stringOperand(text, 1), 'standard')),
  },
  {
    name: 'base64.is_valid',
    args: [string],
    result: boolean,
    categories,
    call: ([text]) => {
      if (typeof text !== 'string') return false;
      try {
        decodeBase64(text, 'standard');
        return true;
      } catch {
        return false;
      }
    },
  },
  {
    name: 'base64url.encode',
    args: [string],
    result: string,
    categories,
    call: ([text]) => encodeBase64(bytesOf(stringOperand(text, 1)), 'urlSafe', true),
  },
  {
    name: 'base64url.encode_no_pad',
    args: [string],
    result: string,
    categories,
    call: ([text]) => encodeBase64(bytesOf(stringOperand(text, 1)), 'urlSafe', false),
  },
  {
    name: 'base64url.decode',
    args: [string],
    result: string,
    categories,
    call: ([text]) => textOf(decodeBase64Url(stringOperand(text, 1))),
  },
];
