import { printable, styleFor } from '../terminal/style.ts';

/** Tells on standard error what the reader of a verdict should know beside it. */
export function printDiagnostics(diagnostics: readonly string[] = []): void {
  const style = styleFor(process.stderr);
  for (const text of diagnostics) process.stderr.write(`${style('yellow', 'warning:')} ${printable(text)}\n`);
}
