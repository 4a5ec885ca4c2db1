import type { Value } from '../values/value.ts';
import type { BodyCompiler } from './body-compiler.ts';
import type { Getter, Matcher, Step } from './code.ts';
import { dataGetter, dataStep } from './data-reference.ts';
import { type FlatReference, type FlatTerm, getterOf, isBound } from './flat-term.ts';
import { type KnownPart, lookup, type Part, type Sink, sinksAlong } from './lookup.ts';
import { matcherOf } from './pattern.ts';

/** How the value of a reference is worked out whose variables are all bound. */
export function referenceGetter(compiler: BodyCompiler, reference: FlatReference): Getter {
  const parts = reference.path.map((part) => knownPart(compiler, part));
  if (reference.root === 'data') return dataGetter(compiler.program, parts);
  const root: Getter =
    reference.root === 'input' ? (world) => world.input : slotGetter(compiler.slot(reference.name));
  return parts.reduce(getFrom, root);
}

function slotGetter(slot: number): Getter {
  return (_world, slots) => slots[slot] as Value;
}

function getFrom(base: Getter, part: KnownPart): Getter {
  if (part.constant !== undefined) {
    const key = part.constant;
    return (world, slots) => {
      const value = base(world, slots);
      return value === undefined ? undefined : lookup(value, key);
    };
  }
  const { get } = part;
  return (world, slots) => {
    const value = base(world, slots);
    if (value === undefined) return undefined;
    const key = get(world, slots);
    return key === undefined ? undefined : lookup(value, key);
  };
}

/** A step that visits everything a reference can be, binding its variables; what is found goes to the matcher made last. */
export function referenceStep(
  compiler: BodyCompiler,
  reference: FlatReference,
  matcher: () => Matcher,
): Step {
  const isRootBound = reference.root !== 'local' || compiler.bound.has(reference.name);
  const slot = reference.root === 'local' ? compiler.slot(reference.name) : 0;
  const parts = reference.path.map((part) => partOf(compiler, part));
  const match = matcher();
  if (!isRootBound) return { test: () => false };
  return {
    each: (next) => {
      const last: Sink = (world, slots, value) =>
        match(world, slots, value) ? next(world, slots) : world.evaluation.halted;
      if (reference.root === 'data') return dataStep(compiler, parts, last);
      const first = sinksAlong(parts, last)[0] as Sink;
      if (reference.root === 'input')
        return (world, slots) => (world.input === undefined ? false : first(world, slots, world.input));
      return (world, slots) => first(world, slots, slots[slot] as Value);
    },
  };
}

function knownPart(compiler: BodyCompiler, term: FlatTerm): KnownPart {
  const get = getterOf(compiler, term);
  return term.kind === 'constant' ? { get, constant: term.value } : { get };
}

function partOf(compiler: BodyCompiler, term: FlatTerm): Part {
  if (isBound(compiler, term)) return knownPart(compiler, term);
  if (term.kind === 'local') return { slot: compiler.bind(term.name) };
  return { match: matcherOf(compiler, term) };
}
