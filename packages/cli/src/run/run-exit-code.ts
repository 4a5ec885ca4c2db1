import { isSuccessful, type PipelineRun, succeededCondition, type TaskRun } from '@assay/tekton';
import { exitCodes } from '../exit-codes.ts';

/** The exit code that an ended run stands for; of several runs the largest counts. */
export function runExitCode(run: TaskRun | PipelineRun): number {
  if (isSuccessful(run)) return exitCodes.done;
  const reason = succeededCondition(run)?.reason ?? '';
  if (reason === 'TaskRunTimeout' || reason === 'PipelineRunTimeout') return exitCodes.timedOut;
  return exitCodes.failed;
}
