/** The changes between two texts, line by line, in the unified form with three lines around each. */
export function lineDiff(before: string, after: string, name: string): string {
  const [left, right] = [linesOf(before), linesOf(after)];
  const edits = editsBetween(left, right);
  const hunks = hunksOf(edits);
  const texts = hunks.map((hunk) => {
    const [first] = hunk as [Edit];
    const removed = hunk.filter(({ sign }) => sign !== '+').length;
    const added = hunk.filter(({ sign }) => sign !== '-').length;
    const lines = hunk.map(({ sign, line }) => `${sign}${line}\n`).join('');
    return `@@ -${first.left + 1},${removed} +${first.right + 1},${added} @@\n${lines}`;
  });
  return texts.length === 0 ? '' : `--- ${name}\n+++ ${name} (formatted)\n${texts.join('')}`;
}

function linesOf(text: string): string[] {
  return text.replace(/\n$/, '').split('\n');
}

interface Edit {
  sign: ' ' | '-' | '+';
  line: string;
  left: number;
  right: number;
}

/** Greedy: after a difference goes on at the nearest line that both have. Formatting changes little at a time. */
function editsBetween(left: readonly string[], right: readonly string[]): Edit[] {
  const edits: Edit[] = [];
  let [i, j] = [0, 0];
  const add = (sign: Edit['sign']): void => {
    edits.push({ sign, line: sign === '+' ? right[j]! : left[i]!, left: i, right: j });
    if (sign !== '+') i += 1;
    if (sign !== '-') j += 1;
  };
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      add(' ');
      continue;
    }
    const [skipLeft, skipRight] = nextMeeting(left, right, i, j);
    for (let count = 0; count < skipLeft; count += 1) add('-');
    for (let count = 0; count < skipRight; count += 1) add('+');
  }
  return edits;
}

const farthest = 200;

function nextMeeting(
  left: readonly string[],
  right: readonly string[],
  i: number,
  j: number,
): [skipLeft: number, skipRight: number] {
  for (let distance = 1; distance < farthest; distance += 1) {
    for (let a = 0; a <= distance; a += 1) {
      const b = distance - a;
      const line = left[i + a];
      if (line !== undefined && line === right[j + b]) return [a, b];
    }
  }
  return [left.length - i, right.length - j];
}

function hunksOf(edits: readonly Edit[]): Edit[][] {
  const hunks: Edit[][] = [];
  let end = -1;
  edits.forEach(({ sign }, index) => {
    if (sign === ' ') return;
    const from = Math.max(index - 3, end);
    const to = Math.min(index + 4, edits.length);
    if (hunks.length > 0 && from <= end) hunks.at(-1)!.push(...edits.slice(end, Math.max(end, to)));
    else hunks.push(edits.slice(Math.max(0, index - 3), to));
    end = Math.max(end, to);
  });
  return hunks;
}
