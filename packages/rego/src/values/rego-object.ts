import { sortValues } from './sort.ts';
import type { Value } from './value.ts';
import { ValueMap } from './value-map.ts';

/** An object: any value may be a key; iterated in the order of its keys. Build it whole, then never change it. */
export class RegoObject {
  readonly #map = new ValueMap<Value>();
  #sorted: readonly Value[] | undefined;
  /** The hash once computed; see `hashOf`. */
  hash: number | undefined = undefined;

  /** From pairs; of equal keys the last wins. */
  static of(entries: Iterable<readonly [Value, Value]>): RegoObject {
    const object = new RegoObject();
    for (const [key, value] of entries) object.add(key, value);
    return object;
  }

  get size(): number {
    return this.#map.size;
  }

  get(key: Value): Value | undefined {
    return this.#map.get(key);
  }

  has(key: Value): boolean {
    return this.#map.has(key);
  }

  /** The keys in Rego's order. */
  keys(): readonly Value[] {
    this.#sorted ??= sortValues(this.#map.keys());
    return this.#sorted;
  }

  /** The pairs in the order of the keys. */
  *entries(): Generator<[Value, Value]> {
    for (const key of this.keys()) yield [key, this.#map.get(key) as Value];
  }

  /** Every pair in no particular order, which spares the sorting. */
  forEach(visit: (value: Value, key: Value) => void): void {
    this.#map.forEach(visit);
  }

  /** Whether every pair passes the test, asked in no particular order. */
  every(test: (value: Value, key: Value) => boolean): boolean {
    return this.#map.every(test);
  }

  /** Only while building: before the object is iterated, hashed or handed on. */
  add(key: Value, value: Value): void {
    this.#map.set(key, value);
  }

  /** Only while building. */
  delete(key: Value): void {
    this.#map.delete(key);
  }

  /** Only for who built it and has not handed it on: before it is changed after it was iterated or hashed. */
  reopen(): void {
    this.#sorted = undefined;
    this.hash = undefined;
  }
}
