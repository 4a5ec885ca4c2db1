/** ` Did you mean "a", "b", or "c"?` for names close to one that was not found; empty if none is. */
export function suggestion(prefix: string, typed: string, options: readonly string[], quoted = true): string {
  const close = closest(typed, options);
  return close.length === 0 ? '' : ` ${prefix} ${orList(quoted ? close.map((name) => `"${name}"`) : close)}?`;
}

/** Of at most five: `a`, `a or b`, `a, b, or c`. */
export function orList(items: readonly string[]): string {
  const shown = items.slice(0, 5);
  if (shown.length < 3) return shown.join(' or ');
  return `${shown.slice(0, -1).join(', ')}, or ${shown.at(-1)}`;
}

/** The options within four tenths of the name's length, the nearest first. */
export function closest(typed: string, options: readonly string[]): string[] {
  const threshold = Math.floor(typed.length * 0.4) + 1;
  return options
    .filter((option) => Math.abs(option.length - typed.length) <= threshold)
    .map((option) => ({ option, distance: lexicalDistance(typed, option) }))
    .filter(({ distance }) => distance <= threshold)
    .sort((a, b) => a.distance - b.distance)
    .map(({ option }) => option);
}

/** Levenshtein's distance, where a difference in case alone counts one. */
function lexicalDistance(a: string, b: string): number {
  if (a === b) return 0;
  const left = a.toLowerCase();
  const right = b.toLowerCase();
  if (left === right) return 1;
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const change = (row[j - 1] as number) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[right.length] as number;
}
