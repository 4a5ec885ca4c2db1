/** A map that forgets what was used longest ago once it is full. */
export class LeastRecentlyUsed<K, V> {
  readonly #entries = new Map<K, V>();
  readonly #limit: number;
  #latest: { key: K; value: V } | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The value kept under the key; made and kept where there is none. What `make` throws is not kept. */
  get(key: K, make: () => V): V {
    if (this.#latest?.key === key) return this.#latest.value;
    const value = this.#entries.get(key) ?? make();
    this.#latest = { key, value };
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size > this.#limit) {
      const [oldest] = this.#entries.keys();
      this.#entries.delete(oldest as K);
    }
    return value;
  }
}
