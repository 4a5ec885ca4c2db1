import { FieldErrors } from '../admission/field-errors.ts';
import { KubeError } from '../error.ts';
import type { ResourceType } from '../object.ts';
import { isTrue } from '../server/write-parameters.ts';
import type { PodLogOptions } from './pod-host.ts';

/** What a request for a log asks for. */
export interface LogParameters {
  /** Empty when none is named. */
  container: string;
  follow: boolean;
  previous: boolean;
  options: Omit<PodLogOptions, 'follow'>;
}

/** Only names the kind in errors. */
const logOptions: ResourceType = {
  ...{ group: '', version: 'v1', kind: 'PodLogOptions', plural: 'podlogoptions' },
  ...{ namespaced: true, hasStatus: false },
};

const streams = { All: undefined, Stdout: 'stdout', Stderr: 'stderr' } as const;

/**
 * The parameters of `pods/log`, all of them the requester's, checked as Kubernetes checks `v1` PodLogOptions.
 * @param now milliseconds, for `sinceSeconds`
 * @throws KubeError Invalid, BadRequest
 */
export function logParameters(query: URLSearchParams, pod: string, now: number): LogParameters {
  const errors = new FieldErrors();
  const whole = (field: string, least: 0 | 1): number | undefined => {
    const text = query.get(field) ?? '';
    if (text === '') return undefined;
    if (!/^[+-]?\d{1,15}$/.test(text)) {
      throw new KubeError('BadRequest', `${field} is not a whole number: ${JSON.stringify(text)}`);
    }
    const value = Number(text);
    if (value < least)
      errors.invalid(field, value, `must be greater than ${least === 0 ? 'or equal to ' : ''}0`);
    return value;
  };
  const tailLines = whole('tailLines', 0);
  const limitBytes = whole('limitBytes', 1);
  const sinceSeconds = whole('sinceSeconds', 1);
  const sinceTime = query.get('sinceTime') || undefined;
  if (sinceTime !== undefined && sinceSeconds !== undefined) {
    errors.forbidden('', 'at most one of `sinceTime` or `sinceSeconds` may be specified');
  }
  const stream = query.get('stream') || 'All';
  if (!Object.hasOwn(streams, stream)) errors.notSupported('stream', stream, Object.keys(streams));
  errors.throwIfAny(logOptions, pod);
  const since = sinceSeconds === undefined ? timeOf(sinceTime) : new Date(now - sinceSeconds * 1000);
  const only = streams[stream as keyof typeof streams];
  return {
    container: query.get('container') ?? '',
    follow: isTrue(query.get('follow')),
    previous: isTrue(query.get('previous')),
    options: {
      timestamps: isTrue(query.get('timestamps')),
      ...(tailLines !== undefined && { tailLines }),
      ...(limitBytes !== undefined && { limitBytes }),
      ...(since && { since }),
      ...(only && { stream: only }),
    },
  };
}

function timeOf(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (/^\d{4}-\d{2}-\d{2}T/.test(text) && !Number.isNaN(time.getTime())) return time;
  throw new KubeError('BadRequest', `sinceTime is not a time of RFC 3339: ${JSON.stringify(text)}`);
}
