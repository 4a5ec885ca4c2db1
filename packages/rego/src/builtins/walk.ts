import { RegoObject } from '../values/rego-object.ts';
import { RegoSet } from '../values/rego-set.ts';
import type { Value } from '../values/value.ts';
import type { Builtin, BuiltinContext } from './builtin.ts';
import { any, arrayOf, tuple } from './types.ts';

/** A value on the way, and where its next part is. */
interface Step {
  value: Value;
  keys: readonly Value[] | undefined;
  next: number;
}

/**
 * Every value inside a value, itself first, each with the path to it: `[path, value]`, depth first and in order. `known`, where
 * given, is what the policy already knows of the paths: entry by entry a key, or undefined for any. Paths that differ from it, and
 * those shorter than it, are left out unvisited.
 */
export function* walk(
  root: Value,
  context: Pick<BuiltinContext, 'spend'>,
  known: readonly (Value | undefined)[] = [],
): Generator<Value> {
  const path: Value[] = [];
  const steps: Step[] = [];
  let value: Value | undefined = root;
  for (;;) {
    if (value !== undefined) {
      context.spend(1);
      if (path.length >= known.length) yield [[...path], value];
      steps.push({ value, keys: keysAt(value, known[path.length]), next: 0 });
    }
    const step = steps[steps.length - 1];
    if (!step) return;
    if (path.length >= steps.length) path.pop();
    const key = step.keys?.[step.next];
    if (key === undefined) {
      steps.pop();
      value = undefined;
      if (steps.length === 0) return;
      continue;
    }
    step.next += 1;
    value = child(step.value, key);
    if (value !== undefined) path.push(key);
  }
}

/** Every value inside a value, itself first, without the paths: for `walk(x, [_, value])`. */
export function* walkValues(root: Value, context: Pick<BuiltinContext, 'spend'>): Generator<Value> {
  const open: Value[] = [root];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    context.spend(1);
    yield value;
    if (typeof value !== 'object' || value === null) continue;
    if (value instanceof RegoObject) {
      const keys = value.keys();
      for (let i = keys.length - 1; i >= 0; i -= 1) open.push(value.get(keys[i]!)!);
    } else {
      const parts = value instanceof RegoSet ? value.values() : Array.isArray(value) ? value : [];
      for (let i = parts.length - 1; i >= 0; i -= 1) open.push(parts[i]!);
    }
  }
}

function keysAt(value: Value, only: Value | undefined): readonly Value[] | undefined {
  if (value instanceof RegoObject) return only === undefined ? value.keys() : [only];
  if (value instanceof RegoSet) return only === undefined ? value.values() : [only];
  if (Array.isArray(value)) return only === undefined ? [...value.keys()] : [only];
  return undefined;
}

function child(value: Value, key: Value): Value | undefined {
  if (value instanceof RegoObject) return value.get(key);
  if (value instanceof RegoSet) return value.has(key) ? key : undefined;
  return typeof key === 'number' ? (value as readonly Value[])[key] : undefined;
}

export const walkBuiltins: readonly Builtin[] = [
  {
    name: 'walk',
    description: 'Relates a value to every `[path, value]` pair inside it.',
    categories: ['graph'],
    args: [any],
    result: tuple(arrayOf(any), any),
    relation: true,
    call: ([a], context) => walk(a!, context),
  },
];
