import type { Location } from '../syntax/ast.ts';

/** The row of the bracket that closes the first `open` in a node's text; -1 when there is none. Brackets in strings count too. */
export function closingRow(source: string, location: Location, open: string, close: string): number {
  return scan(source, location, location.start, location.row, open, close)?.row ?? -1;
}

/** The same behind a first pair of other brackets: a function's arguments before its body. */
export function closingRowAfter(
  source: string,
  location: Location,
  skip: readonly [open: string, close: string],
  open: string,
  close: string,
): number {
  const past = scan(source, location, location.start, location.row, skip[0], skip[1]);
  if (!past) return -1;
  return scan(source, location, past.at, past.row, open, close)?.row ?? -1;
}

function scan(
  source: string,
  location: Location,
  from: number,
  row: number,
  open: string,
  close: string,
): { at: number; row: number } | undefined {
  let at = source.indexOf(open, from);
  if (at < 0 || at >= location.end) return undefined;
  let current = row;
  for (let depth = 1; depth > 0; ) {
    at += 1;
    if (at >= location.end) return undefined;
    const character = source[at];
    if (character === open) depth += 1;
    else if (character === close) depth -= 1;
    else if (character === '\n') current += 1;
  }
  return { at, row: current };
}
