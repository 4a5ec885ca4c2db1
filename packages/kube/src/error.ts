/** What went wrong, by code. Those that Kubernetes has too carry its `reason` strings. */
export const kubeErrorCodes = {
  NotFound: 'the object, its namespace, or the resource itself does not exist',
  AlreadyExists: 'an object of that name exists',
  Conflict: 'the object is not the one, or not at the version, that the request was made for',
  Invalid: 'the object breaks a rule of its kind',
  BadRequest: 'the request itself makes no sense: a malformed body, selector, patch or parameter',
  Unauthorized: 'the token is missing or unknown',
  Forbidden: 'the identity may not do this',
  Expired: 'the version is older than the kept history; list again and watch from there',
  MethodNotAllowed: 'the resource does not support this operation',
  UnsupportedMediaType: 'the body is in a format that is not served',
  NotAcceptable: 'the response was asked for in formats that are not served',
  TooManyRequests: 'the server has more to do than it takes on; try again later',
  RequestEntityTooLarge: 'the request body is larger than the server accepts',
  InternalError: 'a fault inside the server',
  Unavailable: 'the API server cannot be reached, or is going away',
  StorageFull: 'the disk, or the size the store was given, is used up; nothing of the request was written',
  InvalidCertificate: 'a file of the certificates or token keys is not what it should be',
  StoreLocked: 'another process has the store open',
  StoreCorrupt: 'the database file is damaged; it is not served',
  StoreTooNew: 'the database was written by a newer Assay',
  StoreClosed: 'the store was closed while, or before, the call was made',
} as const;

export type KubeErrorCode = keyof typeof kubeErrorCodes;

/** One reason inside an `Invalid` error. */
export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

/** `details` of a Kubernetes Status: the object that the error is about. */
export interface StatusDetails {
  name?: string;
  group?: string;
  /** The resource's plural, as Kubernetes has it, for all but `Invalid`. */
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
}

/** Everything this package throws on purpose. */
export class KubeError extends Error {
  override name = 'KubeError';
  readonly code: KubeErrorCode;
  readonly hint: string | undefined;
  readonly details: StatusDetails | undefined;

  constructor(
    code: KubeErrorCode,
    message: string,
    options: { hint?: string; details?: StatusDetails; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.details = options.details;
  }
}

/** True when `error` is a KubeError, and of that code when one is given. */
export function isKubeError(error: unknown, code?: KubeErrorCode): error is KubeError {
  return error instanceof KubeError && (code === undefined || error.code === code);
}
