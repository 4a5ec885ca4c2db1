import { sortValues } from './sort.ts';
import type { Value } from './value.ts';
import { ValueMap } from './value-map.ts';

/** A set, iterated in Rego's order. Build it whole, then never change it. */
export class RegoSet {
  readonly #map = new ValueMap<true>();
  #sorted: readonly Value[] | undefined;
  /** The hash once computed; see `hashOf`. */
  hash: number | undefined = undefined;

  static of(values: Iterable<Value>): RegoSet {
    const set = new RegoSet();
    for (const value of values) set.add(value);
    return set;
  }

  get size(): number {
    return this.#map.size;
  }

  has(value: Value): boolean {
    return this.#map.has(value);
  }

  /** The members in Rego's order. */
  values(): readonly Value[] {
    this.#sorted ??= sortValues(this.#map.keys());
    return this.#sorted;
  }

  /** Every member in no particular order, which spares the sorting. */
  forEach(visit: (value: Value) => void): void {
    this.#map.forEach((_, member) => {
      visit(member);
    });
  }

  /** Whether every member passes the test, asked in no particular order. */
  every(test: (value: Value) => boolean): boolean {
    return this.#map.every((_, member) => test(member));
  }

  /** Only while building: before the set is iterated, hashed or handed on. */
  add(value: Value): void {
    this.#map.set(value, true);
  }

  /** Only while building. */
  delete(value: Value): void {
    this.#map.delete(value);
  }

  /** Only for who built it and has not handed it on: before it is changed after it was iterated or hashed. */
  reopen(): void {
    this.#sorted = undefined;
    this.hash = undefined;
  }
}
