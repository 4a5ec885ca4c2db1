import { formatProblems, RegoError } from '@assay/rego';
import { printable, styleFor } from '../terminal/style.ts';

/** What `opa` would say on standard error, with the code it would exit with. */
export class OpaFailure extends Error {
  override readonly name = 'OpaFailure';
  readonly exitCode: number;

  constructor(message: string, exitCode = 1, options?: { cause?: unknown }) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** Runs a command's work; what goes wrong is told in OPA's layout, with our hints after it. */
export async function withOpaErrors(exitCode: number, run: () => Promise<number> | number): Promise<void> {
  try {
    process.exitCode = await run();
  } catch (error) {
    if (error instanceof RegoError) {
      printRegoError(error);
      process.exitCode = exitCode;
    } else if (error instanceof OpaFailure) {
      process.stderr.write(`${printable(error.message)}\n`);
      process.exitCode = error.exitCode;
    } else {
      throw error;
    }
  }
}

/** Prints the problems, then each hint once. */
export function printRegoError(error: RegoError): void {
  process.stderr.write(`${printable(formatProblems(error.errors))}\n`);
  const style = styleFor(process.stderr);
  const hints = new Set(error.errors.flatMap(({ hint }) => (hint === undefined ? [] : [hint])));
  for (const hint of hints) process.stderr.write(`${style('cyan', 'hint:')} ${printable(hint)}\n`);
}
