import type { Signer } from '@assay/attestation';
import type { Client, Controller, KubeObject, ObjectKey, ReconcileResult, ResourceType } from '@assay/kube';
import { type ContentStore, isOciError } from '@assay/oci';
import { type PipelineRun, PipelineRuns, type TaskRun, TaskRuns } from '@assay/tekton';
import { findChildren } from './children.ts';
import { defaultObserverConfig, type ObserverConfig } from './config.ts';
import { finalizers, isReconciled, retriesAnnotation, signedAnnotation } from './marks.ts';
import { type FinishedRun, type Observation, observeRun } from './observe-run.ts';

/** What the observer tells about each attempt; texts in it come from the build. */
export interface ObserverReport extends ObjectKey {
  kind: 'TaskRun' | 'PipelineRun';
  uid: string;
  outcome: 'signed' | 'retry' | 'failed' | 'deleted-unfinished';
  observation?: Observation;
  error?: Error;
}

export interface ObserverOptions {
  client: Client;
  signer: Signer;
  /**
   * The store of a repository that a build named; a throw counts as a failure to store there. Whatever is let in
   * here, builds can make the observer write evidence to.
   */
  contentStore(repository: string): ContentStore;
  config?: Partial<ObserverConfig>;
  /** Called after every attempt. */
  report?: (report: ObserverReport) => void;
  /** How many runs of a kind at once. @default 16 */
  concurrency?: number;
  /** Times the waits between attempts. @default the machine's clock */
  clock?: { now(): number };
}

/**
 * The controllers that watch TaskRuns and PipelineRuns and sign what they did when they are done, well or badly.
 *
 * A finalizer keeps a run until it was looked at. A PipelineRun waits for its children, so that the images they
 * name are signed first. The outcome is the annotation `chains.tekton.dev/signed`: `true`, or `failed` after the
 * last attempt. All state is in the runs and the registry: a process killed at any point is taken over by the next
 * without storing a second statement for one run.
 */
export function createObserver(options: ObserverOptions): Controller[] {
  const parts = {
    ...options,
    config: { ...defaultObserverConfig, ...options.config },
    report: options.report ?? (() => {}),
    clock: options.clock ?? { now: () => Date.now() },
    notBefore: new Map<string, number>(),
  };
  const concurrency = options.concurrency ?? 16;
  const taskRuns: Controller<TaskRun> = {
    name: 'observer-taskrun',
    resource: TaskRuns,
    concurrency,
    reconcile: (key, run) => reconcile(parts, TaskRuns, 'TaskRun', key, run),
  };
  const pipelineRuns: Controller<PipelineRun> = {
    name: 'observer-pipelinerun',
    resource: PipelineRuns,
    secondary: [
      { resource: TaskRuns as ResourceType, toKeys: ownerKeys },
      { resource: PipelineRuns as ResourceType, toKeys: ownerKeys },
    ],
    concurrency,
    reconcile: (key, run) => reconcile(parts, PipelineRuns, 'PipelineRun', key, run),
  };
  return [taskRuns as unknown as Controller, pipelineRuns as unknown as Controller];
}

interface Parts extends ObserverOptions {
  config: ObserverConfig;
  report: (report: ObserverReport) => void;
  clock: { now(): number };
  /** When a run that failed is tried again, by uid: writing its marks brings its key back at once. */
  notBefore: Map<string, number>;
}

type Kind = FinishedRun['kind'];

/** A child may end without its change being seen; this is how long a PipelineRun waits before it looks again. */
const childPollMs = 30_000;

async function reconcile<T extends TaskRun | PipelineRun>(
  parts: Parts,
  resource: ResourceType<T>,
  kind: Kind,
  key: ObjectKey,
  seen: T | undefined,
): Promise<ReconcileResult> {
  if (seen === undefined || !isObserved(parts.config, seen)) return undefined;
  const finalizer = finalizers[kind];
  const hasFinalizer = seen.metadata.finalizers?.includes(finalizer) ?? false;
  if (isReconciled(seen.metadata)) {
    if (hasFinalizer) await changeFinalizer(parts.client, resource, seen, 'remove');
    return undefined;
  }
  if (!isDone(seen)) {
    if (seen.metadata.deletionTimestamp !== undefined) {
      if (!hasFinalizer) return undefined;
      await changeFinalizer(parts.client, resource, seen, 'remove');
      parts.report({ ...identify(kind, key, seen), outcome: 'deleted-unfinished' });
    } else if (!hasFinalizer) await changeFinalizer(parts.client, resource, seen, 'add');
    return undefined;
  }
  const wait = (parts.notBefore.get(seen.metadata.uid ?? '') ?? 0) - parts.clock.now();
  if (wait > 0) return { requeueAfterMs: wait };
  const run = await parts.client.get(resource, key.namespace, key.name);
  if (isReconciled(run.metadata) || !isDone(run)) return undefined;
  const family =
    kind === 'TaskRun'
      ? { children: [], missing: [], isComplete: true }
      : await findChildren(parts.client, run as PipelineRun, (child) => isObserved(parts.config, child));
  if (!family.isComplete) return { requeueAfterMs: childPollMs };
  return attest(
    parts,
    resource,
    { kind, run, children: family.children, missingChildren: family.missing },
    key,
  );
}

async function attest<T extends TaskRun | PipelineRun>(
  parts: Parts,
  resource: ResourceType<T>,
  finished: FinishedRun,
  key: ObjectKey,
): Promise<ReconcileResult> {
  const run = finished.run as T;
  const report = identify(finished.kind, key, run);
  let observation: Observation | undefined;
  let error: Error | undefined;
  try {
    observation = await observeRun(finished, parts);
    error = observation.failures[0];
  } catch (cause) {
    error = cause instanceof Error ? cause : new Error(String(cause));
  }
  const detail = { ...(observation && { observation }), ...(error && { error }) };
  const annotations = observation?.annotations ?? {};
  parts.notBefore.delete(report.uid);
  if (error === undefined) {
    await writeMarks(parts.client, resource, run, { ...annotations, [signedAnnotation]: 'true' }, 'remove');
    parts.report({ ...report, outcome: 'signed', ...detail });
    return undefined;
  }
  // Chains counts from 0 for the first retry; the mark is absent before it.
  const mark = run.metadata.annotations?.[retriesAnnotation];
  const attempt = mark === undefined ? 1 : (Number.parseInt(mark, 10) || 0) + 2;
  const denied = observation?.failures.some(({ cause }) => isOciError(cause, 'Denied')) ?? false;
  if (denied || attempt >= parts.config.maxAttempts) {
    await writeMarks(parts.client, resource, run, { ...annotations, [signedAnnotation]: 'failed' }, 'remove');
    parts.report({ ...report, outcome: 'failed', ...detail });
    return undefined;
  }
  const delay = parts.config.retryDelayMs * 2 ** (attempt - 1);
  parts.notBefore.set(report.uid, parts.clock.now() + delay);
  await writeMarks(
    parts.client,
    resource,
    run,
    { ...annotations, [retriesAnnotation]: String(attempt - 1) },
    'keep',
  );
  parts.report({ ...report, outcome: 'retry', ...detail });
  return { requeueAfterMs: delay };
}

/** The object seen may be behind: then a newer one, or its end, is on the way here, and nothing is to be done now. */
async function changeFinalizer<T extends TaskRun | PipelineRun>(
  client: Client,
  resource: ResourceType<T>,
  seen: T,
  change: 'add' | 'remove',
): Promise<void> {
  try {
    await writeMarks(client, resource, seen, {}, change);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'Conflict' && code !== 'NotFound') throw error;
  }
}

/**
 * Writes annotations and the finalizer in one patch. The list of finalizers is replaced as a whole, so the patch is
 * made for the version that was read and fails with Conflict on any other; the key then comes round again.
 */
async function writeMarks<T extends TaskRun | PipelineRun>(
  client: Client,
  resource: ResourceType<T>,
  run: T,
  annotations: Record<string, string>,
  finalizer: 'add' | 'remove' | 'keep',
): Promise<void> {
  const { namespace = 'default', name = '', resourceVersion, finalizers: present = [] } = run.metadata;
  const own = finalizers[resource.kind as Kind];
  const others = present.filter((item) => item !== own);
  const isChanged =
    finalizer === 'add' ? !present.includes(own) : finalizer === 'remove' && present.includes(own);
  await client.patch(resource, namespace, name, {
    metadata: {
      resourceVersion,
      ...(Object.keys(annotations).length > 0 && { annotations }),
      ...(isChanged && { finalizers: finalizer === 'add' ? [...others, own] : others }),
    },
  });
}

/** Runs of other engines, and of other namespaces, are left alone. */
function isObserved(config: ObserverConfig, run: TaskRun | PipelineRun): boolean {
  const managedBy = run.spec?.managedBy;
  if (managedBy && managedBy !== 'tekton.dev/pipeline' && !config.managedBy.includes(managedBy)) return false;
  return config.namespaces === undefined || config.namespaces.includes(run.metadata.namespace ?? 'default');
}

export function isDone(run: TaskRun | PipelineRun): boolean {
  const condition = run.status?.conditions?.find(({ type }) => type === 'Succeeded');
  return condition !== undefined && condition.status !== 'Unknown';
}

function identify(kind: Kind, key: ObjectKey, run: KubeObject): Omit<ObserverReport, 'outcome'> {
  return { kind, namespace: key.namespace, name: key.name, uid: run.metadata.uid ?? '' };
}

function ownerKeys(object: KubeObject): ObjectKey[] {
  return (object.metadata.ownerReferences ?? [])
    .filter((owner) => owner.kind === 'PipelineRun')
    .map((owner) => ({ namespace: object.metadata.namespace ?? 'default', name: owner.name }));
}
