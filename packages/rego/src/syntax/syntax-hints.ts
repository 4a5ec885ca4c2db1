/** What people who come from other languages write, and what Rego has for it. */
const habits: readonly [pattern: RegExp, hint: string][] = [
  [/^&&?/y, 'conditions that must all hold stand one a line, or with `;` between; Rego has no `&&`'],
  [/^\|\|/y, 'alternatives are rules of the same name, one for each; Rego has no `||`'],
  [/^!/y, 'write `not` before a condition to negate it'],
  [/^'/y, 'strings stand in double quotes or in backquotes'],
  [/^\/[/*]/y, 'comments begin with `#`'],
  [/^\?/y, 'Rego has no `? :`; write two rules, or `else`'],
  [/^=>/y, 'write `if` before a body'],
];

/** A hint for what stands at a place where the parser expected something else. */
export function likelyHint(source: string, position: number): string | undefined {
  const doubled = '&|/'.includes(source[position] ?? ' ') && source[position - 1] === source[position];
  const text = source.slice(doubled ? position - 1 : position, position + 3);
  for (const [pattern, hint] of habits) {
    pattern.lastIndex = 0;
    if (pattern.test(text)) return hint;
  }
  return undefined;
}
