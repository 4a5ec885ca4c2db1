import { KubeError, type KubeErrorCode, type StatusDetails } from '../error.ts';

/** `v1` Status: what an API call answers when it has no object to give. */
export interface Status {
  apiVersion: 'v1';
  kind: 'Status';
  metadata: Record<string, unknown>;
  status: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  details?: StatusDetails;
  code?: number;
}

const httpCodes: Record<KubeErrorCode, number> = {
  NotFound: 404,
  AlreadyExists: 409,
  Conflict: 409,
  Invalid: 422,
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  Expired: 410,
  MethodNotAllowed: 405,
  UnsupportedMediaType: 415,
  NotAcceptable: 406,
  TooManyRequests: 429,
  RequestEntityTooLarge: 413,
  InternalError: 500,
  Unavailable: 503,
  StorageFull: 507,
  InvalidCertificate: 500,
  StoreLocked: 503,
  StoreCorrupt: 500,
  StoreTooNew: 500,
  StoreClosed: 503,
};

/** Kubernetes' reason where it differs from the code. */
const reasons: Partial<Record<KubeErrorCode, string>> = { Unavailable: 'ServiceUnavailable' };

/** The HTTP status that goes with a code. */
export function httpCodeOf(code: KubeErrorCode): number {
  return httpCodes[code];
}

/** The error as a Kubernetes Status. What is not a KubeError tells nothing of the server's inside. */
export function statusOf(error: unknown): Status {
  const known =
    error instanceof KubeError
      ? error
      : new KubeError('InternalError', 'an error on the server prevented the request');
  return {
    apiVersion: 'v1',
    kind: 'Status',
    metadata: {},
    status: 'Failure',
    message: known.message,
    reason: reasons[known.code] ?? known.code,
    ...(known.details && { details: known.details }),
    code: httpCodes[known.code],
  };
}

/** The answer to a completed deletion. */
export function deletedStatus(details: StatusDetails): Status {
  return { apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Success', details };
}

function codeOf(reason: string | undefined, httpCode: number): KubeErrorCode {
  if (reason === 'Gone') return 'Expired';
  for (const code of Object.keys(httpCodes) as KubeErrorCode[])
    if ((reasons[code] ?? code) === reason) return code;
  const byStatus = (Object.keys(httpCodes) as KubeErrorCode[]).find((code) => httpCodes[code] === httpCode);
  return byStatus ?? (httpCode >= 500 ? 'Unavailable' : 'BadRequest');
}

/** A server's failure as an error. The body is the server's: anything but a Status yields the HTTP code alone. */
export function errorFromStatus(body: unknown, httpCode: number): KubeError {
  const status = (typeof body === 'object' && body !== null ? body : {}) as Partial<Status>;
  const message =
    typeof status.message === 'string' ? status.message : `the server answered with ${httpCode}`;
  return new KubeError(codeOf(status.reason, status.code ?? httpCode), message, {
    ...(status.details && { details: status.details }),
  });
}
