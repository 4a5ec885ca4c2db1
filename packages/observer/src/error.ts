/** What can go wrong in this package, one line each. */
export const observerErrorCodes = {
  UnsupportedFormat: 'a statement was asked for in a format that is not known',
  UnsupportedBuildType: 'a statement was asked for with a build type that is not known',
  UnsupportedRun: 'the object to attest is neither a TaskRun nor a PipelineRun',
  StatementTooLarge: 'a run makes a statement that is larger than verifiers read',
  StorageFailed: 'evidence of a run could not be stored everywhere it should be',
} as const;

export type ObserverErrorCode = keyof typeof observerErrorCodes;

/** The one error class of this package. */
export class ObserverError extends Error {
  readonly code: ObserverErrorCode;
  /** What the user can do about it. */
  readonly hint?: string;

  constructor(code: ObserverErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ObserverError';
    this.code = code;
    if (options.hint !== undefined) this.hint = options.hint;
  }
}
