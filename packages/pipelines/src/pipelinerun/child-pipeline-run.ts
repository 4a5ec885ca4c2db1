import { type Client, isKubeError } from '@assay/kube';
import type { PipelineRun, PipelineTask } from '@assay/tekton';
import { labels, PipelineRuns, tektonApiVersion } from '@assay/tekton';
import { ownedBy, taskRunMarks } from './metadata.ts';
import type { TaskRunParts } from './task-run.ts';

/** The PipelineRun of a PipelineTask that is a pipeline itself. */
export function childPipelineRunFor({ run, task, section, name, workspaces }: TaskRunParts): PipelineRun {
  const marks = taskRunMarks(run, task, section);
  const { [labels.pipeline]: _parents, ...own } = marks.labels;
  const { pipelineRef, pipelineSpec } = task;
  const { taskRunTemplate } = run.spec;
  return {
    apiVersion: tektonApiVersion,
    kind: 'PipelineRun',
    metadata: {
      name,
      namespace: run.metadata.namespace!,
      labels: { ...own, ...(pipelineRef?.name && { [labels.pipeline]: pipelineRef.name }) },
      ...(Object.keys(marks.annotations).length > 0 && { annotations: marks.annotations }),
      ownerReferences: [ownedBy(run)],
    },
    spec: {
      ...(pipelineRef ? { pipelineRef } : { pipelineSpec }),
      ...(task.params?.length && { params: task.params }),
      ...(taskRunTemplate && { taskRunTemplate }),
      ...(workspaces.length > 0 && { workspaces }),
    },
  };
}

/** Why a task's Pipeline may not be run in `run`: it runs already in one of those that this run belongs to. */
export async function cycleProblem(
  client: Client,
  run: PipelineRun,
  task: PipelineTask,
): Promise<string | undefined> {
  const wanted = task.pipelineRef?.name;
  if (!wanted) return undefined;
  const chain: string[] = [];
  const seen = new Set<string>();
  for (let at: PipelineRun | undefined = run; at; at = await ownerOf(client, at)) {
    if (seen.has(at.metadata.uid!)) break;
    seen.add(at.metadata.uid!);
    const name = at.metadata.labels?.[labels.pipeline];
    if (name) chain.push(name);
    if (name === wanted) {
      return `detected cycle in pipeline-in-pipeline: pipeline "${wanted}" is already running in ancestor chain [${chain.join(' ')}]`;
    }
  }
  return undefined;
}

async function ownerOf(client: Client, run: PipelineRun): Promise<PipelineRun | undefined> {
  const owner = run.metadata.ownerReferences?.find(
    ({ controller, kind }) => controller && kind === 'PipelineRun',
  );
  if (!owner) return undefined;
  try {
    return await client.get(PipelineRuns, run.metadata.namespace!, owner.name);
  } catch (error) {
    if (isKubeError(error, 'NotFound')) return undefined;
    throw error;
  }
}
