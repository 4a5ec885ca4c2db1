import { integrationLabels } from '@assay/integration';
import { type Client, isKubeError } from '@assay/kube';
import { isDone, isSuccessful, PipelineRuns } from '@assay/tekton';
import { CliError } from '../error.ts';

const pollMs = 100;
/** How long a build that has ended well may go unsigned. */
const patienceMs = 60_000;

/**
 * The Snapshot of a build, once there is one.
 * @returns its name
 * @throws CliError RunNotFound; InvalidManifest when the build makes none
 */
export async function awaitSnapshot(client: Client, namespace: string, name: string): Promise<string> {
  let ended: number | undefined;
  for (;;) {
    const run = await client.get(PipelineRuns, namespace, name).catch((cause: unknown) => {
      if (!isKubeError(cause, 'NotFound')) throw cause;
      throw new CliError('RunNotFound', `there is no PipelineRun ${name} in namespace ${namespace}`, {
        cause,
        exitCode: 5,
      });
    });
    const { annotations = {} } = run.metadata;
    const snapshot = annotations[integrationLabels.snapshot];
    if (snapshot !== undefined) return snapshot;
    const report = annotations[integrationLabels.snapshotCreationReport];
    if (report !== undefined) throw noSnapshot(name, report);
    if (isDone(run)) {
      if (!isSuccessful(run)) throw noSnapshot(name, 'it failed');
      ended ??= Date.now();
      if (Date.now() - ended > patienceMs)
        throw noSnapshot(name, 'it is not signed, or its labels do not make it a build of a Component');
    }
    await new Promise((done) => setTimeout(done, pollMs));
  }
}

function noSnapshot(name: string, why: string): CliError {
  return new CliError('InvalidManifest', `PipelineRun ${name} made no Snapshot: ${why}`, {
    hint: 'a build carries the labels pipelines.appstudio.openshift.io/type: build, and its application and component',
  });
}
