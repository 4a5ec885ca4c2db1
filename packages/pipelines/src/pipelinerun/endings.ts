import type { ReconcileResult } from '@assay/kube';
import type { PipelineRun } from '@assay/tekton';
import { pipelineRunCancelledMessage, pipelineRunPendingMessage } from '@assay/tekton';
import type { Child } from './child.ts';
import type { Context } from './context.ts';
import type { Failure } from './failure.ts';
import type { Verdict } from './status.ts';
import { keptReferences, startTimeOf, withVerdict, withVerification, writeStatus } from './status.ts';
import { stopAll, stopChildren } from './stop-children.ts';
import type { Expiry } from './timeouts.ts';

/** How long to wait before children that could not be stopped are asked again. */
const stopAgainMs = 1000;

/** Keeps a run that is not to start yet from starting: it has no start time, so none of its limits runs. */
export async function holdBack(context: Context, run: PipelineRun, nowMs: number): Promise<undefined> {
  const message = pipelineRunPendingMessage(run.metadata.name!);
  const verdict: Verdict = { status: 'Unknown', reason: 'PipelineRunPending', message };
  await writeStatus(context, run, withVerdict(run.status ?? {}, verdict, nowMs));
  return undefined;
}

/** Ends a run at its user's word: nothing more starts, finally tasks neither, and what runs is asked to stop. */
export async function cancel(
  context: Context,
  run: PipelineRun,
  children: ReadonlyMap<string, Child>,
  nowMs: number,
): Promise<ReconcileResult> {
  const stops = stopAll(children.values(), 'cancelled');
  const unstopped = await stopChildren(context.client, stops);
  if (unstopped.length > 0) return couldNotStop(context, run, unstopped, undefined, nowMs);
  const message = pipelineRunCancelledMessage(run.metadata.name!);
  return end(context, run, children, { status: 'False', reason: 'Cancelled', message }, nowMs);
}

/** Ends a run that cannot go on. What it has already started is asked to stop. */
export async function fail(
  context: Context,
  run: PipelineRun,
  { reason, message, verification }: Failure,
  nowMs: number,
): Promise<ReconcileResult> {
  const children = await context.children.observe(run);
  const stops = stopAll(children.values(), 'cancelled');
  const unstopped = await stopChildren(context.client, stops);
  if (unstopped.length > 0) return couldNotStop(context, run, unstopped, undefined, nowMs);
  const verified = withVerification(run, verification, nowMs);
  return end(context, verified, children, { status: 'False', reason, message }, nowMs);
}

/** Says that children could not be stopped, and has the run looked at again. */
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
  await writeStatus(context, run, withVerdict(status, { status: 'Unknown', reason, message }, nowMs));
  return { requeueAfterMs: stopAgainMs };
}

async function end(
  context: Context,
  run: PipelineRun,
  children: ReadonlyMap<string, Child>,
  verdict: Verdict,
  nowMs: number,
): Promise<undefined> {
  const status = {
    ...run.status,
    startTime: startTimeOf(run, children.values(), nowMs),
    childReferences: keptReferences(run, children),
  };
  await writeStatus(context, run, withVerdict(status, verdict, nowMs));
  return undefined;
}
