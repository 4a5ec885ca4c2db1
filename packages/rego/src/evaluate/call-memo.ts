import type { Value } from '../values/value.ts';

type Known = { value: Value } | null;

/** How many answers of one function are kept; past that the memo starts again. */
const capacity = 100_000;

/**
 * Answers by arguments. Composites count by identity: two that are equal but not the same are looked up twice, which costs less
 * than comparing them. Undefined answers are kept too, as null.
 */
export class CallMemo {
  #first = new Map<unknown, unknown>();
  #size = 0;

  get(args: readonly Value[]): Known | undefined {
    let at: Map<unknown, unknown> | undefined = this.#first;
    const last = args.length - 1;
    for (let i = 0; i < last; i += 1) {
      at = at.get(args[i]) as Map<unknown, unknown> | undefined;
      if (!at) return undefined;
    }
    return at.get(args[last]) as Known | undefined;
  }

  set(args: readonly Value[], value: Value | undefined): void {
    if (this.#size >= capacity) {
      this.#first = new Map();
      this.#size = 0;
    }
    this.#size += 1;
    let at = this.#first;
    const last = args.length - 1;
    for (let i = 0; i < last; i += 1) {
      let next = at.get(args[i]) as Map<unknown, unknown> | undefined;
      if (!next) {
        next = new Map();
        at.set(args[i], next);
      }
      at = next;
    }
    at.set(args[last], value === undefined ? null : { value });
  }
}
