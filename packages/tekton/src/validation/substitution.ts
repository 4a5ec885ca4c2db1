import { nearest } from '../manifest/suggest.ts';
import type { Findings } from './field-error.ts';

/** Go's `%q`. */
export function goQuote(text: string): string {
  return JSON.stringify(text).replace(/\\u00([01][0-9a-f])/g, (_, hex: string) => {
    if (hex === '07') return '\\a';
    return hex === '0b' ? '\\v' : `\\x${hex}`;
  });
}

interface Variable {
  /** What stands after the prefix: after the dot, or between the quotes. */
  text: string;
  dotted: boolean;
  /** From `$(` to `)`. */
  whole: string;
}

const closings = [
  ['.', ')'],
  ['["', '"])'],
  ["['", "'])"],
] as const;

/** The uses of `$(prefix.x)`, `$(prefix["x"])` and `$(prefix['x'])` in a text, in order; none goes over a line's end. */
function variables(text: string, prefix: string): Variable[] {
  const found: Variable[] = [];
  const opening = `$(${prefix}`;
  for (let at = text.indexOf(opening); at >= 0; at = text.indexOf(opening, at)) {
    const after = at + opening.length;
    const form = closings.find(([open]) => text.startsWith(open, after));
    const start = after + (form?.[0].length ?? 0);
    const end = form === undefined ? -1 : text.indexOf(form[1], start);
    const name = end < 0 ? '\n' : text.slice(start, end);
    if (form === undefined || name.includes('\n')) {
      at = after;
      continue;
    }
    const close = end + form[1].length;
    found.push({ text: name, dotted: form[0] === '.', whole: text.slice(at, close) });
    at = close;
  }
  return found;
}

/** The prefix as it stands in Tekton's message, where it is part of a regular expression. */
const shownPrefix = (prefix: string): string =>
  prefix === 'params' || prefix === 'results' || prefix === 'step.results'
    ? prefix
    : prefix.replaceAll('.', '\\.');

/** Names below a prefix. A dotted one may have one more part, the key of an object; more is a mistake. */
function names(text: string, prefix: string): string[] | { mistake: string } {
  const found: string[] = [];
  for (const variable of variables(text, prefix)) {
    const parts = variable.dotted ? variable.text.split('.') : [variable.text];
    if (parts.length > 2) {
      const mistake = `Invalid referencing of parameters in "${text}"! Only two dot-separated components after the prefix "${shownPrefix(prefix)}" are allowed.`;
      return { mistake };
    }
    found.push(parts[0] as string);
  }
  return found;
}

const withoutIndex = (name: string): string => name.replace(/\[[0-9]*\*?\]/g, '');
const withoutStar = (name: string): string => name.replace(/\[\*\]$/, '');

/** Uses of names that do not exist. */
export function checkKnown(
  text: string,
  prefix: string,
  known: ReadonlySet<string>,
  findings: Findings,
): void {
  const used = names(text, prefix);
  if ('mistake' in used) findings.add(used.mistake);
  else {
    const unknown = used.map(withoutIndex).find((name) => !known.has(name));
    if (unknown === undefined) return;
    const near = nearest(unknown, known);
    const hint = near === undefined ? undefined : `did you mean $(${prefix}.${near})?`;
    findings.add(`non-existent variable in ${goQuote(text)}`, [''], undefined, hint);
  }
}

/** Uses of arrays where only text fits. */
export function checkText(
  text: string,
  prefix: string,
  prohibited: ReadonlySet<string>,
  findings: Findings,
): void {
  const used = names(text, prefix);
  if ('mistake' in used) findings.add(used.mistake);
  else if (used.some((name) => prohibited.has(withoutStar(name)))) {
    findings.add(`variable type invalid in ${goQuote(text)}`);
  }
}

/** Uses of whole objects; their keys may be used. */
export function checkNotWhole(
  text: string,
  prefix: string,
  prohibited: ReadonlySet<string>,
  findings: Findings,
): void {
  if (variables(text, prefix).some((variable) => prohibited.has(withoutStar(variable.text)))) {
    findings.add(`variable type invalid in ${goQuote(text)}`);
  }
}

/** An array in a list must be the whole text. */
export function checkIsolated(
  text: string,
  prefix: string,
  arrays: ReadonlySet<string>,
  findings: Findings,
): void {
  const used = names(text, prefix);
  if ('mistake' in used) findings.add(used.mistake);
  else if (used.some((name) => arrays.has(withoutStar(name))) && variables(text, prefix)[0]?.whole !== text) {
    findings.add(`variable is not properly isolated in ${goQuote(text)}`);
  }
}

const wholeReference =
  /^\$\(params(?:\.([_a-zA-Z0-9.-]+\[\*\])|\["([_a-zA-Z0-9.-]+\[\*\])"\]|\['([_a-zA-Z0-9.-]+\[\*\])'\])\)$/;

/** True for a text that is nothing but `$(params.x[*])`. */
export function isWholeReference(text: string): boolean {
  return wholeReference.test(text);
}

/** True when a text uses anything below a prefix. */
export function usesPrefix(text: string, prefix: string): boolean {
  return variables(text, prefix).length > 0;
}

/** Complete expressions below a prefix, `$(params.x)`. */
export function wholeExpressions(text: string, prefix: string): string[] {
  return variables(text, prefix).map(({ whole }) => whole);
}

const substitution = /\$\(([_a-zA-Z0-9.-]+(?:\[(?:[0-9]+|\*)\])?)\)/g;

/** What stands in `$(...)` in a text, of the forms that Tekton looks at. */
export function expressionsIn(text: string): string[] {
  return Array.from(text.matchAll(substitution), (match) => match[1] as string);
}

export interface ResultExpression {
  task: string;
  result: string;
  scope: 'tasks' | 'finally';
}

/** True for `tasks.t.results...` and `finally.t.results...`, well formed or not. */
export function looksLikeResult(expression: string): boolean {
  const parts = expression.split('.');
  return parts.length >= 4 && (parts[0] === 'tasks' || parts[0] === 'finally') && parts[2] === 'results';
}

/** `tasks.t.results.r`, with an index, a star or one key; undefined for anything else. */
export function parseResult(expression: string): ResultExpression | undefined {
  const parts = expression.split('.');
  if (!looksLikeResult(expression) || parts.length > 5) return undefined;
  const [scope, task = '', , result = ''] = parts;
  return { scope: scope as 'tasks' | 'finally', task, result: withoutIndex(result) };
}
