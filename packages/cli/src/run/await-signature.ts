import type { Client, ResourceType } from '@assay/kube';
import { type PipelineRun, PipelineRuns, type TaskRun, TaskRuns } from '@assay/tekton';

/** The annotation by which the observer says that it has looked at a run: `true`, or `failed`. */
export const signedAnnotation = 'chains.tekton.dev/signed';

/**
 * Waits until the observer has signed what a run did.
 * @returns false when it could not, or did not within the time
 */
export async function awaitSignature(
  client: Client,
  run: TaskRun | PipelineRun,
  timeoutMs: number,
  cancel?: AbortSignal,
): Promise<boolean> {
  const { namespace, name, uid } = run.metadata;
  const resource = (run.kind === 'TaskRun' ? TaskRuns : PipelineRuns) as ResourceType<TaskRun | PipelineRun>;
  const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(cancel ? [cancel] : [])]);
  const events = client.watch(resource, {
    namespace: namespace!,
    fieldSelector: `metadata.name=${name}`,
    signal,
  });
  for await (const event of events) {
    if (event.type === 'BOOKMARK' || event.object.metadata.uid !== uid) continue;
    if (event.type === 'DELETED') return false;
    const verdict = event.object.metadata.annotations?.[signedAnnotation];
    if (verdict !== undefined) return verdict === 'true';
  }
  return false;
}
