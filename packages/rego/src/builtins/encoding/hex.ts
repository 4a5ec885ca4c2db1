import type { Builtin } from '../builtin.ts';
import { fault, stringOperand } from '../operands.ts';
import { string } from '../types.ts';
import { bytesOf, textOf } from './bytes.ts';

const pairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const categories = ['encoding'];

export function encodeHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += pairs[byte];
  return text;
}

export function decodeHex(text: string): Uint8Array<ArrayBuffer> {
  const source = bytesOf(text);
  const target = new Uint8Array(source.length >> 1);
  for (let i = 0; i < target.length; i += 1) {
    target[i] = (digit(source[2 * i] as number) << 4) | digit(source[2 * i + 1] as number);
  }
  if (source.length % 2 === 1) {
    digit(source[source.length - 1] as number);
    throw fault('encoding/hex: odd length hex string');
  }
  return target;
}

function digit(byte: number): number {
  const value =
    byte > 47 && byte < 58 ? byte - 48 : (byte | 32) > 96 && (byte | 32) < 103 ? (byte | 32) - 87 : -1;
  if (value >= 0) return value;
  const printable = (byte >= 32 && byte < 127) || (byte >= 161 && byte !== 173);
  const code = byte.toString(16).toUpperCase().padStart(4, '0');
  throw fault(`encoding/hex: invalid byte: U+${code}${printable ? ` '${String.fromCharCode(byte)}'` : ''}`);
}

export const hexBuiltins: readonly Builtin[] = [
  {
    name: 'hex.encode',
    args: [string],
    result: string,
    categories,
    call: ([text]) => encodeHex(bytesOf(stringOperand(text, 1))),
  },
  {
    name: 'hex.decode',
    args: [string],
    result: string,
    categories,
    call: ([text]) => textOf(decodeHex(stringOperand(text, 1))),
  },
];
