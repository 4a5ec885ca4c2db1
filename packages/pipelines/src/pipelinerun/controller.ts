import { isDeepStrictEqual } from 'node:util';
import type { Client, Clock, Controller, KubeObject, ObjectKey, ReconcileResult } from '@assay/kube';
import { isKubeError, systemClock } from '@assay/kube';
import type { DefaultsConfig, FeatureFlags, PipelineRun, Resolver } from '@assay/tekton';
import { isDone, PipelineRuns, TektonError, upstreamManager } from '@assay/tekton';
import { RunEvents } from '../events/run-events.ts';
import { childKinds, childResource } from './child.ts';
import { Children, type WatchedChildren } from './children.ts';
import type { Context } from './context.ts';
import { fail } from './endings.ts';
import type { Failure } from './failure.ts';
import { userFailure } from './failure.ts';
import { PinnedSpecs } from './pinned-specs.ts';
import { advance } from './progress.ts';
import { SettledRuns } from './settled-runs.ts';

export interface PipelineRunControllerOptions {
  client: Client;
  /** TaskRuns, CustomRuns and PipelineRuns as a watch shows them. @default every look goes to the API */
  watched?: WatchedChildren;
  /** For references that are not by name in the run's namespace. @default none */
  resolvers?: readonly Resolver[];
  /** @default the machine's clock */
  clock?: Pick<Clock, 'now'>;
  /** What validation admits. @default Tekton's own flags */
  featureFlags?: FeatureFlags;
  /** What `status.provenance.featureFlags` says. @default nothing */
  recordedFlags?: Record<string, unknown>;
  /** What runs, Pipelines and Tasks get that leave it out. @default Tekton's own defaults */
  defaults?: DefaultsConfig;
  /** How many runs at once. @default 16 */
  concurrency?: number;
}

/** How often a reconcile starts over on a fresh copy of a run that changed under it, before it backs off. */
const conflictRetries = 3;

/**
 * The controller of `tekton.dev/v1` PipelineRuns: creates a TaskRun for each task whose turn it is, and keeps the
 * run's status. All it knows is in the API, so it may stop at any moment and another one goes on: TaskRuns have
 * names that follow from run and task, and one that is there already is adopted when the run owns it.
 *
 * A custom task becomes a CustomRun, which another controller runs; a pipeline in the pipeline becomes a PipelineRun,
 * which this one runs. A run whose `managedBy` is neither empty nor `tekton.dev/pipeline` is left alone.
 */
export function createPipelineRunController(options: PipelineRunControllerOptions): Controller<PipelineRun> {
  const { client, clock = systemClock, concurrency } = options;
  const children = new Children(client, options.watched);
  const context: Context = {
    client,
    clock,
    children,
    specs: new PinnedSpecs(),
    settled: new SettledRuns(),
    events: new RunEvents(client, () => clock.now()),
    resolvers: options.resolvers ?? [],
    validation: options.featureFlags ? { featureFlags: options.featureFlags } : {},
    recordedFlags: options.recordedFlags,
    defaults: options.defaults ?? {},
  };

  async function reconcile(key: ObjectKey, object: PipelineRun | undefined): Promise<ReconcileResult> {
    if (object && isManagedElsewhere(object)) return undefined;
    for (let run = object, attempt = 0; ; attempt++) {
      if (!run || isDone(run) || run.metadata.deletionTimestamp) {
        for (const memory of [children, context.specs, context.settled]) memory.forget(key);
        return undefined;
      }
      try {
        return await advance(context, run);
      } catch (error) {
        if (error instanceof TektonError) return fail(context, run, invalid(error), clock.now());
        if (!isKubeError(error, 'Conflict') || attempt === conflictRetries) throw error;
        run = await read(client, key);
      }
    }
  }

  return {
    name: 'pipelinerun',
    resource: PipelineRuns,
    secondary: childKinds.map((kind) => ({
      resource: childResource(kind),
      toKeys: owningRun,
      concerns: hasEnded,
    })),
    ...(concurrency !== undefined && { concurrency }),
    reconcile,
  };
}

function isManagedElsewhere({ spec }: PipelineRun): boolean {
  return Boolean(spec.managedBy) && spec.managedBy !== upstreamManager;
}

/** What validation has not caught, or what was changed after it: the same next time, so no use in trying again. */
function invalid(error: TektonError): Failure {
  return userFailure('PipelineValidationFailed', error.message);
}

function owningRun({ metadata }: KubeObject): ObjectKey[] {
  const owner = metadata.ownerReferences?.find(
    (reference) => reference.controller && reference.kind === 'PipelineRun',
  );
  return owner ? [{ namespace: metadata.namespace ?? '', name: owner.name }] : [];
}

/** While a child runs nothing of it concerns its run, and once it has ended only that it goes, or comes under another owner. */
function hasEnded(now: KubeObject, before: KubeObject): boolean {
  if (
    before.metadata.uid !== now.metadata.uid ||
    isDone(before as PipelineRun) !== isDone(now as PipelineRun)
  )
    return true;
  return (
    before.metadata.deletionTimestamp !== now.metadata.deletionTimestamp ||
    !isDeepStrictEqual(before.metadata.ownerReferences, now.metadata.ownerReferences)
  );
}

async function read(client: Client, { namespace, name }: ObjectKey): Promise<PipelineRun | undefined> {
  try {
    return await client.get(PipelineRuns, namespace, name);
  } catch (error) {
    if (isKubeError(error, 'NotFound')) return undefined;
    throw error;
  }
}
