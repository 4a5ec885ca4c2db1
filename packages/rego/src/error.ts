import type { Location } from './syntax/ast.ts';

/**
 * What a {@link RegoError} or one of its parts can be. The names are OPA's, since people and programs match on them.
 * @see https://www.openpolicyagent.org/docs/latest/policy-reference/
 */
export const regoErrorCodes = {
  rego_parse_error: 'the text is not Rego',
  rego_compile_error: 'the policy is well formed and contradicts itself',
  rego_type_error: 'a call, a reference or a rule can never have the type it needs',
  rego_unsafe_var_error: 'a variable is read and never bound',
  rego_recursion_error: 'a rule depends on itself',
  eval_conflict_error: 'two answers where the language allows one',
  eval_type_error: 'a builtin was given an operand of the wrong type',
  eval_builtin_error: 'a builtin failed on its operands',
  eval_with_merge_error: 'a replacement by `with` has no place in the document',
  eval_cancel_error: 'the evaluation was cut off by its time, step or memory limit',
  eval_internal_error: 'the evaluator failed',
} as const;

export type RegoErrorCode = keyof typeof regoErrorCodes;

/** One thing wrong, at one place. */
export interface RegoProblem {
  code: RegoErrorCode;
  /** In OPA's words, without code and place. May have more lines (`have: ...`, `want: ...`). */
  message: string;
  file: string;
  /** From 1; 0 where there is no place. */
  row: number;
  /** From 1, in characters (code points) as OPA counts them; 0 where there is no place. */
  col: number;
  /** What to do, where that is likely. */
  hint?: string;
  /** The line of source it is about; parse errors carry it. */
  details?: ProblemDetails;
}

/** A line of source and where in it the problem lies, in UTF-16 units from 0. */
export interface ProblemDetails {
  line: string;
  idx: number;
}

/** A policy that cannot be read, compiled or evaluated: every problem found, in the order of the sources. */
export class RegoError extends Error {
  override readonly name = 'RegoError';
  readonly errors: readonly RegoProblem[];

  constructor(errors: readonly RegoProblem[], options?: { cause?: unknown }) {
    super(summary(errors), options);
    this.errors = errors;
  }

  /** The code of the first problem. */
  get code(): RegoErrorCode {
    return this.errors[0]!.code;
  }
}

/** A problem at a place of the source. */
export function problemAt(
  location: Location | undefined,
  code: RegoErrorCode,
  message: string,
  hint?: string,
): RegoProblem {
  const place = location ?? { file: '', row: 0, col: 0 };
  return {
    code,
    message,
    file: place.file,
    row: place.row,
    col: place.col,
    ...(hint === undefined ? {} : { hint }),
  };
}

/** One problem on a line as OPA prints it: `file:row: code: message`, with `row:col` for what is in no file. */
export function problemText(problem: RegoProblem): string {
  const { file, row, col, code, message } = problem;
  if (row <= 0) return `${code}: ${message}`;
  return `${file === '' ? `${row}:${col}` : `${file}:${row}`}: ${code}: ${message}`;
}

function summary(errors: readonly RegoProblem[]): string {
  if (errors.length === 1) return problemText(errors[0]!);
  return `${errors.length} errors occurred:\n${errors.map(problemText).join('\n')}`;
}
