import { equal } from '../values/compare.ts';
import { RegoObject } from '../values/rego-object.ts';
import type { Value } from '../values/value.ts';
import type { BodyCompiler } from './body-compiler.ts';
import type { Getter, Matcher, Step, Test } from './code.ts';
import { type FlatTerm, getterOf, isBound } from './flat-term.ts';

/** How a value is matched with a pattern; binds the pattern's unbound variables from here on. */
export function matcherOf(compiler: BodyCompiler, pattern: FlatTerm): Matcher {
  if (pattern.kind === 'local' && !compiler.bound.has(pattern.name)) {
    const slot = compiler.bind(pattern.name);
    return (_world, slots, value) => {
      slots[slot] = value;
      return true;
    };
  }
  if (isBound(compiler, pattern)) return equalTo(compiler, pattern);
  if (pattern.kind === 'array') {
    const items = pattern.items.map((item) => matcherOf(compiler, item));
    return (world, slots, value) => {
      if (!Array.isArray(value) || value.length !== items.length) return false;
      for (let i = 0; i < items.length; i += 1)
        if (!(items[i] as Matcher)(world, slots, value[i] as Value)) return false;
      return true;
    };
  }
  if (pattern.kind === 'object') {
    const entries = pattern.entries.map(([key, value]): [Getter, Matcher] => [
      getterOf(compiler, key),
      matcherOf(compiler, value),
    ]);
    return (world, slots, value) => {
      if (!(value instanceof RegoObject) || value.size !== entries.length) return false;
      for (const [getKey, match] of entries) {
        const key = getKey(world, slots);
        const item = key === undefined ? undefined : value.get(key);
        if (item === undefined || !match(world, slots, item)) return false;
      }
      return true;
    };
  }
  return () => false;
}

function equalTo(compiler: BodyCompiler, term: FlatTerm): Matcher {
  if (term.kind === 'constant') {
    const { value: expected } = term;
    if (typeof expected !== 'object' || expected === null)
      return (_world, _slots, value) => value === expected;
    return (_world, _slots, value) => equal(value, expected);
  }
  const get = getterOf(compiler, term);
  return (world, slots, value) => {
    const expected = get(world, slots);
    return expected !== undefined && equal(value, expected);
  };
}

/** A test that two terms without references are the same; takes them apart side by side and binds what can be bound. */
export function unification(compiler: BodyCompiler, left: FlatTerm, right: FlatTerm, steps: Step[]): void {
  let pairs: [FlatTerm, FlatTerm][] = [[left, right]];
  while (pairs.length > 0) {
    const later: [FlatTerm, FlatTerm][] = [];
    let progress = false;
    for (let i = 0; i < pairs.length; i += 1) {
      const [a, b] = pairs[i] as [FlatTerm, FlatTerm];
      const parts = sideBySide(compiler, a, b);
      if (parts === 'never') {
        steps.push({ test: () => false });
        bindAll(compiler, [left, right]);
        return;
      }
      if (parts) {
        pairs.push(...parts);
        progress = true;
      } else if (isBound(compiler, b)) {
        steps.push({ test: matched(getterOf(compiler, b), matcherOf(compiler, a)) });
        progress = true;
      } else if (isBound(compiler, a)) {
        steps.push({ test: matched(getterOf(compiler, a), matcherOf(compiler, b)) });
        progress = true;
      } else later.push([a, b]);
    }
    if (!progress) {
      steps.push({ test: () => false });
      bindAll(compiler, [left, right]);
      return;
    }
    pairs = later;
  }
}

/** The pairs that two composites of one shape come down to. */
function sideBySide(
  compiler: BodyCompiler,
  a: FlatTerm,
  b: FlatTerm,
): [FlatTerm, FlatTerm][] | 'never' | undefined {
  if (isBound(compiler, a) && isBound(compiler, b)) return undefined;
  const left = opened(a);
  const right = opened(b);
  if (left.kind === 'array' && right.kind === 'array') {
    if (left.items.length !== right.items.length) return 'never';
    return left.items.map((item, index) => [item, right.items[index] as FlatTerm]);
  }
  if (left.kind === 'object' && right.kind === 'object') {
    if (left.entries.length !== right.entries.length) return 'never';
    const pairs: [FlatTerm, FlatTerm][] = [];
    for (const [key, value] of left.entries) {
      const other = right.entries.find(([candidate]) => sameKey(key, candidate));
      if (!other) return key.kind === 'constant' ? missingKey(right.entries) : undefined;
      pairs.push([value, other[1]]);
    }
    return pairs;
  }
  return undefined;
}

/** A constant composite as its parts, so that it can be taken apart beside a pattern. */
function opened(term: FlatTerm): FlatTerm {
  if (term.kind !== 'constant') return term;
  const { value } = term;
  if (value instanceof RegoObject)
    return {
      kind: 'object',
      entries: value.keys().map((key) => [
        { kind: 'constant', value: key },
        { kind: 'constant', value: value.get(key) as Value },
      ]),
    };
  return term;
}

function missingKey(entries: readonly [FlatTerm, FlatTerm][]): 'never' | undefined {
  return entries.every(([key]) => key.kind === 'constant') ? 'never' : undefined;
}

function sameKey(a: FlatTerm, b: FlatTerm): boolean {
  if (a.kind === 'constant' && b.kind === 'constant') return equal(a.value, b.value);
  return a.kind === 'local' && b.kind === 'local' && a.name === b.name;
}

function matched(get: Getter, match: Matcher): Test {
  return (world, slots) => {
    const value = get(world, slots);
    return value !== undefined && match(world, slots, value);
  };
}

/** What follows a literal that never holds is compiled all the same: give its variables slots. */
function bindAll(compiler: BodyCompiler, terms: readonly FlatTerm[]): void {
  for (const term of terms) {
    if (term.kind === 'local') compiler.bind(term.name);
    else if (term.kind === 'array' || term.kind === 'set') bindAll(compiler, term.items);
    else if (term.kind === 'object') bindAll(compiler, term.entries.flat());
  }
}
