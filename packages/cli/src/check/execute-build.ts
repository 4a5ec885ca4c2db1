import type { PipelineRun } from '@assay/tekton';
import { CliError } from '../error.ts';
import { exitCodes } from '../exit-codes.ts';
import type { ArrangedRuns } from '../run/arrange-runs.ts';
import { type ExecuteOptions, executeRuns } from '../run/execute-runs.ts';
import type { RunEvent } from '../run/run-events.ts';
import { runReporter } from '../terminal/report-run.ts';
import type { InterruptGuard } from './remove-on-interrupt.ts';

/**
 * Runs a build to its end and waits for its signature; logs and progress go to standard error.
 * @returns the run when it did well, else the exit code that its end stands for
 * @throws CliError BuildFailed when it could not be signed
 */
export async function executeBuild(
  build: ArrangedRuns,
  options: Omit<ExecuteOptions, 'report' | 'sign'>,
  guard: InterruptGuard,
): Promise<PipelineRun | number> {
  const tell = runReporter({ out: process.stderr, progress: process.stderr });
  let ended: PipelineRun | undefined;
  let isSigned = false;
  const report = (event: RunEvent) => {
    guard.following = true;
    if (event.type === 'run-ended') ended = event.run as PipelineRun;
    if (event.type === 'signed') isSigned = event.signed;
    tell(event);
  };
  try {
    const code = await executeRuns(async () => build, { ...options, report, sign: true });
    if (code !== exitCodes.done || !ended) return code;
  } finally {
    guard.following = false;
  }
  if (isSigned) return ended;
  throw new CliError('BuildFailed', 'the build could not be signed, and so not be judged', {
    hint: 'run it again with --keep, and see in the home that is kept what the observer says of it',
  });
}
