import { isDeepStrictEqual } from 'node:util';
import { isKubeError, type OwnerReference } from '@assay/kube';
import type { PipelineRun, TaskRun } from '@assay/tekton';
import { isSuccessful, labels, PipelineRuns, setDefaults, TaskRuns } from '@assay/tekton';
import { type Child, isOwnedBy } from './child.ts';
import type { Context } from './context.ts';
import { ownedBy } from './metadata.ts';

/** On a PipelineRun: the name of the earlier run whose finished tasks it need not do again. */
export const reuseAnnotation = 'assay.dev/reuse-results-of';
/** On a run: the name of the run that it repeats. */
export const rerunAnnotation = 'assay.dev/rerun-of';

/**
 * The TaskRuns of an earlier run that may stand for those that `run` is to create: they are no finally tasks, did well, and with the very same
 * spec, params and results of other tasks included. They become this run's as well, beside their first one's, so that
 * they stay as long as either; their own provenance says when and from what they were made.
 *
 * @param wanted what would be created otherwise
 * @returns by the names of `wanted`; those that have to be created are absent
 */
export async function reuseTaskRuns(
  context: Context,
  run: PipelineRun,
  wanted: readonly Child[],
): Promise<Map<string, TaskRun>> {
  const reused = new Map<string, TaskRun>();
  const earlierName = run.metadata.annotations?.[reuseAnnotation];
  if (!earlierName || earlierName === run.metadata.name) return reused;
  const earlier = await earlierRun(context, run, earlierName);
  if (!earlier) return reused;
  const offered = new Map<string, string[]>();
  for (const { kind, name, pipelineTaskName = '' } of earlier.status?.childReferences ?? []) {
    if (kind === 'TaskRun') offered.set(pipelineTaskName, [...(offered.get(pipelineTaskName) ?? []), name]);
  }
  await Promise.all(
    wanted.map(async (child) => {
      // What a pipeline does at its end it does at the end of each run.
      if (child.kind !== 'TaskRun' || child.metadata.labels?.[labels.memberOf] === 'finally') return;
      const task = child.metadata.labels?.[labels.pipelineTask] ?? '';
      const { spec } = setDefaults(child as TaskRun);
      for (const name of offered.get(task) ?? []) {
        const found = await read(context, run, name);
        if (!found || !isOwnedBy(found, earlier) || !isSuccessful(found)) continue;
        if (!isDeepStrictEqual(plain(found.spec), plain(spec))) continue;
        reused.set(child.metadata.name!, await adopt(context, run, found));
        return;
      }
    }),
  );
  return reused;
}

async function earlierRun(
  { client }: Context,
  run: PipelineRun,
  name: string,
): Promise<PipelineRun | undefined> {
  try {
    return await client.get(PipelineRuns, run.metadata.namespace!, name);
  } catch (error) {
    if (isKubeError(error, 'NotFound')) return undefined;
    throw error;
  }
}

async function read({ client }: Context, run: PipelineRun, name: string): Promise<TaskRun | undefined> {
  try {
    return await client.get(TaskRuns, run.metadata.namespace!, name);
  } catch (error) {
    if (isKubeError(error, 'NotFound')) return undefined;
    throw error;
  }
}

async function adopt({ client }: Context, run: PipelineRun, taskRun: TaskRun): Promise<TaskRun> {
  if (isOwnedBy(taskRun, run)) return taskRun;
  const owner: OwnerReference = { ...ownedBy(run), controller: false, blockOwnerDeletion: false };
  const { namespace, name, uid, resourceVersion, ownerReferences = [] } = taskRun.metadata;
  return client.patch(TaskRuns, namespace!, name!, {
    metadata: {
      uid: uid!,
      resourceVersion: resourceVersion!,
      ownerReferences: [...ownerReferences, owner],
    },
  });
}

/** As it comes back from the API. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
