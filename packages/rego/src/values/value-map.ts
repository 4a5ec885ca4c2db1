import { equal } from './compare.ts';
import { hashOf } from './hash.ts';
import type { Value } from './value.ts';

type Primitive = null | boolean | string | number | bigint;

interface Entry<T> {
  key: Value;
  value: T;
}

/**
 * A map whose keys are equal by value. Primitives are the keys of a `Map`; composites and decimals lie in buckets by their hash.
 * Order is that of insertion, primitives first.
 */
export class ValueMap<T> {
  readonly #primitives = new Map<Primitive, T>();
  #buckets: Map<number, Entry<T>[]> | undefined;
  #composites = 0;

  get size(): number {
    return this.#primitives.size + this.#composites;
  }

  get(key: Value): T | undefined {
    if (isPrimitive(key)) return this.#primitives.get(key);
    return this.#find(key)?.value;
  }

  has(key: Value): boolean {
    if (isPrimitive(key)) return this.#primitives.has(key);
    return this.#find(key) !== undefined;
  }

  set(key: Value, value: T): void {
    if (isPrimitive(key)) {
      this.#primitives.set(key, value);
      return;
    }
    const found = this.#find(key);
    if (found) {
      found.value = value;
      return;
    }
    this.#buckets ??= new Map();
    const hash = hashOf(key);
    const bucket = this.#buckets.get(hash);
    if (bucket) bucket.push({ key, value });
    else this.#buckets.set(hash, [{ key, value }]);
    this.#composites += 1;
  }

  delete(key: Value): void {
    if (isPrimitive(key)) {
      this.#primitives.delete(key);
      return;
    }
    const hash = hashOf(key);
    const bucket = this.#buckets?.get(hash);
    const index = bucket?.findIndex((entry) => equal(entry.key, key)) ?? -1;
    if (bucket === undefined || index < 0) return;
    bucket.splice(index, 1);
    if (bucket.length === 0) this.#buckets?.delete(hash);
    this.#composites -= 1;
  }

  /** The keys in the order of insertion, primitives first. */
  keys(): Value[] {
    const keys: Value[] = [...this.#primitives.keys()];
    if (this.#buckets) {
      for (const bucket of this.#buckets.values()) for (const entry of bucket) keys.push(entry.key);
    }
    return keys;
  }

  /** Every entry, in the order of {@link keys}. */
  forEach(visit: (value: T, key: Value) => void): void {
    this.#primitives.forEach(visit);
    if (this.#buckets) {
      for (const bucket of this.#buckets.values()) for (const entry of bucket) visit(entry.value, entry.key);
    }
  }

  /** Whether every entry passes the test, asked in the order of {@link keys}. */
  every(test: (value: T, key: Value) => boolean): boolean {
    for (const [key, value] of this.#primitives) if (!test(value, key)) return false;
    if (this.#buckets) {
      for (const bucket of this.#buckets.values()) {
        for (const entry of bucket) if (!test(entry.value, entry.key)) return false;
      }
    }
    return true;
  }

  #find(key: Value): Entry<T> | undefined {
    if (!this.#buckets) return undefined;
    const bucket = this.#buckets.get(hashOf(key));
    if (bucket) for (const entry of bucket) if (equal(entry.key, key)) return entry;
    return undefined;
  }
}

function isPrimitive(value: Value): value is Primitive {
  return typeof value !== 'object' || value === null;
}
