import type { Client } from '@assay/kube';
import { isKubeError } from '@assay/kube';
import type { PipelineRun, TaskRun } from '@assay/tekton';
import { isDone, pipelineRunSpecStatus, TaskRuns, taskRunMessages, taskRunSpecStatus } from '@assay/tekton';
import type { RunTask } from './run-tasks.ts';
import type { Expiry } from './timeouts.ts';

/** A TaskRun to be stopped and the `spec.statusMessage` that says why: it tells a time-out from a cancellation. */
export interface Stop {
  taskRun: TaskRun;
  statusMessage: string;
}

/** The same message for all. */
export function stopAll(taskRuns: Iterable<TaskRun>, statusMessage: string): Stop[] {
  return [...taskRuns].map((taskRun) => ({ taskRun, statusMessage }));
}

/** The TaskRuns that may not go on: their time is over, or the run is gracefully cancelled. */
export function overdueTaskRuns(run: PipelineRun, tasks: Iterable<RunTask>, expired: Expiry): Stop[] {
  const cancelled = run.spec.status === pipelineRunSpecStatus.cancelledRunFinally;
  const late = {
    tasks: expired.pipeline || expired.tasks,
    finally: expired.pipeline || expired.finally,
  };
  const stops: Stop[] = [];
  for (const { section, taskRuns } of tasks) {
    if (section === 'tasks' && cancelled) {
      stops.push(...stopAll(taskRuns, taskRunMessages.cancelledByPipelineRun));
    } else if (late[section]) stops.push(...stopAll(taskRuns, taskRunMessages.cancelledByTimeout));
  }
  return stops;
}

/**
 * Asks TaskRuns to stop, all at once. One that was asked before, has ended or is gone is left alone.
 *
 * @returns what went wrong, one line for each TaskRun that could not be asked
 */
export async function stopTaskRuns(client: Client, stops: readonly Stop[]): Promise<string[]> {
  const open = stops.filter(
    ({ taskRun }) => !isDone(taskRun) && taskRun.spec.status !== taskRunSpecStatus.cancelled,
  );
  const outcomes = await Promise.allSettled(
    open.map(({ taskRun: { metadata }, statusMessage }) =>
      client.patch(TaskRuns, metadata.namespace!, metadata.name!, {
        spec: { status: taskRunSpecStatus.cancelled, statusMessage },
      }),
    ),
  );
  return outcomes.flatMap((outcome, index) => {
    if (outcome.status === 'fulfilled' || isOver(outcome.reason)) return [];
    const what = outcome.reason instanceof Error ? outcome.reason.message : String(outcome.reason);
    return [`failed to patch TaskRun \`${open[index]!.taskRun.metadata.name}\`: ${what}`];
  });
}

/** The TaskRun ended or went away between our look at it and the patch. */
function isOver(error: unknown): boolean {
  return (
    isKubeError(error, 'NotFound') || (isKubeError(error) && error.message.includes('no updates are allowed'))
  );
}
