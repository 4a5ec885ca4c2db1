import type { PipelineRun, PipelineTask, TaskRun } from '@assay/tekton';

/** A PipelineRun with the TaskRuns that it made. */
export interface RunFamily<Run = PipelineRun> {
  run: Run;
  children: readonly TaskRun[];
  /** The children that ran to an end, in the order of `tasks`, then `finally`. */
  executed: readonly TaskRun[];
}

/** The label by which a TaskRun says which task of its Pipeline it is. */
export const pipelineTaskLabel = 'tekton.dev/pipelineTask';

/** Sorts the children of a PipelineRun by the tasks of its pipeline. */
export function familyOf(run: PipelineRun, children: readonly TaskRun[]): RunFamily {
  return {
    run,
    children,
    executed: pipelineTasks(run).flatMap((task) => executedChildren(children, task.name)),
  };
}

/** `tasks`, then `finally`, of the pipeline as it was run. */
export function pipelineTasks(run: PipelineRun): PipelineTask[] {
  const spec = run.status?.pipelineSpec;
  return [...(spec?.tasks ?? []), ...(spec?.finally ?? [])];
}

/** The TaskRuns of one pipeline task that have ended; several for a matrix. */
export function executedChildren(children: readonly TaskRun[], taskName: string): TaskRun[] {
  return children.filter(
    (child) =>
      child.metadata?.labels?.[pipelineTaskLabel] === taskName && Boolean(child.status?.completionTime),
  );
}

/** RFC 3339 in UTC, with fractions of a second only where there are any; undefined for what is no time. */
export function utcTime(text: string | undefined): string | undefined {
  if (!text) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString().replace(/\.000Z$/, 'Z');
}
