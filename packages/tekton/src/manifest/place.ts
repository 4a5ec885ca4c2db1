import { TektonError } from '../error.ts';

/** A place in a file. Lines and columns count from 1. */
export interface Place {
  line: number;
  column: number;
  /** The whole line, without its end. */
  text: string;
}

/** One thing that is wrong with a manifest. */
export interface ManifestProblem extends Place {
  file: string;
  message: string;
  hint?: string;
}

/** `file:line:column: message`, the line with a mark under the column, and the hint. */
export function formatProblem(problem: ManifestProblem): string {
  const where = `${problem.file}:${problem.line}:${problem.column}: ${problem.message}`;
  const number = String(problem.line);
  const margin = ' '.repeat(number.length);
  const mark = problem.text.slice(0, problem.column - 1).replace(/[^\t]/g, ' ');
  const lines = [where, `  ${number} | ${problem.text}`, `  ${margin} | ${mark}^`];
  if (problem.hint !== undefined) lines.push(`  hint: ${problem.hint}`);
  return lines.join('\n');
}

/** One error for all problems of a manifest. */
export function manifestError(problems: readonly ManifestProblem[]): TektonError {
  return new TektonError('InvalidManifest', problems.map(formatProblem).join('\n'));
}
