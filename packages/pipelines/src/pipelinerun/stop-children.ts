import type { Client } from '@assay/kube';
import { isKubeError } from '@assay/kube';
import type { PipelineRun } from '@assay/tekton';
import { isDone, pipelineRunSpecStatus } from '@assay/tekton';
import { type Child, isStopped, type StopCause, stopChild } from './child.ts';
import type { RunTask } from './run-tasks.ts';
import type { Expiry } from './timeouts.ts';

/** A child to be stopped, and why: a time-out is told from a cancellation. */
export interface Stop {
  child: Child;
  cause: StopCause;
}

/** All for the same cause. */
export function stopAll(children: Iterable<Child>, cause: StopCause): Stop[] {
  return [...children].map((child) => ({ child, cause }));
}

/** The children that may not go on: their time is over, or the run is gracefully cancelled. */
export function overdueChildren(run: PipelineRun, tasks: Iterable<RunTask>, expired: Expiry): Stop[] {
  const cancelled = run.spec.status === pipelineRunSpecStatus.cancelledRunFinally;
  const late = {
    tasks: expired.pipeline || expired.tasks,
    finally: expired.pipeline || expired.finally,
  };
  if (!cancelled && !late.tasks && !late.finally) return [];
  const stops: Stop[] = [];
  for (const { section, children } of tasks) {
    if (section === 'tasks' && cancelled) stops.push(...stopAll(children, 'cancelled'));
    else if (late[section]) stops.push(...stopAll(children, 'timedOut'));
  }
  return stops;
}

/**
 * Asks children to stop, all at once. One that was asked before, has ended or is gone is left alone.
 *
 * @returns what went wrong, one line for each child that could not be asked
 */
export async function stopChildren(client: Client, stops: readonly Stop[]): Promise<string[]> {
  const open = stops.filter(({ child }) => !isDone(child) && !isStopped(child));
  const outcomes = await Promise.allSettled(open.map(({ child, cause }) => stopChild(client, child, cause)));
  return outcomes.flatMap((outcome, index) => {
    if (outcome.status === 'fulfilled' || isOver(outcome.reason)) return [];
    const what = outcome.reason instanceof Error ? outcome.reason.message : String(outcome.reason);
    const { kind, metadata } = open[index]!.child;
    return [`failed to patch ${kind} \`${metadata.name}\`: ${what}`];
  });
}

/** The child ended or went away between our look at it and the patch. */
function isOver(error: unknown): boolean {
  return (
    isKubeError(error, 'NotFound') || (isKubeError(error) && error.message.includes('no updates are allowed'))
  );
}
