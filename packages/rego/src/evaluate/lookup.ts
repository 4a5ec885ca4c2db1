import { RegoObject } from '../values/rego-object.ts';
import { RegoSet } from '../values/rego-set.ts';
import type { Value } from '../values/value.ts';
import type { Getter, Matcher, Slots } from './code.ts';
import type { World } from './world.ts';

/** What a composite holds under a key; of a set, the member itself. */
export function lookup(value: Value, key: Value): Value | undefined {
  if (typeof value !== 'object') return undefined;
  if (value instanceof RegoObject) return value.get(key);
  if (Array.isArray(value)) return typeof key === 'number' ? (value[key] as Value | undefined) : undefined;
  if (value instanceof RegoSet) return value.has(key) ? key : undefined;
  return undefined;
}

/** What lies at the end of a path, from its `from`-th part. */
export function lookupPath(
  value: Value | undefined,
  path: readonly Value[],
  from: number,
): Value | undefined {
  let at = value;
  for (let i = from; i < path.length && at !== undefined; i += 1) at = lookup(at, path[i] as Value);
  return at;
}

/** What is done with a value that was reached; true means stop. */
export type Sink = (world: World, slots: Slots, value: Value) => boolean;

/** A part of a reference's path: known when it is reached, or to be found by iterating. */
export interface KnownPart {
  get: Getter;
  constant?: Value;
}

export type Part = KnownPart | { slot: number } | { match: Matcher };

/** For each part the sink that goes on from a value reached before it; the last is what is done in the end. */
export function sinksAlong(parts: readonly Part[], last: Sink): Sink[] {
  const sinks: Sink[] = new Array(parts.length + 1);
  sinks[parts.length] = last;
  for (let i = parts.length - 1; i >= 0; i -= 1) sinks[i] = sinkFor(parts[i] as Part, sinks[i + 1] as Sink);
  return sinks;
}

function sinkFor(part: Part, next: Sink): Sink {
  if ('get' in part) {
    const { get } = part;
    if (part.constant !== undefined) {
      const key = part.constant;
      return (world, slots, value) => {
        const item = lookup(value, key);
        return item === undefined ? world.evaluation.halted : next(world, slots, item);
      };
    }
    return (world, slots, value) => {
      const key = get(world, slots);
      if (key === undefined) return world.evaluation.halted;
      const item = lookup(value, key);
      return item === undefined ? world.evaluation.halted : next(world, slots, item);
    };
  }
  const take: Matcher =
    'match' in part
      ? part.match
      : (_world, slots, key) => {
          slots[part.slot] = key;
          return true;
        };
  return (world, slots, value) => eachItem(world, slots, value, take, next);
}

/** Goes over a composite: keys and values of an object, indexes and items of an array, members of a set. */
export function eachItem(world: World, slots: Slots, value: Value, take: Matcher, next: Sink): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { evaluation } = world;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i += 1) {
      evaluation.fuel -= 1;
      if (evaluation.fuel < 0) evaluation.refuel();
      if (take(world, slots, i) && next(world, slots, value[i] as Value)) return true;
    }
    return false;
  }
  if (value instanceof RegoObject) {
    for (const key of value.keys()) {
      evaluation.fuel -= 1;
      if (evaluation.fuel < 0) evaluation.refuel();
      if (take(world, slots, key) && next(world, slots, value.get(key) as Value)) return true;
    }
    return false;
  }
  if (value instanceof RegoSet)
    for (const member of value.values()) {
      evaluation.fuel -= 1;
      if (evaluation.fuel < 0) evaluation.refuel();
      if (take(world, slots, member) && next(world, slots, member)) return true;
    }
  return false;
}
