import type { PipelineRunReason, RunProblem, VerificationResult } from '@assay/tekton';
import { userError } from '@assay/tekton';

/** Why a run cannot go on: the reason and message of its `Succeeded=False` condition. */
export class Failure {
  readonly reason: PipelineRunReason;
  readonly message: string;
  /** When it is about the signature of a definition. */
  readonly verification?: VerificationResult;

  constructor(reason: PipelineRunReason, message: string, verification?: VerificationResult) {
    this.reason = reason;
    this.message = message;
    if (verification) this.verification = verification;
  }
}

/** A failure that the author of the run or the pipeline can repair, marked as such. */
export function userFailure(reason: PipelineRunReason, message: string): Failure {
  return new Failure(reason, userError(message));
}

/** What a check has found. */
export function failureOf({ reason, message }: RunProblem<PipelineRunReason>): Failure {
  return new Failure(reason, message);
}
