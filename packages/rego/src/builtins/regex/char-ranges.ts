/** A set of characters: code points from, to (both included), in order and apart from each other. */
export type CharRanges = readonly (readonly [from: number, to: number])[];

const last = 0x10ffff;

export const anyCharacter: CharRanges = [[0, last]];

/** The ranges in order, those that meet joined. */
export function normalRanges(ranges: CharRanges): CharRanges {
  const result: [number, number][] = [];
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const previous = result[result.length - 1];
    if (previous && from <= previous[1] + 1) previous[1] = Math.max(previous[1], to);
    else result.push([from, to]);
  }
  return result;
}

/** Every character that is not in the ranges. */
export function otherCharacters(ranges: CharRanges): CharRanges {
  const result: [number, number][] = [];
  let next = 0;
  for (const [from, to] of normalRanges(ranges)) {
    if (from > next) result.push([next, from - 1]);
    next = to + 1;
  }
  if (next <= last) result.push([next, last]);
  return result;
}

/** Whether some character is in both. */
export function overlap(a: CharRanges, b: CharRanges): boolean {
  return a.some(([from, to]) => b.some(([low, high]) => from <= high && low <= to));
}

const digits: CharRanges = [[0x30, 0x39]];
const wordCharacters: CharRanges = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
const spaces: CharRanges = [
  [0x09, 0x0a],
  [0x0c, 0x0d],
  [0x20, 0x20],
];

/** `\d`, `\w`, `\s` and their opposites as RE2 has them: of ASCII only. */
export const namedRanges: Readonly<Record<string, CharRanges | undefined>> = {
  d: digits,
  D: otherCharacters(digits),
  w: wordCharacters,
  W: otherCharacters(wordCharacters),
  s: spaces,
  S: otherCharacters(spaces),
};
