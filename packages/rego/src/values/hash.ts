import { Decimal } from './decimal.ts';
import { RegoObject } from './rego-object.ts';
import { RegoSet } from './rego-set.ts';
import type { Value } from './value.ts';

/** A 32-bit hash: equal values have equal hashes. Kept on objects and sets once computed. */
export function hashOf(value: Value): number {
  switch (typeof value) {
    case 'string':
      return hashString(value, 5);
    case 'number':
      return Number.isInteger(value) ? mix(7, (value % 0x7fffffff) | 0) : hashString(String(value), 11);
    case 'bigint':
      return hashString(value.toString(36), 13);
    case 'boolean':
      return value ? 17 : 19;
  }
  if (value === null) return 23;
  if (value instanceof RegoObject) {
    value.hash ??= value
      .keys()
      .reduce<number>((sum, key) => (sum + mix(hashOf(key), hashOf(value.get(key)!))) | 0, 29);
    return value.hash;
  }
  if (value instanceof RegoSet) {
    value.hash ??= value.values().reduce<number>((sum, member) => (sum + mix(31, hashOf(member))) | 0, 37);
    return value.hash;
  }
  if (value instanceof Decimal) return mix(hashString(value.digits.toString(36), 41), value.exponent);
  let hash = 43;
  for (const item of value) hash = mix(hash, hashOf(item));
  return hash;
}

function mix(a: number, b: number): number {
  return (Math.imul(a, 31) + b) | 0;
}

function hashString(text: string, seed: number): number {
  let hash = seed;
  for (let i = 0; i < text.length; i += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}
