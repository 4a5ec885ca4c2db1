import { fault } from '../operands.ts';

/** One step of a pattern: some characters, once or repeatedly. */
interface Step {
  /** Undefined: any character. */
  ranges: readonly (readonly [from: number, to: number])[] | undefined;
  flag: '' | '+' | '*';
}

/**
 * Whether two simple patterns (`.`, `[a-z]`, `*`, `+`, `\`) have a non-empty string in common. Throws a fault with the position when
 * one is malformed. Takes time in proportion to the product of their lengths.
 */
export function haveCommonMatch(left: string, right: string): boolean {
  const a = parse(left);
  const b = parse(right);
  if (a.length === 0 && b.length === 0) return true;
  // States: how far each pattern is, and whether a character has been matched.
  const seen = new Set<number>();
  const open: [i: number, j: number, some: boolean][] = [[0, 0, false]];
  for (let state = open.pop(); state; state = open.pop()) {
    const [i, j, some] = state;
    const id = (i * (b.length + 1) + j) * 2 + (some ? 1 : 0);
    if (seen.has(id)) continue;
    seen.add(id);
    if (i === a.length && j === b.length) {
      if (some) return true;
      continue;
    }
    const x = a[i];
    const y = b[j];
    if (x?.flag === '*') open.push([i + 1, j, some]);
    if (y?.flag === '*') open.push([i, j + 1, some]);
    if (!x || !y || !overlap(x, y)) continue;
    for (const nextI of x.flag === '' ? [i + 1] : [i, i + 1]) {
      for (const nextJ of y.flag === '' ? [j + 1] : [j, j + 1]) {
        // `[x+` once matched goes on as `x*`: staying costs nothing more than leaving.
        open.push([nextI, nextJ, true]);
      }
    }
  }
  return false;
}

function overlap(a: Step, b: Step): boolean {
  if (!a.ranges || !b.ranges) return (a.ranges ?? b.ranges)?.length !== 0;
  return a.ranges.some(([from, to]) => b.ranges!.some(([low, high]) => from <= high && low <= to));
}

function parse(input: string): Step[] {
  const chars = [...input];
  const steps: Step[] = [];
  let at = 0;
  const invalid = (position: number, problem: string) =>
    fault(`input:${input}, pos:${position}, ${problem}: the input provided is invalid`);
  const next = () => {
    const char = chars[at];
    if (char !== '\\') {
      at += 1;
      return { char: char!, escaped: false };
    }
    if (at + 1 >= chars.length) throw invalid(at, 'input ends with a \\ (escape) character');
    at += 2;
    return { char: chars[at - 1]!, escaped: true };
  };
  const set = (): Step => {
    const ranges: [number, number][] = [];
    let previous: string | undefined;
    while (at < chars.length) {
      const { char, escaped } = next();
      if (escaped || (char !== '-' && char !== ']')) {
        ranges.push([char.codePointAt(0)!, char.codePointAt(0)!]);
        previous = char;
      } else if (char === ']') return { ranges, flag: '' };
      else {
        if (previous === undefined)
          throw invalid(at, "range character '-' must be preceded by a Unicode character");
        if (at >= chars.length - 1)
          throw invalid(at, "range character '-' must be followed by a Unicode character");
        const end = next();
        if (!end.escaped && (end.char === ']' || end.char === '-')) {
          throw invalid(at, "range character '-' cannot be followed by a special symbol");
        }
        if (end.char.codePointAt(0)! < previous.codePointAt(0)!) {
          throw invalid(at, `range is out of order: '${end.char}' comes before '${previous}' in Unicode`);
        }
        ranges.push([previous.codePointAt(0)!, end.char.codePointAt(0)!]);
        previous = undefined;
      }
    }
    throw invalid(at, 'found [ without matching ]');
  };
  while (at < chars.length) {
    const { char, escaped } = next();
    let step: Step;
    if (escaped) step = { ranges: [[char.codePointAt(0)!, char.codePointAt(0)!]], flag: '' };
    else if (char === '.') step = { ranges: undefined, flag: '' };
    else if (char === '[') step = set();
    else if (char === ']') throw invalid(at, "set-close ']' with no preceding '['");
    else if (char === '*' || char === '+') throw invalid(at, `flag '${char}' must be preceded by a non-flag`);
    else step = { ranges: [[char.codePointAt(0)!, char.codePointAt(0)!]], flag: '' };
    if (chars[at] === '*' || chars[at] === '+') {
      step.flag = chars[at] as '*' | '+';
      at += 1;
    }
    steps.push(step);
  }
  return steps;
}
