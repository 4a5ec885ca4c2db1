import { type ProblemDetails, problemText, type RegoProblem } from '../error.ts';

/** The line of a position and the position in it, as OPA shows them: the last character at or before it that is no space. */
export function lineDetail(source: string, position: number): ProblemDetails {
  let at = Math.max(0, Math.min(position, source.length - 1));
  while (at > 0 && isSpace(source.charCodeAt(at))) at -= 1;
  let begin = at;
  while (begin > 0 && !isLineEnd(source.charCodeAt(begin))) begin -= 1;
  if (isLineEnd(source.charCodeAt(begin))) begin += 1;
  let end = at;
  while (end < source.length && !isLineEnd(source.charCodeAt(end))) end += 1;
  if (begin > end) begin = end;
  return { line: source.slice(begin, end), idx: Math.max(0, at - begin) };
}

/**
 * A problem in OPA's layout: `file:row: code: message`, then the line of source and a caret under the place, each after a tab. The
 * line comes from the problem's own details, or from `source` when given.
 */
export function formatProblem(problem: RegoProblem, source?: string): string {
  const head = problemText(problem);
  const details = problem.details ?? detailsFrom(problem, source);
  if (!details) return head;
  const line = details.line.replace(/^\t+/, '');
  const at = Math.max(0, details.idx - (details.line.length - line.length));
  // Of an overlong line only what stands around the place.
  const from = line.length > longestLine ? Math.max(0, at - longestLine / 2) : 0;
  return `${head}\n\t${line.slice(from, from + longestLine)}\n\t${' '.repeat(at - from)}^`;
}

const longestLine = 240;

/** Several problems as OPA prints them: `1 error occurred: ...` or `N errors occurred:` and one after the other. */
export function formatProblems(
  problems: readonly RegoProblem[],
  sources?: Readonly<Record<string, string>>,
): string {
  const texts = problems.map((problem) => formatProblem(problem, sources?.[problem.file]));
  if (texts.length === 1) return `1 error occurred: ${texts[0]}`;
  return `${texts.length} errors occurred:\n${texts.join('\n')}`;
}

function detailsFrom(problem: RegoProblem, source: string | undefined): ProblemDetails | undefined {
  if (source === undefined || problem.row <= 0) return undefined;
  const line = source.split('\n')[problem.row - 1]?.replace(/\r$/, '');
  if (line === undefined) return undefined;
  const before = Array.from(line).slice(0, Math.max(0, problem.col - 1));
  return { line, idx: before.join('').length };
}

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 0x85 || code === 0xa0;
}

function isLineEnd(code: number): boolean {
  return code === 10 || code === 13;
}
