import { TektonError } from '../error.ts';
import { checkCelTypes } from './check.ts';
import type { CelParsed } from './load.ts';
import { celLibrary } from './load.ts';

const longest = 16_384;
const hint =
  "an expression sees no variables: quote Tekton's, as in '$(params.branch)' == 'main', and compare texts with texts";

/**
 * The fault that keeps an expression from being run, in the words and the layout of Tekton's CEL compiler; undefined
 * when it compiles. Syntax errors are described by the parser used here, everything else as Tekton has it.
 */
export function celCompileError(expression: string): string | undefined {
  const compiled = compile(expression);
  return typeof compiled === 'string' ? compiled : undefined;
}

/**
 * Evaluates a CEL expression without variables, with CEL's standard functions and macros, as Tekton does for `when`.
 * Tekton's own variables must have been replaced. Untrusted text enters here: an expression cannot loop without end.
 * @throws TektonError CelFailed, in Tekton's words: it does not compile, fails, or yields something other than a boolean
 */
export function evaluateCel(expression: string): boolean {
  const failed = (message: string, cause?: unknown) => new TektonError('CelFailed', message, { hint, cause });
  const compiled = compile(expression);
  if (typeof compiled === 'string') throw failed(compiled);
  const { plan, celEnv, isCelError } = celLibrary();
  const value = plan(celEnv(), compiled)({});
  if (isCelError(value)) throw failed(runtimeMessage(value.message), value);
  if (typeof value !== 'boolean')
    throw failed(`The CEL expression ${expression} is not evaluated to a boolean`);
  return value;
}

function runtimeMessage(message: string): string {
  if (/divide by zero$/.test(message)) return 'division by zero';
  const key = /^field not found: (.*)$/.exec(message)?.[1];
  return key === undefined ? message : `no such key: ${key}`;
}

function compile(expression: string): CelParsed | string {
  if (expression.length > longest) {
    return report(
      expression,
      0,
      `expression code point size exceeds limit: size: ${expression.length}, limit ${longest}`,
    );
  }
  let parsed: CelParsed;
  try {
    parsed = celLibrary().parse(expression);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const [, line = '1', column = '1', text = message] =
      /^<input>:(\d+):(\d+): ([\s\S]*)$/.exec(message) ?? [];
    return report(expression, offsetOf(expression, Number(line), Number(column)), `Syntax error: ${text}`);
  }
  if (parsed.expr === undefined) return report(expression, 0, 'Syntax error: empty expression');
  const positions = parsed.sourceInfo?.positions ?? {};
  const faults = checkCelTypes(parsed.expr).map(({ id, message }) => {
    const start = positions[String(id)] ?? 0;
    const blank = /^\s*/.exec(expression.slice(start))?.[0].length ?? 0;
    return { offset: start + blank, message };
  });
  if (faults.length === 0) return parsed;
  return faults
    .sort((a, b) => a.offset - b.offset)
    .map(({ offset, message }) => report(expression, offset, message))
    .join('\n');
}

function offsetOf(expression: string, line: number, column: number): number {
  const before = expression.split('\n').slice(0, line - 1);
  return before.reduce((sum, text) => sum + text.length + 1, 0) + column - 1;
}

/** Place, message, the line, and a mark below the column. */
function report(expression: string, offset: number, message: string): string {
  const before = expression.slice(0, offset).split('\n');
  const line = expression.split('\n')[before.length - 1] ?? '';
  const column = before.at(-1)?.length ?? 0;
  const place = `<input>:${before.length}:${column + 1}`;
  return `ERROR: ${place}: ${message}\n | ${line.replaceAll('\t', ' ')}\n | ${'.'.repeat(column)}^`;
}
