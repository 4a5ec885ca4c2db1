import type { PipelineRun, PipelineSpec, PipelineTask } from '@assay/tekton';
import { Failure } from './failure.ts';

/**
 * Refuses what this controller does not run, before anything of the run is created: a feature that is passed over
 * in silence would give a run that says it succeeded and did not do what its author wrote.
 */
export function unsupportedFeature(
  run: PipelineRun,
  pipelineName: string,
  spec: PipelineSpec,
): Failure | undefined {
  for (const task of [...(spec.tasks ?? []), ...(spec.finally ?? [])]) {
    const feature = featureOf(task);
    if (feature === undefined) continue;
    return new Failure(
      'PipelineValidationFailed',
      `Pipeline ${run.metadata.namespace}/${pipelineName} can't be Run; pipeline task "${task.name}" uses ${feature}, which is not supported`,
    );
  }
  return undefined;
}

function featureOf(task: PipelineTask): string | undefined {
  if (task.pipelineRef) return 'pipelineRef (pipelines in pipelines)';
  if (task.pipelineSpec) return 'pipelineSpec (pipelines in pipelines)';
  if (task.when?.some((expression) => expression.cel)) return 'CEL in a when expression';
  if (task.taskRef?.bundle) return 'taskRef.bundle';
  const kind = task.taskRef?.kind ?? task.taskSpec?.kind;
  const apiVersion = task.taskRef?.apiVersion || task.taskSpec?.apiVersion;
  if (kind === 'ClusterTask') return 'a ClusterTask';
  if (apiVersion && !(apiVersion.startsWith('tekton.dev/') && (kind ?? 'Task') === 'Task')) {
    return `a custom task (${apiVersion}, kind ${kind ?? 'not given'})`;
  }
  return undefined;
}
