import type { Condition } from '@assay/kube';
import { formatDuration } from '../duration.ts';

const quoted = (text: string): string => JSON.stringify(text);

export const taskRunMessages = {
  running: 'Not all Steps in the Task have finished executing',
  succeeded: 'All Steps have completed executing',
  failedWithoutReason: 'build failed for unspecified reasons.',
  started: '',
  cancelledByTimeout: 'TaskRun cancelled as the PipelineRun it belongs to has timed out.',
  cancelledByPipelineRun: 'TaskRun cancelled as the PipelineRun it belongs to has been cancelled.',
  sidecarStopped: 'Sidecar container successfully stopped by nop image',
} as const;

/** `container` is the container's name (`step-x`), `reason` what the runtime called its end (`Error`, `OOMKilled`). */
export function stepFailedMessage(container: string, exitCode: number, reason?: string): string {
  const text = `${quoted(container)} exited with code ${exitCode}`;
  return reason === undefined || reason === '' ? text : `${text}: ${reason}`;
}

export function stepTimeoutMessage(container: string): string {
  return `${quoted(container)} exited because the step exceeded the specified timeout limit`;
}

const uninteresting = new Set<string | undefined>(['Started', 'Running', 'TaskRunPending', '', undefined]);

function withPrevious(message: string, previous: Condition | undefined): string {
  if (previous === undefined || uninteresting.has(previous.reason)) return message;
  return `${message}\nPrevious status: [${previous.reason}] ${previous.message ?? ''}`;
}

/** `previous` is the condition that cancelling replaces; it is told when it says more than "running". */
export function taskRunCancelledMessage(name: string, statusMessage = '', previous?: Condition): string {
  return withPrevious(`TaskRun ${quoted(name)} was cancelled. ${statusMessage}`, previous);
}

/** `timeout` in milliseconds. */
export function taskRunTimeoutMessage(name: string, timeout: number, previous?: Condition): string {
  return withPrevious(
    `TaskRun ${quoted(name)} failed to finish within ${quoted(formatDuration(timeout))}`,
    previous,
  );
}

export function taskRunPendingMessage(name: string): string {
  return `TaskRun ${quoted(name)} is pending`;
}

export function pipelineRunPendingMessage(name: string): string {
  return `PipelineRun ${quoted(name)} is pending`;
}

export function pipelineRunCancelledMessage(name: string): string {
  return `PipelineRun ${quoted(name)} was cancelled`;
}

/** `timeout` in milliseconds. */
export function pipelineRunTimeoutMessage(name: string, timeout: number): string {
  return `PipelineRun ${quoted(name)} failed to finish within ${quoted(formatDuration(timeout))}`;
}

/** `timeout` in milliseconds. */
export function pipelineRunTasksTimeoutMessage(name: string, timeout: number): string {
  return `PipelineRun ${quoted(name)} failed due to tasks failed to finish within ${quoted(formatDuration(timeout))}`;
}

/** Numbers of a run's tasks by state. `failed` includes `ignored`. */
export interface TaskCounts {
  succeeded: number;
  failed: number;
  ignored: number;
  cancelled: number;
  skipped: number;
  skippedByTimeout: number;
  validationFailed: number;
  incomplete: number;
}

/** The count line of a PipelineRun's condition. */
export function taskCountsMessage(counts: TaskCounts): string {
  const completed = counts.succeeded + counts.failed + counts.cancelled;
  if (counts.incomplete > 0) {
    return `Tasks Completed: ${completed} (Failed: ${counts.failed - counts.ignored}, Cancelled ${counts.cancelled}), Incomplete: ${counts.incomplete}, Skipped: ${counts.skipped}`;
  }
  const failed = counts.ignored > 0 ? `${counts.failed} (Ignored: ${counts.ignored})` : `${counts.failed}`;
  return `Tasks Completed: ${completed} (Failed: ${failed}, Cancelled ${counts.cancelled}), Skipped: ${counts.skipped}`;
}

/** Marks a message as the author's mistake, not the factory's. */
export function userError(message: string): string {
  return `[User error] ${message}`;
}
