import type { StepState, TaskRunReason } from '@assay/tekton';

/** Marks a step as ended by someone other than itself: its run was cancelled or late, or lost its pod. */
export function terminateStep(
  state: StepState,
  reason: TaskRunReason,
  finishedAt: string,
  podName: string | undefined,
): void {
  const startedAt = state.running?.startedAt;
  delete state.running;
  delete state.waiting;
  state.terminated = {
    exitCode: 1,
    reason,
    message: `Step ${state.name} terminated as pod ${podName} is terminated`,
    ...(startedAt !== undefined && { startedAt }),
    finishedAt,
  };
  state.terminationReason = reason;
}
