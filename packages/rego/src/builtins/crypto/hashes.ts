import type { Builtin } from '../builtin.ts';
import { bytesOf } from '../encoding/bytes.ts';
import { encodeHex } from '../encoding/hex.ts';
import { stringOperand } from '../operands.ts';
import { boolean, string } from '../types.ts';
import { authenticate, digest, type HashName, sameBytes } from './digest.ts';

const categories = ['crypto'];

function hashBuiltin(name: HashName): Builtin {
  return {
    name: `crypto.${name}`,
    args: [string],
    result: string,
    categories,
    call: ([text]) => encodeHex(digest(name, bytesOf(stringOperand(text, 1)))),
  };
}

function hmacBuiltin(name: HashName): Builtin {
  return {
    name: `crypto.hmac.${name}`,
    args: [string, string],
    result: string,
    categories,
    call: ([message, key]) => {
      const bytes = bytesOf(stringOperand(message, 1));
      return encodeHex(authenticate(name, bytesOf(stringOperand(key, 2)), bytes));
    },
  };
}

export const hashBuiltins: readonly Builtin[] = [
  ...(['md5', 'sha1', 'sha256'] as const).map(hashBuiltin),
  ...(['md5', 'sha1', 'sha256', 'sha512'] as const).map(hmacBuiltin),
  {
    name: 'crypto.hmac.equal',
    args: [string, string],
    result: boolean,
    categories,
    call: ([a, b]) => sameBytes(bytesOf(stringOperand(a, 1)), bytesOf(stringOperand(b, 2))),
  },
];
