import type { CallTerm, Location, ScalarTerm, Term } from '../syntax/ast.ts';
import { infixSigns, keywords, precedences } from '../syntax/tokens.ts';
import { numberText } from '../values/numbers.ts';
import { quoteTerm } from '../values/term-text.ts';

/** A scalar as it was written. */
export function scalarText(source: string, { value, text, location }: ScalarTerm): string {
  if (typeof value === 'string') {
    if (text !== undefined) return text;
    const written = unwrapped(source.slice(location.start, location.end));
    return written.startsWith('"') && written.endsWith('"') ? written : quoteTerm(value);
  }
  if (value === null || typeof value === 'boolean') return String(value);
  return text ?? numberText(value);
}

const namePattern = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** A constant name as a part of a reference, `.a` or `["a b"]`; undefined for other terms. Keywords keep their brackets. */
export function namePartText(source: string, part: Term): string | undefined {
  if (part.kind !== 'scalar' || typeof part.value !== 'string') return undefined;
  const quoted = !/^[A-Za-z_]/.test(source[part.location.start] ?? '"');
  const dotted = namePattern.test(part.value) && !(quoted && keywords.has(part.value));
  return dotted ? `.${part.value}` : `[${scalarText(source, part)}]`;
}

/** A function's name, with dots where it was written with brackets that it does not need. */
export function operatorText(operator: readonly string[], written: string): string {
  const needed = operator.some((part) => !namePattern.test(part) || keywords.has(part));
  return needed || !written.includes('[') ? written : operator.join('.');
}

/** A text without the parentheses around it. */
function unwrapped(text: string): string {
  let inner = text;
  while (inner.startsWith('(') && inner.endsWith(')')) inner = inner.slice(1, -1).trim();
  return inner;
}

/** Items by the lines they begin on. */
export function grouped<T>(items: readonly T[], place: (item: T) => Location, last: Location): T[][] {
  const lines: T[][] = [];
  let { row } = last;
  items.forEach((item, index) => {
    const at = place(item).row;
    if (index === 0 || at > row) lines.push([item]);
    else lines.at(-1)!.push(item);
    row = at;
  });
  return lines;
}

/** Whether an operator's operand must stand in parentheses. */
export function bindsLooser(operand: Term, outer: CallTerm, index: number): boolean {
  if (operand.kind !== 'call' || operand.infix === undefined) return false;
  const inner = signPrecedences[operand.infix] ?? 0;
  const own = signPrecedences[outer.infix ?? ''] ?? 0;
  return index === 0 ? inner < own : inner <= own;
}

const signPrecedences: Readonly<Record<string, number>> = {
  in: 1,
  ...Object.fromEntries(
    Object.entries(infixSigns).map(([token, sign]) => [sign, precedences[Number(token)]!]),
  ),
};

/** `x in xs`. */
export function isMembership(term: Term): boolean {
  return term.kind === 'call' && term.infix === 'in' && term.args.length === 2;
}

/** `a | b`, which must stand in parentheses where a comprehension might. */
export function isUnion(term: Term): boolean {
  return term.kind === 'call' && term.infix === '|';
}

/** A template string's text as it is written between double quotes. */
export function escaped(text: string): string {
  return quoteTerm(text).slice(1, -1).replaceAll('{', '\\{');
}
