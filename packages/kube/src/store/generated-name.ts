import { randomInt } from 'node:crypto';

/** Kubernetes' alphabet for generated names: no vowels, no look-alikes. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
const suffixLength = 5;
const maxLength = 63;

/** The suffix of a generated name: 5 characters of Kubernetes' alphabet. */
export function randomNameSuffix(): string {
  return Array.from({ length: suffixLength }, () => alphabet[randomInt(alphabet.length)]).join('');
}

/** `generateName` with a suffix, its base cut so that the whole has at most 63 characters. */
export function generatedName(base: string, suffix: string): string {
  return base.slice(0, maxLength - suffixLength) + suffix;
}
