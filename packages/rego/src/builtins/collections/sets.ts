import { RegoSet } from '../../values/rego-set.ts';
import type { Builtin } from '../builtin.ts';
import { setOperand } from '../operands.ts';
import { any, setOf } from '../types.ts';

/** The members of `a` that `b` lacks. */
export function difference(a: RegoSet, b: RegoSet): RegoSet {
  const result = new RegoSet();
  a.forEach((member) => {
    if (!b.has(member)) result.add(member);
  });
  return result;
}

/** The members that both have. */
export function intersection(a: RegoSet, b: RegoSet): RegoSet {
  const [few, many] = a.size <= b.size ? [a, b] : [b, a];
  const result = new RegoSet();
  few.forEach((member) => {
    if (many.has(member)) result.add(member);
  });
  return result;
}

/** Every member of any of the sets. */
export function union(sets: Iterable<RegoSet>): RegoSet {
  const result = new RegoSet();
  for (const set of sets) {
    set.forEach((member) => {
      result.add(member);
    });
  }
  return result;
}

const anySet = setOf(any);
const categories = ['sets'];

export const setBuiltins: readonly Builtin[] = [
  {
    name: 'and',
    infix: '&',
    description: 'The members two sets have in common.',
    categories,
    args: [anySet, anySet],
    result: anySet,
    call: ([a, b]) => intersection(setOperand(a, 1), setOperand(b, 2)),
  },
  {
    name: 'or',
    infix: '|',
    description: 'The members of either set.',
    categories,
    args: [anySet, anySet],
    result: anySet,
    call: ([a, b]) => union([setOperand(a, 1), setOperand(b, 2)]),
  },
  {
    name: 'set_diff',
    description: 'The members of the first set that the second lacks; `-` does the same.',
    args: [anySet, anySet],
    result: anySet,
    deprecated: true,
    call: ([a, b]) => difference(setOperand(a, 1), setOperand(b, 2)),
  },
  {
    name: 'intersection',
    description: 'The members that all sets of a set of sets have in common.',
    categories,
    args: [setOf(anySet)],
    result: anySet,
    call([a]) {
      const sets = setOperand(a, 1)
        .values()
        .map((member) => setOperand(member, 1));
      return sets.length === 0 ? new RegoSet() : sets.reduce(intersection);
    },
  },
  {
    name: 'union',
    description: 'The members of all sets of a set of sets.',
    categories,
    args: [setOf(anySet)],
    result: anySet,
    call: ([a]) =>
      union(
        setOperand(a, 1)
          .values()
          .map((member) => setOperand(member, 1)),
      ),
  },
];
