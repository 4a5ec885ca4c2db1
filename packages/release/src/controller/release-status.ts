import { type Condition, setCondition, timestamp } from '@assay/kube';
import { type ReleaseStatus, releaseConditions } from '../resources/release.ts';

type ConditionType = (typeof releaseConditions)[keyof typeof releaseConditions];
type Reason = 'Progressing' | 'Succeeded' | 'Failed' | 'Skipped';

/** The status with one condition set, in Konflux's reasons: succeeded and skipped ones are True. */
export function withCondition(
  status: ReleaseStatus,
  type: ConditionType,
  reason: Reason,
  now: number,
  message = '',
): ReleaseStatus {
  const holds: Condition['status'] = reason === 'Succeeded' || reason === 'Skipped' ? 'True' : 'False';
  const conditions = setCondition(status.conditions, { type, status: holds, reason, message }, now);
  return { ...status, conditions };
}

/** A Release that both sides consent to, on its way. */
export function validated(
  status: ReleaseStatus,
  facts: Pick<ReleaseStatus, 'attribution' | 'automated' | 'target' | 'expirationTime'>,
  now: number,
): ReleaseStatus {
  let next: ReleaseStatus = {
    ...status,
    ...facts,
    startTime: status.startTime ?? timestamp(now),
    validation: { time: timestamp(now) },
  };
  next = withCondition(next, releaseConditions.validated, 'Succeeded', now);
  next = withCondition(next, releaseConditions.tenantPipelineProcessed, 'Skipped', now);
  return withCondition(next, releaseConditions.released, 'Progressing', now);
}

/** A Release that may not go on. */
export function invalid(status: ReleaseStatus, message: string, now: number): ReleaseStatus {
  const next = {
    ...status,
    startTime: status.startTime ?? timestamp(now),
    validation: { time: timestamp(now) },
  };
  const told = withCondition(next, releaseConditions.validated, 'Failed', now, message);
  return ended(told, 'Failed', now, 'Release validation failed');
}

/** The end of a Release. */
export function ended(
  status: ReleaseStatus,
  reason: 'Succeeded' | 'Failed',
  now: number,
  message = '',
): ReleaseStatus {
  const next = withCondition(status, releaseConditions.released, reason, now, message);
  return { ...next, completionTime: timestamp(now) };
}

/** A managed pipeline that ended, or was never begun because the gate refused; and with it the Release. */
export function managedEnded(
  status: ReleaseStatus,
  reason: 'Succeeded' | 'Failed',
  now: number,
  message = '',
): ReleaseStatus {
  const completionTime = timestamp(now);
  const { managedProcessing, managedPipelineAttempts = [] } = status;
  const next: ReleaseStatus = {
    ...withCondition(status, releaseConditions.managedPipelineProcessed, reason, now, message),
    ...(managedProcessing && { managedProcessing: { ...managedProcessing, completionTime } }),
    ...(managedPipelineAttempts.length > 0 && {
      managedPipelineAttempts: managedPipelineAttempts.map((attempt) => ({
        ...attempt,
        status: reason,
        completionTime,
      })),
    }),
  };
  const last = withCondition(next, releaseConditions.finalPipelineProcessed, 'Skipped', now);
  return ended(last, reason, now, reason === 'Failed' ? message : '');
}
