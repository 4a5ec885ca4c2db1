const identity = <K extends string>(...names: K[]): { readonly [P in K]: P } =>
  Object.fromEntries(names.map((name) => [name, name])) as { [P in K]: P };

/** Reasons of a TaskRun's `Succeeded` condition. */
export const taskRunReasons = identity(
  'Started',
  'Pending',
  'Running',
  'TaskRunPending',
  'ToBeRetried',
  'ResolvingTaskRef',
  'ResolvingStepActionRef',
  'ExceededNodeResources',
  'ExceededResourceQuota',
  'PullImageFailed',
  'Succeeded',
  'StepFailed',
  'StepOOM',
  'SidecarFailed',
  'SidecarOOM',
  'InitContainerFailed',
  'InitContainerOOM',
  'PodEvicted',
  'Failed',
  'FailureIgnored',
  'TaskRunCancelled',
  'TaskRunTimeout',
  'TaskRunImagePullFailed',
  'CreateContainerConfigError',
  'PodCreationFailed',
  'PodAdmissionFailed',
  'CouldntCreateWorkspacePVC',
  'TaskRunStopSidecarFailed',
  'TaskRunResultLargerThanAllowedLimit',
  'InvalidParamValue',
  'TaskRunResolutionFailed',
  'TaskRunValidationFailed',
  'TaskValidationFailed',
  'ResourceVerificationFailed',
);
export type TaskRunReason = keyof typeof taskRunReasons;

/** Reasons of a PipelineRun's `Succeeded` condition. */
export const pipelineRunReasons = identity(
  'Started',
  'Running',
  'PipelineRunPending',
  'PipelineRunStopping',
  'PipelineRunTimeoutRunningFinally',
  'CancelledRunningFinally',
  'StoppedRunningFinally',
  'ResolvingPipelineRef',
  'Succeeded',
  'Completed',
  'Failed',
  'Cancelled',
  'PipelineRunTimeout',
  'CouldntGetPipelineResult',
  'CouldntGetPipeline',
  'CouldntGetTask',
  'ResourceVerificationFailed',
  'PipelineInvalidGraph',
  'InvalidTaskResultReference',
  'InvalidPipelineResultReference',
  'ParameterMissing',
  'ParameterTypeMismatch',
  'ObjectParameterMissKeys',
  'ParamArrayIndexingInvalid',
  'InvalidParamValue',
  'InvalidMatrixParameterTypes',
  'InvalidWorkspaceBindings',
  'RequiredWorkspaceMarkedOptional',
  'InvalidTaskRunSpecs',
  'InvalidPipelineResourceBindings',
  'CouldntCreateWorkspacePVC',
  'PipelineValidationFailed',
  'CreateRunFailed',
  'CELEvaluationFailed',
  'PipelineRunCouldntCancel',
  'PipelineRunCouldntTimeOut',
);
export type PipelineRunReason = keyof typeof pipelineRunReasons;

/** `status.steps[].terminationReason`. */
export const terminationReasons = identity(
  'Completed',
  'Error',
  'Continued',
  'Skipped',
  'TimeoutExceeded',
  'Cancelled',
  'OOMKilled',
);
export type TerminationReason = keyof typeof terminationReasons;

/** `spec.status` of a TaskRun. */
export const taskRunSpecStatus = { cancelled: 'TaskRunCancelled', pending: 'TaskRunPending' } as const;

/** `spec.status` of a PipelineRun. */
export const pipelineRunSpecStatus = {
  cancelled: 'Cancelled',
  cancelledRunFinally: 'CancelledRunFinally',
  stoppedRunFinally: 'StoppedRunFinally',
  pending: 'PipelineRunPending',
} as const;

/** `status.skippedTasks[].reason`. */
export const skipReasons = {
  None: 'None',
  WhenExpressions: 'When Expressions evaluated to false',
  ParentTasks: 'Parent Tasks were skipped',
  Stopping: 'PipelineRun was stopping',
  GracefullyCancelled: 'PipelineRun was gracefully cancelled',
  GracefullyStopped: 'PipelineRun was gracefully stopped',
  MissingResults: 'Results were missing',
  PipelineTimedOut: 'PipelineRun timeout has been reached',
  TasksTimedOut: 'PipelineRun Tasks timeout has been reached',
  FinallyTimedOut: 'PipelineRun Finally timeout has been reached',
  EmptyArrayInMatrix: 'Matrix Parameters have an empty array',
} as const;
export type SkipReason = (typeof skipReasons)[keyof typeof skipReasons];
