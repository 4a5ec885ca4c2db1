import type { LoweredTerm, ReferenceTerm } from '../compile/intermediate.ts';
import { RegoObject } from '../values/rego-object.ts';
import { RegoSet } from '../values/rego-set.ts';
import type { Value } from '../values/value.ts';
import type { BodyCompiler } from './body-compiler.ts';
import type { Getter, Step } from './code.ts';
import { comprehensionGetter } from './comprehension.ts';
import { referenceGetter, referenceStep } from './reference.ts';

// A term without references and comprehensions inside: what had to be evaluated first was, or is a getter. Only so can two terms
// be taken apart side by side.

export type FlatTerm =
  | { kind: 'constant'; value: Value }
  | { kind: 'local'; name: string }
  | { kind: 'array' | 'set'; items: FlatTerm[] }
  | { kind: 'object'; entries: [FlatTerm, FlatTerm][] }
  | { kind: 'code'; get: Getter };

export interface FlatReference {
  kind: 'reference';
  root: ReferenceTerm['root'];
  name: string;
  path: FlatTerm[];
}

/** Flattens a term. References with unbound variables become steps that iterate; with `hoist` all references become steps. */
export function flatten(compiler: BodyCompiler, term: LoweredTerm, before: Step[], hoist = false): FlatTerm {
  switch (term.kind) {
    case 'constant':
    case 'local':
      return term;
    case 'array':
    case 'set':
      return { kind: term.kind, items: term.items.map((item) => flatten(compiler, item, before, hoist)) };
    case 'object':
      return {
        kind: 'object',
        entries: term.entries.map(([key, value]) => [
          flatten(compiler, key, before, hoist),
          flatten(compiler, value, before, hoist),
        ]),
      };
    case 'comprehension':
      return { kind: 'code', get: comprehensionGetter(compiler, term) };
    case 'reference': {
      const reference = flattenReference(compiler, term, before, hoist);
      if (isBound(compiler, reference)) {
        const get = referenceGetter(compiler, reference);
        return hoist ? kept(compiler, get, before) : { kind: 'code', get };
      }
      const slot = compiler.temporary();
      before.push(
        referenceStep(compiler, reference, () => (_world, slots, value) => {
          slots[slot] = value;
          return true;
        }),
      );
      return { kind: 'code', get: (_world, slots) => slots[slot] as Value };
    }
  }
}

/** Flattens a term, but leaves a reference at its top one, for whoever can iterate it. */
export function flattenTop(
  compiler: BodyCompiler,
  term: LoweredTerm,
  before: Step[],
  hoist = false,
): FlatTerm | FlatReference {
  if (term.kind === 'reference') return flattenReference(compiler, term, before, hoist);
  return flatten(compiler, term, before, hoist);
}

/** Evaluates now and keeps the value in a slot. */
export function kept(compiler: BodyCompiler, get: Getter, before: Step[]): FlatTerm {
  const slot = compiler.temporary();
  before.push({
    test: (world, slots) => {
      const value = get(world, slots);
      slots[slot] = value;
      return value !== undefined;
    },
  });
  return { kind: 'code', get: (_world, slots) => slots[slot] as Value };
}

function flattenReference(
  compiler: BodyCompiler,
  term: ReferenceTerm,
  before: Step[],
  hoist: boolean,
): FlatReference {
  return {
    kind: 'reference',
    root: term.root,
    name: term.name,
    path: term.path.map((part) => flatten(compiler, part, before, hoist)),
  };
}

/** Whether every variable of a term is bound. */
export function isBound(compiler: BodyCompiler, term: FlatTerm | FlatReference): boolean {
  switch (term.kind) {
    case 'constant':
    case 'code':
      return true;
    case 'local':
      return compiler.bound.has(term.name);
    case 'array':
    case 'set':
      return term.items.every((item) => isBound(compiler, item));
    case 'object':
      return term.entries.every(([key, value]) => isBound(compiler, key) && isBound(compiler, value));
    case 'reference':
      return (
        (term.root !== 'local' || compiler.bound.has(term.name)) &&
        term.path.every((part) => isBound(compiler, part))
      );
  }
}

/** How the value of a term whose variables are all bound is worked out. */
export function getterOf(compiler: BodyCompiler, term: FlatTerm): Getter {
  switch (term.kind) {
    case 'constant': {
      const { value } = term;
      return () => value;
    }
    case 'code':
      return term.get;
    case 'local': {
      const slot = compiler.slot(term.name);
      return (_world, slots) => slots[slot] as Value;
    }
    case 'array': {
      const getters = term.items.map((item) => getterOf(compiler, item));
      return (world, slots) => valuesOf(getters, world, slots);
    }
    case 'set': {
      const getters = term.items.map((item) => getterOf(compiler, item));
      return (world, slots) => {
        const values = valuesOf(getters, world, slots);
        return values && RegoSet.of(values);
      };
    }
    case 'object': {
      const getters = term.entries.map(([key, value]): [Getter, Getter] => [
        getterOf(compiler, key),
        getterOf(compiler, value),
      ]);
      return (world, slots) => {
        if (getters.length > manyItems) world.evaluation.spend(getters.length);
        const object = new RegoObject();
        for (const [getKey, getValue] of getters) {
          const key = getKey(world, slots);
          if (key === undefined) return undefined;
          const value = getValue(world, slots);
          if (value === undefined) return undefined;
          object.add(key, value);
        }
        return object;
      };
    }
  }
}

/** Longer collections than this count as work when they are made. */
const manyItems = 16;

function valuesOf(
  getters: readonly Getter[],
  world: Parameters<Getter>[0],
  slots: unknown[],
): Value[] | undefined {
  const values: Value[] = [];
  if (getters.length > manyItems) world.evaluation.spend(getters.length);
  for (const get of getters) {
    const value = get(world, slots);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}
