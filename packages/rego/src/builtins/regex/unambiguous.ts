import { type CharRanges, overlap } from './char-ranges.ts';
import type { PatternNode } from './simple-pattern.ts';

/** Patterns with more places than this (counted repetition written out) are left to the other engine. */
const maxPlaces = 300;

/** What stands at one end of a part of a pattern. */
interface Ends {
  nullable: boolean;
  first: number[];
  last: number[];
}

class Ambiguous extends Error {}

/**
 * Whether at every point of a match the next character alone decides how it goes on, and by one way only. Backtracking then never has
 * a second way to try, so matching from one place takes time in proportion to the text times the pattern. (The pattern's Glushkov
 * automaton is strongly deterministic.)
 */
export function isUnambiguous(node: PatternNode): boolean {
  const places = new Places();
  try {
    const { first } = places.visit(node);
    return places.areApart(first) && places.followsAreApart();
  } catch (error) {
    if (error instanceof Ambiguous) return false;
    throw error;
  }
}

class Places {
  readonly #ranges: CharRanges[] = [];
  readonly #follow: Set<number>[] = [];

  visit(node: PatternNode): Ends {
    switch (node.kind) {
      case 'characters': {
        if (this.#ranges.length >= maxPlaces) throw new Ambiguous();
        const place = this.#ranges.push(node.ranges) - 1;
        this.#follow.push(new Set());
        return { nullable: false, first: [place], last: [place] };
      }
      case 'group':
        return this.visit(node.part);
      case 'sequence':
        return this.#sequence(node.parts.map((part) => () => this.visit(part)));
      case 'choice': {
        const options = node.options.map((option) => this.visit(option));
        // Two ways to match nothing.
        if (options.filter(({ nullable }) => nullable).length > 1) throw new Ambiguous();
        return {
          nullable: options.some(({ nullable }) => nullable),
          first: options.flatMap(({ first }) => first),
          last: options.flatMap(({ last }) => last),
        };
      }
      case 'repeat':
        return this.#repeat(node.part, node.min, node.max);
    }
  }

  #sequence(visits: (() => Ends)[]): Ends {
    let ends: Ends = { nullable: true, first: [], last: [] };
    for (const visit of visits) {
      const next = visit();
      this.#connect(ends.last, next.first);
      ends = {
        nullable: ends.nullable && next.nullable,
        first: ends.nullable ? [...ends.first, ...next.first] : ends.first,
        last: next.nullable ? [...ends.last, ...next.last] : next.last,
      };
    }
    return ends;
  }

  /** Written out: as many copies as there must be, then one that goes round, or those that may be. */
  #repeat(part: PatternNode, min: number, max: number): Ends {
    const visits: (() => Ends)[] = [];
    const copy = () => {
      const ends = this.visit(part);
      if (ends.nullable) throw new Ambiguous();
      return ends;
    };
    const required = max === Infinity ? Math.max(min - 1, 0) : min;
    if (required > maxPlaces || (max !== Infinity && max > maxPlaces)) throw new Ambiguous();
    for (let i = 0; i < required; i += 1) visits.push(copy);
    if (max === Infinity) {
      visits.push(() => {
        const ends = copy();
        this.#connect(ends.last, ends.first);
        return min === 0 ? { ...ends, nullable: true } : ends;
      });
    } else if (max > min) visits.push(() => this.#optional(copy, max - min));
    return this.#sequence(visits);
  }

  /** `(x(x(x)?)?)?`: each further copy only after the one before it. */
  #optional(copy: () => Ends, count: number): Ends {
    let first: number[] = [];
    let last: number[] = [];
    let previous: number[] = [];
    for (let i = 0; i < count; i += 1) {
      const ends = copy();
      this.#connect(previous, ends.first);
      if (i === 0) first = ends.first;
      last = [...last, ...ends.last];
      previous = ends.last;
    }
    return { nullable: true, first, last };
  }

  #connect(from: readonly number[], to: readonly number[]): void {
    for (const place of from) {
      const follow = this.#follow[place]!;
      for (const next of to) {
        // The same step by two ways.
        if (follow.has(next)) throw new Ambiguous();
        follow.add(next);
      }
    }
  }

  areApart(places: readonly number[]): boolean {
    return places.every((place, i) =>
      places.slice(i + 1).every((other) => !overlap(this.#ranges[place]!, this.#ranges[other]!)),
    );
  }

  followsAreApart(): boolean {
    return this.#follow.every((follow) => this.areApart([...follow]));
  }
}
