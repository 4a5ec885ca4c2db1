/** What can go wrong in this package, one line each. */
export const tektonErrorCodes = {
  InvalidDuration: 'text that should be a Go duration (1h30m, 90s, 0) is not one',
  InvalidManifest:
    'a YAML or JSON manifest could not be read, or an object in it has fields that its kind does not have',
  InvalidObject: 'an object breaks the rules of its kind',
  InvalidGraph: 'the tasks of a pipeline do not form a directed acyclic graph',
  InvalidQuantity: 'text that should be a Kubernetes quantity (500m, 2, 128Mi) is not one',
  InvalidSubPath: 'the path of a volume mount uses a variable that is not set, or leaves its volume',
  InvalidConfig: 'a setting of a feature-flags or config-defaults ConfigMap is not one',
  CelFailed: 'a CEL expression does not compile, fails, or does not yield true or false',
  NotFound: 'a referenced Task, Pipeline or StepAction does not exist',
  ResolutionFailed: 'a resolver could not bring what a reference names',
  VerificationFailed:
    'a definition is not signed as the VerificationPolicies ask, or a policy cannot be used',
  UnsupportedReference: 'a reference names a resolver that is not available here',
} as const;

export type TektonErrorCode = keyof typeof tektonErrorCodes;

/** The one error class of this package. */
export class TektonError extends Error {
  readonly code: TektonErrorCode;
  /** What the user can do about it. */
  readonly hint?: string;

  constructor(code: TektonErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'TektonError';
    this.code = code;
    if (options.hint !== undefined) this.hint = options.hint;
  }
}
