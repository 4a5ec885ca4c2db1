import assert from 'node:assert/strict';
import { RegoError } from '../error.ts';
import { termText } from '../values/term-text.ts';
import type { EvaluateOptions } from './evaluate.ts';
import { type CompileOptions, compile } from './policy.ts';

type Options = EvaluateOptions & { base?: unknown; compile?: Partial<CompileOptions> };

/** For tests: the text of `data.test.p` in a module of package `test`; `undefined` when it is. */
export function answerOf(source: string, options: Options = {}): string {
  const policy = compile({
    modules: { 'test.rego': `package test\n${source}` },
    ...(options.base !== undefined && { data: options.base }),
    ...options.compile,
  });
  const [result] = policy.prepare('x = data.test.p').run(options);
  const value = result?.bindings.get('x');
  return value === undefined ? 'undefined' : termText(value);
}

/** For tests: that a module is refused with exactly these problems, each `row:col code: message`. */
export function assertRefused(
  source: string,
  expected: string[],
  options: Partial<CompileOptions> = {},
): void {
  assert.throws(
    () => compile({ modules: { 'test.rego': `package test\n${source}` }, ...options }),
    (error) => {
      assert.ok(error instanceof RegoError, String(error));
      const problems = error.errors.map(
        ({ row, col, code, message }) => `${row}:${col} ${code}: ${message.split('\n')[0]}`,
      );
      assert.deepEqual(problems, expected);
      return true;
    },
  );
}

/** For tests: the error that evaluating `data.test.p` ends with. */
export function errorOf(source: string, options: Options = {}): string {
  try {
    return `no error: ${answerOf(source, options)}`;
  } catch (error) {
    if (!(error instanceof RegoError)) throw error;
    return error.message;
  }
}
