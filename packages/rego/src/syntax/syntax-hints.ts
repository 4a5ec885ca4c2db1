/** What people who come from other languages write, and what Rego has for it. */
const habits: readonly [pattern: RegExp, hint: string][] = [
  [/^&&?/y, 'conditions that must all hold stand one a line, or with `;` between; Rego has no `&&`'],
  [/^\|\|/y, 'alternatives are rules of the same name, one for each; Rego has no `||`'],
  [/^!/y, 'write `not` before a condition to negate it'],
  [/^'/y, 'strings stand in double quotes or in backquotes'],
  [/^\/[/*]/y, 'comments begin with `#`'],
  [/^\?/y, 'Rego has no `? :`; write two rules, or `else`'],
  [/^=>/y, 'write `if` before a body'],
  [
    /^(and|or)\b/y,
    'conditions stand one a line, or with `;` between; alternatives are rules of the same name',
  ],
];

/** What such a habit leaves before the place where the parser stumbles. */
const habitsBefore: readonly [before: RegExp, at: RegExp, hint: string][] = [
  [/==$/, /^=/, 'Rego compares by `==`'],
  [/!=$/, /^=/, 'Rego compares by `!=`'],
  [
    /(^|[\s{;])(for|foreach|while)\s+$/,
    /^\w/,
    'Rego has no loops; write `some x in xs`, or `every x in xs { ... }`',
  ],
  [/(^|[\s{;])every\s[^{}\n]*$/, /^:/, 'write `every x in xs { ... }`'],
  [/[\s{;]\w[^{}[\]()\n]*$/, /^,/, 'conditions stand one a line, or with `;` between'],
];

/**
 * A hint for what stands at a place where the parser expected something else.
 * @param inBody the parser was at the end of a condition
 */
export function likelyHint(source: string, position: number, inBody = false): string | undefined {
  if (position >= source.length) return unclosedHint(source);
  const doubled = '&|/'.includes(source[position] ?? ' ') && source[position - 1] === source[position];
  const text = source.slice(doubled ? position - 1 : position, position + 4);
  for (const [pattern, hint] of habits) {
    pattern.lastIndex = 0;
    if (pattern.test(text)) return hint;
  }
  const line = source.slice(source.lastIndexOf('\n', position - 1) + 1, position);
  for (const [before, at, hint] of habitsBefore) {
    if (at.test(',') && !inBody) continue;
    if (at.test(text) && before.test(line)) return hint;
  }
  return undefined;
}

const closing: Readonly<Record<string, string>> = { '{': '}', '[': ']', '(': ')' };

/** Which bracket is open at the end of a source. */
function unclosedHint(source: string): string | undefined {
  const open: { bracket: string; at: number }[] = [];
  // Strings and comments hold brackets that are none.
  for (const { 0: token, index } of source.matchAll(/"(?:\\.|[^"\\\n])*"|`[^`]*`|#[^\n]*|[{}[\]()]/g)) {
    if (closing[token] !== undefined) open.push({ bracket: token, at: index });
    else if ('}])'.includes(token) && closing[open.at(-1)?.bracket ?? ''] === token) open.pop();
  }
  const last = open.at(-1);
  if (!last) return undefined;
  const row = source.slice(0, last.at).split('\n').length;
  return `the \`${last.bracket}\` of line ${row} is not closed`;
}
