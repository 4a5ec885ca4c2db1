import type { Client } from '@assay/kube';
import { type Release, Releases, releaseConditions } from '@assay/release';

/** Waits for a Release to end, and says on standard error where it stands. */
export async function followRelease(client: Client, release: Release): Promise<Release> {
  if (release.status?.completionTime !== undefined) return release;
  const { namespace, name, resourceVersion } = release.metadata;
  let told = '';
  const watch = client.watch(Releases, {
    namespace: namespace!,
    fieldSelector: `metadata.name=${name}`,
    resourceVersion: resourceVersion!,
  });
  for await (const event of watch) {
    if (event.type === 'BOOKMARK') continue;
    if (event.object.status?.completionTime !== undefined || event.type === 'DELETED') return event.object;
    const stage = stageOf(event.object);
    if (stage !== told) process.stderr.write(`${stage}\n`);
    told = stage;
  }
  return client.get(Releases, namespace!, name!);
}

function stageOf({ status }: Release): string {
  const { pipelineRun } = status?.managedProcessing ?? {};
  if (pipelineRun !== undefined) return `PipelineRun ${pipelineRun} copies it`;
  const managed = status?.conditions?.find(({ type }) => type === releaseConditions.managedPipelineProcessed);
  return managed?.message || 'the plan and the admission agree';
}
