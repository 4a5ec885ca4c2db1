import type { Condition } from '@assay/kube';
import type { TaskCounts } from '../conditions/messages.ts';
import {
  pipelineRunCancelledMessage,
  pipelineRunTasksTimeoutMessage,
  pipelineRunTimeoutMessage,
  taskCountsMessage,
} from '../conditions/messages.ts';
import type { PipelineRunReason } from '../conditions/reasons.ts';
import { pipelineRunReasons, skipReasons } from '../conditions/reasons.ts';
import type { PipelineTask } from '../types/pipeline.ts';
import type { RunPlan } from './plan.ts';
import { planRun } from './plan.ts';
import type { RunState } from './run-state.ts';

/** What the `Succeeded` condition of a PipelineRun should say now. */
export interface RunOutcome {
  status: Condition['status'];
  reason: PipelineRunReason;
  message: string;
}

const timeoutSkips = new Set<string>([
  skipReasons.PipelineTimedOut,
  skipReasons.TasksTimedOut,
  skipReasons.FinallyTimedOut,
]);

/** Counts the tasks of a run, `tasks` and `finally` together, by state. */
export function countTasks(state: RunState, plan: RunPlan): TaskCounts {
  const counts: TaskCounts = {
    succeeded: 0,
    failed: 0,
    ignored: 0,
    cancelled: 0,
    skipped: 0,
    skippedByTimeout: 0,
    validationFailed: 0,
    incomplete: 0,
  };
  const skipped = new Map(plan.skipped.map(({ name, reason }) => [name, reason]));
  for (const task of [...(state.spec.tasks ?? []), ...(state.spec.finally ?? [])]) {
    countTask(counts, task, state, plan, skipped.get(task.name));
  }
  return counts;
}

function countTask(
  counts: TaskCounts,
  task: PipelineTask,
  state: RunState,
  plan: RunPlan,
  skip?: string,
): void {
  switch (state.tasks.get(task.name)?.status) {
    case 'Succeeded':
      counts.succeeded++;
      return;
    case 'TimedOut':
      counts.failed++;
      return;
    case 'Cancelled':
      counts.cancelled++;
      return;
    case 'Failed':
      counts.failed++;
      if (task.onError === 'continue') counts.ignored++;
      return;
    case 'Running':
      counts.incomplete++;
      return;
    case undefined:
      break;
  }
  if (plan.validationFailed.has(task.name)) counts.validationFailed++;
  else if (skip === undefined) counts.incomplete++;
  else {
    counts.skipped++;
    if (timeoutSkips.has(skip)) counts.skippedByTimeout++;
  }
}

/**
 * The condition of a PipelineRun from the state of its tasks. A `spec.status` of `Cancelled` is only reflected through
 * the cancelled children; the controller that cancels writes that condition itself.
 */
export function pipelineRunOutcome(state: RunState, plan: RunPlan = planRun(state)): RunOutcome {
  const timedOut = state.timedOut ?? {};
  if (timedOut.pipeline) {
    const message = pipelineRunTimeoutMessage(state.name, state.timeouts?.pipeline ?? 0);
    return { status: 'False', reason: pipelineRunReasons.PipelineRunTimeout, message };
  }
  const finals = state.spec.finally ?? [];
  const finallyLeft = finals.length > 0 && !plan.finallyDone;
  if (timedOut.tasks && !finallyLeft) {
    const message = pipelineRunTasksTimeoutMessage(state.name, state.timeouts?.tasks ?? 0);
    return { status: 'False', reason: pipelineRunReasons.PipelineRunTimeout, message };
  }
  const counts = countTasks(state, plan);
  return counts.incomplete === 0
    ? finalOutcome(state, plan, counts)
    : runningOutcome(state, finallyLeft, counts);
}

function finalOutcome(state: RunState, plan: RunPlan, counts: TaskCounts): RunOutcome {
  const message = taskCountsMessage(counts) + validationFailures(plan, counts.validationFailed);
  if (counts.validationFailed > 0) {
    return { status: 'False', reason: pipelineRunReasons.PipelineValidationFailed, message };
  }
  if (counts.failed > counts.ignored || counts.skippedByTimeout > 0) {
    return { status: 'False', reason: pipelineRunReasons.Failed, message };
  }
  if (state.specStatus === 'CancelledRunFinally' || state.specStatus === 'StoppedRunFinally') {
    const cancelled = pipelineRunCancelledMessage(state.name);
    return { status: 'False', reason: pipelineRunReasons.Cancelled, message: cancelled };
  }
  if (counts.cancelled > 0) return { status: 'False', reason: pipelineRunReasons.Cancelled, message };
  const reason = counts.skipped > 0 ? pipelineRunReasons.Completed : pipelineRunReasons.Succeeded;
  return { status: 'True', reason, message };
}

const longestDetail = 1024;

function validationFailures(plan: RunPlan, count: number): string {
  if (count === 0) return '';
  const names = [...plan.validationFailed.keys()].sort();
  const detail = names.map((name) => plan.validationFailed.get(name)).join('; ');
  const cut = detail.length > longestDetail ? `${detail.slice(0, longestDetail)}...` : detail;
  return `, Failed Validation: ${count} (${cut})`;
}

function runningOutcome(state: RunState, finallyLeft: boolean, counts: TaskCounts): RunOutcome {
  const message = taskCountsMessage(counts);
  const running = (reason: PipelineRunReason): RunOutcome => ({ status: 'Unknown', reason, message });
  if (state.timedOut?.tasks && finallyLeft)
    return running(pipelineRunReasons.PipelineRunTimeoutRunningFinally);
  if (state.specStatus === 'CancelledRunFinally') return running(pipelineRunReasons.CancelledRunningFinally);
  if (state.specStatus === 'StoppedRunFinally') return running(pipelineRunReasons.StoppedRunningFinally);
  const failed = counts.failed > counts.ignored;
  if (counts.cancelled > 0 || (failed && !finallyLeft))
    return running(pipelineRunReasons.PipelineRunStopping);
  return running(pipelineRunReasons.Running);
}
