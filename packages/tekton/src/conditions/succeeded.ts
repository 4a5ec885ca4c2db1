import type { Condition } from '@assay/kube';

export const succeeded = 'Succeeded';

interface WithConditions {
  status?: { conditions?: Condition[] | undefined } | undefined;
}

/** A run's `Succeeded` condition, absent before a controller has seen the run. */
export function succeededCondition(run: WithConditions): Condition | undefined {
  return run.status?.conditions?.find((condition) => condition.type === succeeded);
}

/** True when the run has ended, well or not. */
export function isDone(run: WithConditions): boolean {
  const status = succeededCondition(run)?.status;
  return status === 'True' || status === 'False';
}

export function isSuccessful(run: WithConditions): boolean {
  return succeededCondition(run)?.status === 'True';
}

/**
 * The conditions with `Succeeded` set. `lastTransitionTime` (RFC 3339) moves to `now` only when something in the
 * condition changed; the input is not touched.
 */
export function withSucceeded(
  conditions: readonly Condition[] | undefined,
  next: { status: Condition['status']; reason: string; message: string },
  now: string,
): Condition[] {
  const others = (conditions ?? []).filter((condition) => condition.type !== succeeded);
  const previous = conditions?.find((condition) => condition.type === succeeded);
  const same =
    previous !== undefined &&
    previous.status === next.status &&
    previous.reason === next.reason &&
    previous.message === next.message;
  const lastTransitionTime = same ? (previous.lastTransitionTime ?? now) : now;
  return [...others, { type: succeeded, ...next, lastTransitionTime }];
}
