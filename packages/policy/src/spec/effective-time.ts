import { PolicyError } from '../error.ts';

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const day = /^\d{4}-\d\d-\d\d$/;
/** How far in the past a time may lie without being called past. */
const toleranceMs = 2000;

/** A point in time from RFC 3339 or `YYYY-MM-DD` (its first moment in UTC); undefined when it is neither. */
export function parseTime(text: string): Date | undefined {
  if (!rfc3339.test(text) && !day.test(text)) return undefined;
  const time = new Date(day.test(text) ? `${text}T00:00:00Z` : text);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/** When a policy is to be judged: at a time, or at the latest `buildFinishedOn` of an image's attestations. */
export type EffectiveTime = Date | 'attestation';

/**
 * Reads `--effective-time`.
 * @throws PolicyError InvalidEffectiveTime when it is no time, or lies before `now` and `allowPast` is false
 */
export function readEffectiveTime(text: string, now: Date, allowPast: boolean): EffectiveTime {
  if (text === 'now') return now;
  if (text === 'attestation') return 'attestation';
  const time = parseTime(text);
  if (!time) {
    throw new PolicyError('InvalidEffectiveTime', `effective time ${JSON.stringify(text)} is not a time`, {
      hint: 'use now, attestation, an RFC 3339 time such as 2026-01-31T00:00:00Z, or a day such as 2026-01-31',
    });
  }
  if (!allowPast && time.getTime() < now.getTime() - toleranceMs) {
    throw new PolicyError(
      'InvalidEffectiveTime',
      `effective time ${timeText(time)} is in the past; use --allow-past-effective-time to override`,
    );
  }
  return time;
}

/** RFC 3339 in UTC with whole seconds, as the reports write times. */
export function timeText(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}
