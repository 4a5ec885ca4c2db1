import { Decimal } from './decimal.ts';
import { JsonError, maxJsonDepth } from './json-parser.ts';
import { jsonKey } from './json-writer.ts';
import { fromBigInt, fromDouble, toDouble } from './numbers.ts';
import { RegoObject } from './rego-object.ts';
import { RegoSet } from './rego-set.ts';
import type { Value } from './value.ts';
import { countWork } from './work.ts';

/**
 * A JavaScript value as a Rego value: what JSON would make of it, and besides bigints, `Map` (any keys), `Set`, and Rego's own
 * values as they are. Members that are undefined or functions are left out. Throws {@link JsonError} for what has no form
 * (NaN, cycles, more than {@link maxJsonDepth} levels).
 */
export function fromJs(input: unknown): Value {
  const scalar = scalarFromJs(input);
  if (scalar !== undefined) return scalar;
  return new Conversion().run(input as object);
}

function scalarFromJs(input: unknown): Value | undefined {
  switch (typeof input) {
    case 'string':
      return input.isWellFormed() ? input : input.toWellFormed();
    case 'number':
      if (Number.isSafeInteger(input)) return input === 0 ? 0 : input;
      if (!Number.isFinite(input)) throw new JsonError(`${input} is not a JSON number`);
      return fromDouble(input);
    case 'bigint':
      return fromBigInt(input);
    case 'boolean':
      return input;
    case 'object':
      if (input === null) return null;
      if (input instanceof RegoObject || input instanceof RegoSet || input instanceof Decimal) return input;
      return undefined;
    default:
      throw new JsonError(`a ${typeof input} is not a JSON value`);
  }
}

/** Builds what is inside before what is around it, with a list of things to do in place of recursion. */
class Conversion {
  run(input: object): Value {
    let result: Value = null;
    const work: [input: unknown, depth: number, put: (value: Value) => void][] = [
      [input, 0, (value) => (result = value)],
    ];
    // Composites are put in place empty and filled later; what needs its members' hashes waits until they are whole.
    const waiting: (() => void)[] = [];
    for (let job = work.pop(); job; job = work.pop()) {
      const [item, depth, put] = job;
      const scalar = scalarFromJs(item);
      if (scalar !== undefined) {
        put(scalar);
        continue;
      }
      if (depth >= maxJsonDepth) throw new JsonError('exceeded max depth');
      const { toJSON } = item as { toJSON?: unknown };
      if (typeof toJSON === 'function') work.push([toJSON.call(item), depth + 1, put]);
      else if (Array.isArray(item)) {
        const array: Value[] = new Array(item.length);
        put(array);
        for (let i = 0; i < item.length; i += 1) {
          const value = item[i] ?? null;
          const simple = scalarFromJs(typeof value === 'function' ? null : value);
          if (simple !== undefined) array[i] = simple;
          else work.push([value, depth + 1, (part) => (array[i] = part)]);
        }
      } else if (item instanceof Set) {
        const set = new RegoSet();
        put(set);
        const members: Value[] = [];
        [...item].forEach((member, i) => {
          work.push([member, depth + 1, (part) => (members[i] = part)]);
        });
        waiting.push(() => {
          for (const member of members) set.add(member);
        });
      } else {
        const object = new RegoObject();
        put(object);
        this.#object(item as object, object, depth, work, waiting);
      }
    }
    // Those that were met last are the innermost.
    for (let i = waiting.length - 1; i >= 0; i -= 1) waiting[i]!();
    return result;
  }

  #object(
    item: object,
    object: RegoObject,
    depth: number,
    work: [unknown, number, (value: Value) => void][],
    waiting: (() => void)[],
  ): void {
    const entries: Iterable<[unknown, unknown]> = item instanceof Map ? item : Object.entries(item);
    for (const [name, value] of entries) {
      if (value === undefined || typeof value === 'function') continue;
      const simple = scalarFromJs(value);
      if (typeof name === 'string') {
        if (simple !== undefined) object.add(name, simple);
        else work.push([value, depth + 1, (part) => object.add(name, part)]);
        continue;
      }
      let key: Value = null;
      let content: Value = null;
      work.push([name, depth + 1, (part) => (key = part)], [value, depth + 1, (part) => (content = part)]);
      waiting.push(() => object.add(key, content));
    }
  }
}

/**
 * A Rego value as JavaScript would have it from JSON: sets are arrays in Rego's order, keys that are not strings are their JSON
 * texts. Whole numbers beyond 2^53 stay bigints; other numbers that no double holds become the nearest one. Objects come in the
 * order of their keys. Works at any depth.
 */
export function toJs(value: Value): unknown {
  let result: unknown;
  const jobs: [Value, (part: unknown) => void][] = [[value, (part) => (result = part)]];
  for (let job = jobs.pop(); job; job = jobs.pop()) {
    const [item, put] = job;
    if (typeof item !== 'object' || item === null) put(item);
    else if (item instanceof Decimal) put(toDouble(item));
    else if (item instanceof RegoObject) {
      const object: Record<string, unknown> = {};
      put(object);
      countWork(1 + item.size);
      for (const key of item.keys()) {
        const name = jsonKey(key);
        // Reserves the place, so that the order is that of the keys; `__proto__` must be a member like any other.
        Object.defineProperty(object, name, {
          value: null,
          writable: true,
          enumerable: true,
          configurable: true,
        });
        const part = item.get(key)!;
        if (typeof part !== 'object' || part === null) object[name] = part;
        else {
          jobs.push([
            part,
            (whole) =>
              Object.defineProperty(object, name, {
                value: whole,
                writable: true,
                enumerable: true,
                configurable: true,
              }),
          ]);
        }
      }
    } else {
      const items = item instanceof RegoSet ? item.values() : item;
      countWork(1 + items.length);
      const array: unknown[] = new Array(items.length);
      put(array);
      for (let i = 0; i < items.length; i += 1) {
        const part = items[i]!;
        if (typeof part !== 'object' || part === null) array[i] = part;
        else jobs.push([part, (whole) => (array[i] = whole)]);
      }
    }
  }
  return result;
}
