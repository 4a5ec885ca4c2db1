import { CommanderError } from 'commander';
import { exitCodes } from './exit-codes.ts';
import { createProgram } from './program.ts';
import { printError } from './terminal/print-error.ts';

const args = process.argv.slice(2);
try {
  const program = await createProgram(args);
  await program.parseAsync(args, { from: 'user' });
} catch (error) {
  // Commander has said what is wrong, and would exit 1 where we say 2; opa says 1, too.
  if (error instanceof CommanderError)
    process.exitCode =
      error.exitCode === 0 || error.code.startsWith('opa.') ? error.exitCode : exitCodes.usage;
  else process.exitCode = printError(error, process.stderr, args.includes('--debug'));
}
