import {
  type Client,
  type Clock,
  type Controller,
  isKubeError,
  type ReconcileResult,
  setCondition,
  timestamp,
} from '@assay/kube';
import { type Snapshot, Snapshots } from '@assay/policy';
import { isDone, isSuccessful, type PipelineRun, PipelineRuns } from '@assay/tekton';
import { type Component, Components } from '../resources/component.ts';
import { integrationLabels } from '../resources/labels.ts';
import { snapshotConditions } from '../resources/snapshot-conditions.ts';
import { snapshotName } from '../resources/snapshot-name.ts';
import { type BuiltImage, builtImage, isBuild } from './built-image.ts';
import { composeSnapshot } from './compose-snapshot.ts';

export interface SnapshotControllerOptions {
  client: Client;
  clock: Clock;
}

const signed = 'chains.tekton.dev/signed';

/**
 * Makes a Snapshot of an Application when one of its builds has succeeded and is signed. A pushed image becomes its component's
 * candidate first, so that Snapshots of other components take it along. All state is in the objects: killed at any moment, the
 * next reconcile goes on, and finds the Snapshot under the name that it would have given it.
 */
export function createSnapshotController(options: SnapshotControllerOptions): Controller<PipelineRun> {
  return {
    name: 'snapshot',
    resource: PipelineRuns,
    concurrency: 1,
    reconcile: async (_key, run) => (run ? reconcile(run, options) : undefined),
  };
}

async function reconcile(
  run: PipelineRun,
  { client, clock }: SnapshotControllerOptions,
): Promise<ReconcileResult> {
  const { annotations = {}, deletionTimestamp } = run.metadata;
  if (!isBuild(run) || !isDone(run) || !isSuccessful(run) || deletionTimestamp) return undefined;
  if (annotations[signed] !== 'true' || annotations[integrationLabels.snapshot]) return undefined;
  const built = builtImage(run);
  if ('problem' in built) return report(client, run, built.problem);
  const { namespace } = run.metadata;
  const components = (await client.list(Components, { namespace: namespace! })).items;
  const component = components.find(({ metadata }) => metadata.name === built.component);
  if (component?.spec.application !== built.application) {
    return report(
      client,
      run,
      `there is no component ${built.component} of the application ${built.application}`,
    );
  }
  if (built.pushed) await promote(client, component, built, run);
  const snapshot = composeSnapshot(built, components, {
    name: snapshotName(built.application, endOf(run), run.metadata.uid!),
    namespace: namespace!,
    buildPipelineRun: run.metadata.name!,
    labels: run.metadata.labels ?? {},
    annotations,
  });
  await finish(client, await createOnce(client, snapshot), clock.now());
  await annotate(client, run, { [integrationLabels.snapshot]: snapshot.metadata.name! });
  return undefined;
}

/** The component's candidate becomes the built image, unless that of a later build is it already. */
async function promote(
  client: Client,
  component: Component,
  built: BuiltImage,
  run: PipelineRun,
): Promise<void> {
  const { namespace, name, annotations = {} } = component.metadata;
  const began = run.status?.startTime ?? run.metadata.creationTimestamp!;
  const later = annotations[integrationLabels.lastBuildTime];
  if (later !== undefined && later > began) return;
  await client.patch(Components, namespace!, name!, {
    metadata: { annotations: { [integrationLabels.lastBuildTime]: began } },
  });
  const status = {
    lastPromotedImage: built.containerImage,
    ...(built.git && { lastBuiltCommit: built.git.revision }),
  };
  await client.patch(Components, namespace!, name!, { status }, { subresource: 'status' });
}

async function createOnce(client: Client, snapshot: Snapshot): Promise<Snapshot> {
  try {
    return await client.create(Snapshots, snapshot);
  } catch (error) {
    if (!isKubeError(error, 'AlreadyExists')) throw error;
    return client.get(Snapshots, snapshot.metadata.namespace!, snapshot.metadata.name!);
  }
}

/** Without a required test a Snapshot has passed at once. */
async function finish(client: Client, snapshot: Snapshot, now: number): Promise<void> {
  if (snapshot.status?.conditions?.some(({ type }) => type === snapshotConditions.testSucceeded)) return;
  const passed = setCondition(
    snapshot.status?.conditions,
    {
      type: snapshotConditions.testSucceeded,
      status: 'True',
      reason: 'Passed',
      message: 'No required IntegrationTestScenarios found, skipped testing',
    },
    now,
  );
  const conditions = setCondition(
    passed,
    {
      type: snapshotConditions.integrationStatus,
      status: 'True',
      reason: 'Finished',
      message: `Snapshot integration status condition is finished at ${timestamp(now)}`,
    },
    now,
  );
  const { namespace, name } = snapshot.metadata;
  await client.patch(Snapshots, namespace!, name!, { status: { conditions } }, { subresource: 'status' });
}

/** Says on the run why it has no Snapshot; once. */
async function report(client: Client, run: PipelineRun, problem: string): Promise<undefined> {
  if (run.metadata.annotations?.[integrationLabels.snapshotCreationReport] === problem) return;
  await annotate(client, run, { [integrationLabels.snapshotCreationReport]: problem });
}

async function annotate(
  client: Client,
  run: PipelineRun,
  annotations: Record<string, string>,
): Promise<void> {
  const { namespace, name } = run.metadata;
  await client.patch(PipelineRuns, namespace!, name!, { metadata: { annotations } });
}

function endOf(run: PipelineRun): Date {
  return new Date(run.status?.completionTime ?? run.metadata.creationTimestamp!);
}
