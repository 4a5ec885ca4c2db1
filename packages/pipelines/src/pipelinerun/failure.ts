import type { PipelineRunReason } from '@assay/tekton';
import { userError } from '@assay/tekton';

/** Why a run cannot go on: the reason and message of its `Succeeded=False` condition. */
export class Failure {
  readonly reason: PipelineRunReason;
  readonly message: string;

  constructor(reason: PipelineRunReason, message: string) {
    this.reason = reason;
    this.message = message;
  }
}

/** A failure that the author of the run or the pipeline can repair, marked as such. */
export function userFailure(reason: PipelineRunReason, message: string): Failure {
  return new Failure(reason, userError(message));
}
