import { printable, styleFor } from './style.ts';

/** What any of Assay's errors may carry besides its message. */
interface ErrorDetails {
  code?: string;
  hint?: string;
  exitCode?: number;
  /** `file:line:column`. */
  place?: string;
  /** The line of the file. */
  excerpt?: string;
}

/**
 * Tells an error as a user needs it: what, where, and what to do. A stack trace only when asked for.
 * @returns the exit code that belongs to it
 */
export function printError(
  error: unknown,
  stream: { write(text: string): unknown; isTTY?: boolean } = process.stderr,
  debug = false,
): number {
  const style = styleFor(stream);
  const { hint, exitCode, place, excerpt } = (error ?? {}) as ErrorDetails;
  const message = error instanceof Error ? error.message : String(error);
  stream.write(`${style('red', 'error:')} ${printable(message)}\n`);
  if (place) stream.write(`  ${style('bold', place)}\n`);
  if (excerpt) stream.write(`    ${style('dim', printable(excerpt))}\n`);
  if (hint) stream.write(`${style('cyan', 'hint:')} ${printable(hint)}\n`);
  if (debug && error instanceof Error) {
    for (let at: unknown = error; at instanceof Error; at = at.cause) stream.write(`${at.stack}\n`);
  }
  return exitCode ?? 1;
}
