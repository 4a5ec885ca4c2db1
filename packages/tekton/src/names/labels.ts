/** Labels that Tekton puts on runs and pods. */
export const labels = {
  pipeline: 'tekton.dev/pipeline',
  pipelineRun: 'tekton.dev/pipelineRun',
  pipelineRunUID: 'tekton.dev/pipelineRunUID',
  pipelineTask: 'tekton.dev/pipelineTask',
  /** `tasks` or `finally`. */
  memberOf: 'tekton.dev/memberOf',
  task: 'tekton.dev/task',
  clusterTask: 'tekton.dev/clusterTask',
  stepAction: 'tekton.dev/stepAction',
  taskRun: 'tekton.dev/taskRun',
  taskRunUID: 'tekton.dev/taskRunUID',
  managedBy: 'app.kubernetes.io/managed-by',
} as const;

/** Annotations that Tekton reads or writes. */
export const annotations = {
  release: 'pipeline.tekton.dev/release',
  /** Carries a PipelineTask's `onError` to its TaskRun. */
  pipelineTaskOnError: 'pipeline.tekton.dev/pipeline-task-on-error',
  /** `hermetic` cuts the steps off the network. */
  executionMode: 'experimental.tekton.dev/execution-mode',
  signature: 'tekton.dev/signature',
  /** `READY` on a pod whose first step may start. */
  ready: 'tekton.dev/ready',
} as const;

/** The value of `app.kubernetes.io/managed-by` on pods. */
export const defaultManagedByLabel = 'tekton-pipelines';

/** The `spec.managedBy` that leaves a run to Tekton's own controller. */
export const upstreamManager = 'tekton.dev/pipeline';

const chainsAnnotation = /(chains\.tekton\.dev)\/.*/;

/**
 * The annotations a new run may keep: whatever claims to be the observer's work is dropped silently, since only the
 * observer may write it. Untrusted input enters here.
 */
export function admittedAnnotations(given: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(given).filter(([key]) => !chainsAnnotation.test(key)));
}
