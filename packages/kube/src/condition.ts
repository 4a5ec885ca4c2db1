import { timestamp } from './clock.ts';
import type { Condition } from './object.ts';

/** The condition of that type, if it is there. */
export function getCondition(
  conditions: readonly Condition[] | undefined,
  type: string,
): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/**
 * The conditions with `condition` set, sorted by type; the input is not changed. As in Knative,
 * `lastTransitionTime` becomes `now` (milliseconds) only when the status changes: a new reason or message
 * alone keeps it.
 */
export function setCondition(
  conditions: readonly Condition[] | undefined,
  condition: Omit<Condition, 'lastTransitionTime'>,
  now: number,
): Condition[] {
  const before = getCondition(conditions, condition.type);
  const lastTransitionTime =
    before?.status === condition.status && before.lastTransitionTime !== undefined
      ? before.lastTransitionTime
      : timestamp(now);
  const others = (conditions ?? []).filter((other) => other.type !== condition.type);
  return [...others, { ...condition, lastTransitionTime }].sort((a, b) =>
    a.type < b.type ? -1 : a.type > b.type ? 1 : 0,
  );
}
