import { Decimal } from './decimal.ts';
import { RegoObject } from './rego-object.ts';
import { RegoSet } from './rego-set.ts';
import type { Value } from './value.ts';
import { countWork } from './work.ts';

/** Nested deeper than this, a value is hashed with a stack of its own. */
const maxRecursion = 200;

/** A 32-bit hash: equal values have equal hashes. Kept on objects and sets once computed. Works at any depth. */
export function hashOf(value: Value): number {
  return hashAt(value, 0);
}

function hashAt(value: Value, depth: number): number {
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
    if (value.hash !== undefined) return value.hash;
    if (depth > maxRecursion) return hashDeep(value);
    countWork(value.size);
    let hash = 29;
    value.forEach((item, key) => {
      hash = (hash + mix(hashAt(key, depth + 1), hashAt(item, depth + 1))) | 0;
    });
    value.hash = hash;
    return hash;
  }
  if (value instanceof RegoSet) {
    if (value.hash !== undefined) return value.hash;
    if (depth > maxRecursion) return hashDeep(value);
    countWork(value.size);
    let hash = 37;
    value.forEach((member) => {
      hash = (hash + mix(31, hashAt(member, depth + 1))) | 0;
    });
    value.hash = hash;
    return hash;
  }
  if (value instanceof Decimal) return mix(hashString(value.digits.toString(36), 41), value.exponent);
  if (depth > maxRecursion) return hashDeep(value);
  countWork(value.length);
  let hash = 43;
  for (const item of value) hash = mix(hash, hashAt(item, depth + 1));
  return hash;
}

/** A composite whose parts are being hashed. */
interface Frame {
  value: Value;
  /** Members in turn; of an object, key and value alternately. */
  parts: readonly Value[];
  next: number;
  hash: number;
  /** Of an object: the hash of the key whose value comes next. */
  key: number;
}

function hashDeep(root: Value): number {
  const frames: Frame[] = [frameOf(root)];
  for (;;) {
    const frame = frames[frames.length - 1]!;
    let hash: number;
    if (frame.next < frame.parts.length) {
      const part = frame.parts[frame.next]!;
      frame.next += 1;
      if (isOpen(part)) {
        frames.push(frameOf(part));
        continue;
      }
      hash = hashOf(part);
      absorb(frame, hash);
      continue;
    }
    frames.pop();
    hash = frame.hash;
    if (frame.value instanceof RegoObject || frame.value instanceof RegoSet) frame.value.hash = hash;
    const parent = frames[frames.length - 1];
    if (!parent) return hash;
    absorb(parent, hash);
  }
}

function frameOf(value: Value): Frame {
  if (value instanceof RegoObject) {
    const parts: Value[] = [];
    value.forEach((item, key) => {
      parts.push(key, item);
    });
    return { value, parts, next: 0, hash: 29, key: 0 };
  }
  if (value instanceof RegoSet) return { value, parts: value.values(), next: 0, hash: 37, key: 0 };
  countWork((value as readonly Value[]).length);
  return { value, parts: value as readonly Value[], next: 0, hash: 43, key: 0 };
}

function absorb(frame: Frame, hash: number): void {
  if (frame.value instanceof RegoObject) {
    if (frame.next % 2 === 1) frame.key = hash;
    else frame.hash = (frame.hash + mix(frame.key, hash)) | 0;
  } else if (frame.value instanceof RegoSet) frame.hash = (frame.hash + mix(31, hash)) | 0;
  else frame.hash = mix(frame.hash, hash);
}

function isOpen(value: Value): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Decimal) return false;
  return !((value instanceof RegoObject || value instanceof RegoSet) && value.hash !== undefined);
}

function mix(a: number, b: number): number {
  return (Math.imul(a, 31) + b) | 0;
}

function hashString(text: string, seed: number): number {
  let hash = seed;
  for (let i = 0; i < text.length; i += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}
