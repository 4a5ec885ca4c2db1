import { appstudioError } from '@assay/policy';
import { exitCodes } from '../exit-codes.ts';
import { type OutputTarget, writeOutput } from './output-target.ts';

export interface VerdictFlags {
  strict: boolean;
  conformaExitCodes?: boolean;
}

/** Sets the exit code of a verdict, and says on standard error that the answer is no. */
export function exitWithVerdict(success: boolean, flags: VerdictFlags): void {
  if (success) {
    process.exitCode = exitCodes.done;
    return;
  }
  if (!flags.strict) return;
  process.stderr.write('Error: success criteria not met\n');
  process.exitCode = flags.conformaExitCodes ? exitCodes.failed : exitCodes.denied;
}

/** Writes the test output of a run that could not decide, where one was asked for: a pipeline reads it in place of the verdict. */
export function writeUndecided(error: unknown, targets: readonly OutputTarget[], now: Date): void {
  const message = error instanceof Error ? error.message : String(error);
  for (const target of targets) {
    if (target.format !== 'appstudio') continue;
    writeOutput(`${JSON.stringify(appstudioError('unable to validate', message, now))}\n`, target);
  }
}
