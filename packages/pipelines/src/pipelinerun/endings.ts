import type { ReconcileResult } from '@assay/kube';
import type { PipelineRun, TaskRun } from '@assay/tekton';
import { pipelineRunCancelledMessage, pipelineRunPendingMessage, taskRunMessages } from '@assay/tekton';
import type { Context } from './context.ts';
import type { Failure } from './failure.ts';
import type { Verdict } from './status.ts';
import { keptReferences, startTimeOf, withVerdict, writeStatus } from './status.ts';
import { stopAll, stopTaskRuns } from './stop-children.ts';
import type { Expiry } from './timeouts.ts';

/** How long to wait before TaskRuns that could not be stopped are asked again. */
const stopAgainMs = 1000;

/** Keeps a run that is not to start yet from starting: it has no start time, so none of its limits runs. */
export async function holdBack(context: Context, run: PipelineRun, nowMs: number): Promise<undefined> {
  const message = pipelineRunPendingMessage(run.metadata.name!);
  const verdict: Verdict = { status: 'Unknown', reason: 'PipelineRunPending', message };
  await writeStatus(context.client, run, withVerdict(run.status ?? {}, verdict, nowMs));
  return undefined;
}

/** Ends a run at its user's word: nothing more starts, finally tasks neither, and what runs is asked to stop. */
export async function cancel(
  context: Context,
  run: PipelineRun,
  taskRuns: ReadonlyMap<string, TaskRun>,
  nowMs: number,
): Promise<ReconcileResult> {
  const stops = stopAll(taskRuns.values(), taskRunMessages.cancelledByPipelineRun);
  const unstopped = await stopTaskRuns(context.client, stops);
  if (unstopped.length > 0) return couldNotStop(context, run, unstopped, undefined, nowMs);
  const message = pipelineRunCancelledMessage(run.metadata.name!);
  return end(context, run, taskRuns, { status: 'False', reason: 'Cancelled', message }, nowMs);
}

/** Ends a run that cannot go on. TaskRuns that it has already started are asked to stop. */
export async function fail(
  context: Context,
  run: PipelineRun,
  { reason, message }: Failure,
  nowMs: number,
): Promise<ReconcileResult> {
  const taskRuns = await context.children.observe(run);
  const stops = stopAll(taskRuns.values(), taskRunMessages.cancelledByPipelineRun);
  const unstopped = await stopTaskRuns(context.client, stops);
  if (unstopped.length > 0) return couldNotStop(context, run, unstopped, undefined, nowMs);
  return end(context, run, taskRuns, { status: 'False', reason, message }, nowMs);
}

/** Says that TaskRuns could not be stopped, and has the run looked at again. */
export async function couldNotStop(
  context: Context,
  run: PipelineRun,
  unstopped: readonly string[],
  expired: Expiry | undefined,
  nowMs: number,
): Promise<ReconcileResult> {
  const late = expired && (expired.pipeline || expired.tasks || expired.finally);
  const reason = late ? 'PipelineRunCouldntTimeOut' : 'PipelineRunCouldntCancel';
  const [was, to] = late ? ['timed out', 'time out'] : ['cancelled', 'cancel'];
  const message = `PipelineRun "${run.metadata.name}" was ${was} but had errors trying to ${to} TaskRuns and/or Runs: ${unstopped.join('\n')}`;
  const status = { ...run.status, startTime: startTimeOf(run, [], nowMs) };
  await writeStatus(context.client, run, withVerdict(status, { status: 'Unknown', reason, message }, nowMs));
  return { requeueAfterMs: stopAgainMs };
}

async function end(
  context: Context,
  run: PipelineRun,
  taskRuns: ReadonlyMap<string, TaskRun>,
  verdict: Verdict,
  nowMs: number,
): Promise<undefined> {
  const status = {
    ...run.status,
    startTime: startTimeOf(run, taskRuns.values(), nowMs),
    childReferences: keptReferences(run, taskRuns),
  };
  await writeStatus(context.client, run, withVerdict(status, verdict, nowMs));
  return undefined;
}
