/** What can go wrong in this package, one line each. */
export const policyErrorCodes = {
  InvalidPolicy: 'a policy configuration cannot be read or breaks the rules of its schema',
  InvalidEffectiveTime: 'the time to judge at is no time, or lies in the past without consent',
  InvalidRule: 'a rule of a policy returns what no report can show, or has the code of another rule',
  InvalidInput: 'a document to judge cannot be read',
  InvalidSnapshot: 'the images to judge are not given in a form that is known',
  SourceUnavailable: 'a source of policy or data cannot be fetched',
  InvalidSource: 'a source of policy or data has an address, or a content, that cannot be used',
  EvaluationFailed: 'a policy could not be evaluated to its end',
  NoResults: 'a policy gave no violation, no warning and no success',
  ImageUnavailable: 'an image or its evidence cannot be read',
} as const;

export type PolicyErrorCode = keyof typeof policyErrorCodes;

/** The one error class of this package. A policy that says no is not an error: that is a verdict. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
  readonly code: PolicyErrorCode;
  /** What the user can do about it. */
  readonly hint?: string;

  constructor(code: PolicyErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    if (options.hint !== undefined) this.hint = options.hint;
  }
}
