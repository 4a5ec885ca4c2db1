import type { TaskRunReason, VerificationResult } from '@assay/tekton';

/** Why a TaskRun ends before any of its steps could run: the reason and message of its `Succeeded=False` condition. */
export class CannotStart extends Error {
  readonly reason: TaskRunReason;
  /** When it is about the signature of its Task. */
  readonly verification?: VerificationResult;

  constructor(
    reason: TaskRunReason,
    message: string,
    options: { cause?: unknown; verification?: VerificationResult } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CannotStart';
    this.reason = reason;
    if (options.verification) this.verification = options.verification;
  }
}
