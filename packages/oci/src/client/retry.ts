import { setTimeout as delay } from 'node:timers/promises';
import { OciError } from '../error.ts';

export interface RetryOptions {
  /** Tries in all. @default 5 */
  attempts?: number;
  /** First pause, doubled each time, with jitter. @default 200 */
  baseMs?: number;
  /** Longest pause; a longer Retry-After is an error instead. @default 30000 */
  maxMs?: number;
  /** @default timers/promises setTimeout */
  sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Number in [0, 1) for the jitter. @default Math.random */
  random?: () => number;
  /** Milliseconds since the epoch. @default Date.now */
  now?: () => number;
}

/** Thrown inside `withRetries` for an answer worth another try. */
export class TransientFailure extends Error {
  readonly status: number;
  readonly retryAfter: string | undefined;

  constructor(status: number, message: string, retryAfter?: string) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

const broken = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ECONNABORTED',
  'EAI_AGAIN',
  'HPE_INVALID_EOF_STATE',
]);
/** Nobody is listening: worth one short second look (a registry that restarts), no more. */
const refused = new Set(['ECONNREFUSED', 'ENOENT', 'EHOSTUNREACH', 'ENETUNREACH']);

/**
 * Runs `action` again while it fails in passing: 429 and 5xx (as `TransientFailure`) and broken connections.
 *
 * @throws OciError `RegistryUnavailable` or `TooManyRequests` when the tries are used up; other errors as they are
 */
export async function withRetries<T>(
  host: string,
  action: () => Promise<T>,
  options: RetryOptions & { signal?: AbortSignal } = {},
): Promise<T> {
  const { attempts = 5, baseMs = 200, maxMs = 30_000, sleep = pause, random = Math.random, signal } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      return await action();
    } catch (error) {
      const kind = signal?.aborted ? undefined : classify(error);
      if (!kind) throw error;
      if (attempt >= (kind === 'refused' ? Math.min(2, attempts) : attempts)) throw exhausted(host, error);
      const wanted =
        error instanceof TransientFailure ? retryAfterMs(error.retryAfter, options.now) : undefined;
      if (wanted !== undefined && wanted > maxMs) throw exhausted(host, error, wanted);
      const backoff = Math.min(maxMs, baseMs * 2 ** (attempt - 1)) * (0.5 + random() / 2);
      await sleep(Math.max(wanted ?? 0, backoff), signal);
    }
  }
}

function classify(error: unknown): 'transient' | 'refused' | undefined {
  if (error instanceof TransientFailure) return 'transient';
  if (!(error instanceof Error)) return undefined;
  const code = connectionCode(error);
  if (code && refused.has(code)) return 'refused';
  return (code && broken.has(code)) || error.message === 'socket hang up' ? 'transient' : undefined;
}

/** The system error code; of a connection tried on several addresses, the first one's. */
export function connectionCode(error: Error): string | undefined {
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError && error.errors[0] instanceof Error)
    return connectionCode(error.errors[0]);
  return undefined;
}

/** A connection that failed for good, in the user's terms. Anything else is given back as it is. */
export function describeConnectionError(host: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof OciError) return error;
  const code = connectionCode(error);
  if (
    !code ||
    !(
      'syscall' in error ||
      error instanceof AggregateError ||
      /^(E[A-Z]|ERR_(TLS|SSL)|HPE_|CERT_|DEPTH_|SELF_|UNABLE_)/.test(code)
    )
  ) {
    return error;
  }
  const why = error.message || (error instanceof AggregateError && String(error.errors[0]?.message)) || code;
  return new OciError('RegistryUnavailable', `${host} cannot be reached: ${why}`, {
    hint: hintFor(code, host),
    cause: error,
  });
}

function exhausted(host: string, error: unknown, retryAfter?: number): unknown {
  if (!(error instanceof TransientFailure)) return describeConnectionError(host, error);
  if (error.status === 429) {
    return new OciError('TooManyRequests', `${host} asks to slow down: ${error.message}`, {
      hint: retryAfter ? `try again in ${Math.ceil(retryAfter / 1000)} seconds` : 'try again later',
    });
  }
  return new OciError('RegistryUnavailable', `${host} keeps failing with ${error.status}: ${error.message}`, {
    hint: 'try again later, or ask those who run the registry',
  });
}

function hintFor(code: string, host: string): string {
  if (refused.has(code)) return `is a registry running at ${host}? Start it, or correct the host`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `the name ${host} does not resolve; correct it, or check the network`;
  if (/CERT|TLS|SSL|EPROTO|SELF_SIGNED/.test(code)) {
    return `check the certificate of ${host}; if it speaks plain http, configure it as insecure`;
  }
  return 'check the network, and try again';
}

/** Retry-After as seconds or a date (RFC 9110, section 10.2.3), in milliseconds from now. */
function retryAfterMs(value: string | undefined, now: () => number = Date.now): number | undefined {
  if (!value) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now());
}

async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, signal ? { signal } : {});
  } catch (error) {
    throw signal?.aborted ? signal.reason : error;
  }
}
