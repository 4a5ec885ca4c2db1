import { type Client, isKubeError, type KubeObject, Namespaces, type ResourceType } from '@assay/kube';
import { isDone, type PipelineRun, PipelineRuns, type TaskRun, TaskRuns } from '@assay/tekton';
import { CliError } from '../error.ts';
import { runKinds } from './applied-kinds.ts';

/**
 * Creates the object, or gives the one of that name its content: what `kubectl apply` does for whole objects.
 * @param served the kinds that may be written
 * @returns which of the two it was
 * @throws CliError InvalidManifest for another kind; KubeError
 */
export async function applyObject(
  client: Client,
  object: KubeObject,
  served: readonly ResourceType[] = runKinds,
): Promise<'created' | 'configured'> {
  const resource = served.find(
    ({ group, version, kind }) =>
      object.apiVersion === (group ? `${group}/${version}` : version) && kind === object.kind,
  );
  if (!resource) {
    throw new CliError('InvalidManifest', `${object.apiVersion} ${object.kind} is not served here`, {
      hint: `leave it out; served are ${[...new Set([...served.map(({ kind }) => kind), 'TaskRun', 'PipelineRun'])].join(', ')}`,
    });
  }
  const placed = resource.namespaced
    ? object
    : { ...object, metadata: { ...object.metadata, namespace: undefined } };
  try {
    await client.create(resource, placed);
    return 'created';
  } catch (error) {
    if (!isKubeError(error, 'AlreadyExists')) throw error;
    await client.update(resource, placed);
    return 'configured';
  }
}

export async function ensureNamespace(client: Client, name: string): Promise<void> {
  try {
    await client.create(Namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  } catch (error) {
    if (!isKubeError(error, 'AlreadyExists')) throw error;
  }
}

/**
 * Creates a run. One of that name that has ended makes room, so that a file can be run again and again; what the
 * observer signed about it stays with its images.
 * @throws CliError RunExists when that one still runs
 */
export async function createRun<T extends TaskRun | PipelineRun>(client: Client, run: T): Promise<T> {
  const resource = (run.kind === 'TaskRun' ? TaskRuns : PipelineRuns) as ResourceType<T>;
  try {
    return await client.create(resource, run);
  } catch (error) {
    if (!isKubeError(error, 'AlreadyExists')) throw error;
  }
  const { namespace, name } = run.metadata;
  const earlier = await client.get(resource, namespace!, name!);
  if (!isDone(earlier)) {
    throw new CliError('RunExists', `${run.kind} ${namespace}/${name} is still running`, {
      hint: 'wait for its end, or use metadata.generateName so that each run gets a name of its own',
    });
  }
  await deleteWhenReleased(client, resource, namespace!, name!, earlier.metadata.uid!);
  return client.create(resource, run);
}

/** Deletes and waits until dependents and finalizers are gone (the observer's, say, which looks at every run once). */
async function deleteWhenReleased(
  client: Client,
  resource: ResourceType,
  namespace: string,
  name: string,
  uid: string,
) {
  await client.delete(resource, namespace, name, { preconditions: { uid }, propagationPolicy: 'Foreground' });
  let resourceVersion: string;
  try {
    resourceVersion = (await client.get(resource, namespace, name)).metadata.resourceVersion!;
  } catch (error) {
    if (isKubeError(error, 'NotFound')) return;
    throw error;
  }
  const signal = AbortSignal.timeout(10_000);
  const fieldSelector = `metadata.name=${name}`;
  for await (const event of client.watch(resource, { namespace, fieldSelector, resourceVersion, signal })) {
    if (event.type === 'DELETED') return;
  }
}
