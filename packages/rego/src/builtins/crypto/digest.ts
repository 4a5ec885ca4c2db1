import { hmac } from '@noble/hashes/hmac.js';
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js';

const hashes = { md5, sha1, sha224, sha256, sha384, sha512 };

export type HashName = keyof typeof hashes;

export function digest(name: HashName, bytes: Uint8Array): Uint8Array {
  return hashes[name](bytes);
}

export function authenticate(name: HashName, key: Uint8Array, message: Uint8Array): Uint8Array {
  return hmac(hashes[name], key, message);
}

/** Whether two byte strings are the same, in a time that does not tell where they differ. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i += 1) difference |= (a[i] as number) ^ (b[i] as number);
  return difference === 0;
}
