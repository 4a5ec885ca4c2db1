import type { CharRanges } from './char-ranges.ts';
import { type PatternNode, readSimplePattern } from './simple-pattern.ts';
import { isUnambiguous } from './unambiguous.ts';

/** A pattern that JavaScript's own engine runs with the same results as RE2, and in bounded time up to some length. */
export interface BacktrackingPattern {
  source: string;
  /** Longer texts would cost too much: where every place has to be tried, the cost is the square of the length. */
  maxLength: number;
  groups: number;
  /** Whether what groups hold after a repetition is the same in both engines. */
  groupsAgree: boolean;
}

/** The pattern for JavaScript, or undefined when equal results or bounded time cannot be shown. */
export function backtrackingPattern(pattern: string): BacktrackingPattern | undefined {
  if (pattern.length > 1000) return undefined;
  const simple = readSimplePattern(pattern);
  if (!simple || !isUnambiguous(simple.body)) return undefined;
  const { fromStart, toEnd, body, groups } = simple;
  return {
    source: `${fromStart ? '^' : ''}${sourceOf(body)}${toEnd ? '$' : ''}`,
    maxLength: fromStart ? 10_000 : 256,
    groups,
    // JavaScript forgets what a group held when a repetition around it begins anew; RE2 does not.
    groupsAgree: !hasRepeatedGroup(body, false),
  };
}

function hasRepeatedGroup(node: PatternNode, repeated: boolean): boolean {
  switch (node.kind) {
    case 'characters':
      return false;
    case 'group':
      return repeated || hasRepeatedGroup(node.part, repeated);
    case 'repeat':
      return hasRepeatedGroup(node.part, repeated || node.max > 1);
    case 'sequence':
      return node.parts.some((part) => hasRepeatedGroup(part, repeated));
    case 'choice':
      return node.options.some((option) => hasRepeatedGroup(option, repeated));
  }
}

function sourceOf(node: PatternNode): string {
  switch (node.kind) {
    case 'characters':
      return classSource(node.ranges);
    case 'group':
      return `(${sourceOf(node.part)})`;
    case 'sequence':
      return node.parts
        .map((part) => (part.kind === 'choice' ? `(?:${sourceOf(part)})` : sourceOf(part)))
        .join('');
    case 'choice':
      return node.options.map(sourceOf).join('|');
    case 'repeat': {
      const { part, min, max, lazy } = node;
      const single = part.kind === 'characters' || part.kind === 'group';
      const inner = single ? sourceOf(part) : `(?:${sourceOf(part)})`;
      return `${inner}{${min},${max === Infinity ? '' : max}}${lazy ? '?' : ''}`;
    }
  }
}

function classSource(ranges: CharRanges): string {
  const [only] = ranges;
  if (ranges.length === 1 && only && only[0] === only[1]) return characterSource(only[0]);
  return `[${ranges.map(([from, to]) => (from === to ? characterSource(from) : `${characterSource(from)}-${characterSource(to)}`)).join('')}]`;
}

function characterSource(code: number): string {
  const char = String.fromCodePoint(code);
  return /^[A-Za-z0-9]$/.test(char) ? char : `\\u{${code.toString(16)}}`;
}
