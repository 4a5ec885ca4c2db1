import { readFileSync } from 'node:fs';
import { formatProblems, RegoError, type RegoProblem } from '@assay/rego';
import { printable, styleFor } from '../terminal/style.ts';

/** What `opa` would say on standard error. */
export class OpaFailure extends Error {
  override readonly name = 'OpaFailure';
  /** Absent: what the command exits with on any error. */
  readonly exitCode: number | undefined;

  constructor(message: string, exitCode?: number, options?: { cause?: unknown }) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** Runs a command's work; what goes wrong is told in OPA's layout, with our hints after it. */
export async function withOpaErrors(
  exitCode: number,
  run: () => Promise<number> | number,
  prefix = '',
): Promise<void> {
  if (!process.stdout.listeners('error').includes(endQuietly)) process.stdout.on('error', endQuietly);
  try {
    process.exitCode = await run();
  } catch (error) {
    if (error instanceof RegoError) {
      process.stderr.write(prefix);
      printProblems(error.errors);
      process.exitCode = exitCode;
    } else if (error instanceof OpaFailure) {
      process.stderr.write(`${prefix}${printable(error.message)}\n`);
      process.exitCode = error.exitCode ?? exitCode;
    } else {
      throw error;
    }
  }
}

/** Whoever reads the output, such as `head`, may have enough before its end. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}

/** Prints problems on standard error, each with its line of source, then each hint once. */
export function printProblems(errors: readonly RegoProblem[]): void {
  process.stderr.write(`${printable(formatProblems(errors, sourcesOf(errors)))}\n`);
  const style = styleFor(process.stderr);
  const hints = new Set(errors.flatMap(({ hint }) => (hint === undefined ? [] : [hint])));
  for (const hint of hints) process.stderr.write(`${style('cyan', 'hint:')} ${printable(hint)}\n`);
}

/** The files that problems are in, as far as they can be read; what is in a compressed bundle cannot. */
function sourcesOf(errors: readonly RegoProblem[]): Record<string, string> {
  const sources: Record<string, string> = {};
  for (const { file, row } of errors) {
    if (file === '' || row <= 0 || Object.hasOwn(sources, file)) continue;
    try {
      sources[file] = readFileSync(file, 'utf8');
    } catch {
      // Told without the line.
    }
  }
  return sources;
}
