import type { LoweredRule } from '../compile/intermediate.ts';
import type { Value } from '../values/value.ts';
import { type Condition, conditionsOf } from './rule-conditions.ts';
import type { World } from './world.ts';

interface Placed<T> {
  item: T;
  position: number;
  conditions: readonly Condition[];
}

/** Fewer rules than this are tried one by one. */
const worthIndexing = 4;

/**
 * Chooses among the rules of a group those that can hold: rules that compare the same document with different constants are found by
 * its value, whatever their number. What no condition excludes is tried in the order of the source.
 */
export class RuleIndex<T extends { rule: LoweredRule }> {
  readonly #rules: readonly T[];
  readonly #indexed: boolean;
  #root: IndexNode<T> | undefined;

  constructor(rules: readonly T[], indexed: boolean) {
    this.#rules = rules;
    this.#indexed = indexed && rules.length >= worthIndexing;
  }

  candidates(world: World, args: readonly Value[]): readonly T[] {
    if (!this.#indexed) return this.#rules;
    if (!this.#root) {
      const placed = this.#rules.map((item, position) => ({
        item,
        position,
        conditions: conditionsOf(item.rule),
      }));
      this.#root = new IndexNode(placed);
    }
    return this.#root.candidates(world, args);
  }
}

class IndexNode<T> {
  readonly #all: readonly Placed<T>[];
  readonly #items: readonly T[];
  readonly #read: Condition['read'] | undefined;
  readonly #buckets = new Map<Value, IndexNode<T>>();
  readonly #others: IndexNode<T> | undefined;

  constructor(placed: readonly Placed<T>[]) {
    this.#all = placed;
    this.#items = placed.map(({ item }) => item);
    if (placed.length < worthIndexing) return;
    const best = mostFrequent(placed);
    if (!best) return;
    this.#read = best.read;
    const buckets = new Map<Value, Placed<T>[]>();
    const others: Placed<T>[] = [];
    for (const one of placed) {
      const condition = one.conditions.find(({ subject }) => subject === best.subject);
      if (!condition) {
        others.push(one);
        continue;
      }
      const rest = {
        ...one,
        conditions: one.conditions.filter(({ subject }) => subject !== best.subject),
      };
      for (const value of condition.values) {
        const bucket = buckets.get(value);
        if (bucket) bucket.push(rest);
        else buckets.set(value, [rest]);
      }
    }
    for (const [value, bucket] of buckets) this.#buckets.set(value, new IndexNode(bucket));
    this.#others = new IndexNode(others);
  }

  candidates(world: World, args: readonly Value[]): readonly T[] {
    if (!this.#read) return this.#items;
    return this.#placed(world, args).map(({ item }) => item);
  }

  #placed(world: World, args: readonly Value[]): readonly Placed<T>[] {
    if (!this.#read) return this.#all;
    const value = this.#read(world, args);
    const others = (this.#others as IndexNode<T>).#placed(world, args);
    const bucket = value === undefined ? undefined : this.#buckets.get(value);
    if (!bucket) return others;
    const chosen = bucket.#placed(world, args);
    if (others.length === 0) return chosen;
    return [...chosen, ...others].sort((a, b) => a.position - b.position);
  }
}

/** The document that most rules compare with constants, if comparing it tells rules apart. */
function mostFrequent<T>(placed: readonly Placed<T>[]): Condition | undefined {
  const counts = new Map<string, { condition: Condition; count: number; values: Set<Value> }>();
  for (const { conditions } of placed)
    for (const condition of conditions) {
      const known = counts.get(condition.subject);
      if (known) {
        known.count += 1;
        for (const value of condition.values) known.values.add(value);
      } else counts.set(condition.subject, { condition, count: 1, values: new Set(condition.values) });
    }
  let best: { condition: Condition; count: number; values: Set<Value> } | undefined;
  for (const candidate of counts.values()) {
    if (candidate.count < 2) continue;
    const score = Math.min(candidate.count, candidate.values.size * 4);
    if (!best || score > Math.min(best.count, best.values.size * 4)) best = candidate;
  }
  return best?.condition;
}
