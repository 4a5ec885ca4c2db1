import { isDone, type PipelineRun, type TaskRun } from '@assay/tekton';

/** Which ended runs go. */
export interface PrunePolicy {
  /** The newest that stay, of each pipeline or task. */
  keep?: number;
  /** Runs that ended later than this, in milliseconds since the epoch, stay. */
  endedBefore?: number;
}

type Run = TaskRun | PipelineRun;

/** What a run is a run of: its pipeline or task, or, for one that brings its own, the name it was generated from. */
function subjectOf(run: Run): string {
  const { namespace, name, labels = {}, generateName } = run.metadata;
  const of = labels['tekton.dev/pipeline'] ?? labels['tekton.dev/task'] ?? labels['tekton.dev/clusterTask'];
  // A run of an embedded definition is labelled with its own name.
  const subject = of !== undefined && of !== name ? of : (generateName ?? 'embedded');
  return `${run.kind} ${namespace}/${subject}`;
}

function endOf(run: Run): number {
  return Date.parse(run.status?.completionTime ?? run.metadata.creationTimestamp ?? '');
}

/**
 * The ended runs that the policy lets go: those that are neither among the newest of their pipeline or task nor young
 * enough. TaskRuns that belong to something go with it. The oldest come first.
 */
export function prunableRuns(runs: readonly Run[], policy: PrunePolicy): Run[] {
  const { keep, endedBefore } = policy;
  if (keep === undefined && endedBefore === undefined) return [];
  const groups = Map.groupBy(
    runs.filter(
      (run) => isDone(run) && !run.metadata.ownerReferences?.length && !run.metadata.deletionTimestamp,
    ),
    subjectOf,
  );
  return [...groups.values()]
    .flatMap((group) => group.toSorted((a, b) => endOf(b) - endOf(a)).slice(keep ?? 0))
    .filter((run) => endedBefore === undefined || endOf(run) < endedBefore)
    .sort((a, b) => endOf(a) - endOf(b) || ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
}
