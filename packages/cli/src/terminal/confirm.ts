import { createInterface } from 'node:readline/promises';
import { CliError } from '../error.ts';

/**
 * Asks a yes-or-no question on the terminal; anything but yes is no.
 * @throws CliError Usage where there is no terminal to ask on
 */
export async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new CliError('Usage', 'this needs to be confirmed, and there is no terminal to ask on', {
      hint: 'add --yes to do it, or --dry-run to see what would be done',
    });
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
