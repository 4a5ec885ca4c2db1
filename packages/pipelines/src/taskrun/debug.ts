import type { TaskRun } from '@assay/tekton';

/** On a run: `onFailure` has its TaskRuns stop at a failed step, which a PipelineRun cannot say itself. */
export const breakpointAnnotation = 'assay.dev/breakpoint';

/** The breakpoints of a TaskRun: its own, or those that its PipelineRun wants. */
export function debugOf({ spec, metadata }: TaskRun): TaskRun['spec']['debug'] {
  if (spec.debug) return spec.debug;
  return metadata.annotations?.[breakpointAnnotation] === 'onFailure'
    ? { breakpoints: { onFailure: 'enabled' } }
    : undefined;
}
