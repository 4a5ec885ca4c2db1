import { join } from 'node:path';
import {
  formatFieldErrors,
  mergeStepTemplate,
  type Provenance,
  type ResultSpec,
  type TaskRun,
  type TaskSpec,
  unsupportedTaskFeatures,
  type VerificationResult,
} from '@assay/tekton';
import { cacheRequests } from '../caches/cache-requests.ts';
import { openCaches, type RunCaches } from '../caches/run-caches.ts';
import { bindWorkspaces } from '../workspaces/bindings.ts';
import { type PreparedVolume, prepareVolume } from '../workspaces/volumes.ts';
import type { AttemptPlan } from './attempt.ts';
import { hasBreakpoints, prepareBreakpoints } from './breakpoints.ts';
import { CannotStart } from './cannot-start.ts';
import { isHermetic, planSidecars, planSteps, writeUsedSecrets } from './containers.ts';
import { debugOf } from './debug.ts';
import type { ExecutionServices } from './execution-services.ts';
import { resolveImages } from './images.ts';
import { type AttemptLayout, createLayout } from './layout.ts';
import { withNamespaceLimits } from './namespace-limits.ts';
import { podHosts } from './pod-hosts.ts';
import { resolveStepActions } from './resolve-step-actions.ts';
import { type ResolvedTask, resolveTask } from './resolve-task.ts';
import { runCredentials } from './run-credentials.ts';
import { substitute } from './substitute.ts';

/** A TaskRun's attempt, ready to run. */
export interface Preparation {
  plan: AttemptPlan;
  layout: AttemptLayout;
  /** What `status.taskSpec` shows: the Task with its variables replaced. */
  spec: TaskSpec;
  /** The results to read. */
  declared: ResultSpec[];
  provenance: Provenance;
  /** Labels and annotations that the run takes over from its Task. */
  metadata: ResolvedTask['metadata'];
  /** What trusted resources say of the Task. */
  verification?: VerificationResult;
  /** Secrets that the run's ServiceAccount names and that are not there. */
  missingSecrets: string[];
  /** What outlives the run of its workspaces; absent when it asks for nothing of the kind. */
  caches?: RunCaches;
  /** Removes the attempt's directories. */
  dispose(): Promise<void>;
}

/**
 * Everything between the TaskRun as its author wrote it and containers that can be started: its Task and StepActions,
 * validation, variables, workspaces, volumes, images, scripts.
 * @throws CannotStart with the condition the TaskRun ends with
 */
export async function prepare(
  taskRun: TaskRun,
  podName: string,
  podId: string,
  services: ExecutionServices,
  signal: AbortSignal,
): Promise<Preparation> {
  const { client, attemptsDirectory, claimsDirectory, sandbox } = services;
  const owner = sandbox.runtime.containerRoot;
  const namespace = taskRun.metadata.namespace!;
  const found = await resolveTask(taskRun, services, signal);
  const task = await resolveStepActions(taskRun, found, services, signal);
  const refused = unsupportedTaskFeatures(task.spec);
  if (refused.length > 0) throw new CannotStart('TaskRunValidationFailed', formatFieldErrors(refused));
  const { spec, bindings, podVolumes } = await substitute(taskRun, task, client);
  const merged: TaskSpec = {
    ...spec,
    steps: await withNamespaceLimits(
      (spec.steps ?? []).map((step) => mergeStepTemplate(spec.stepTemplate, step)),
      taskRun,
      client,
    ),
  };
  const credentials = await runCredentials(taskRun, client, services.accountLogins, services.flags);
  const images = await resolveImages(merged, services.images, credentials.pull, signal);

  const { workspaces, volumes: workspaceVolumes } = bindWorkspaces(spec.workspaces ?? [], bindings);
  const directory = join(attemptsDirectory, podId);
  const dispose = () => sandbox.removeVolume(directory);
  await dispose();
  try {
    const layout = createLayout(directory, merged.steps ?? [], owner);
    const volumes = new Map<string, PreparedVolume>();
    const context = { client, namespace, directory: layout.volumes, claims: claimsDirectory, owner };
    for (const volume of [...(merged.volumes ?? []), ...podVolumes, ...workspaceVolumes]) {
      volumes.set(volume.name, await prepareVolume(volume, context));
    }

    const requests = services.caches ? cacheRequests(taskRun, task.metadata?.annotations) : [];
    const caches =
      services.caches && requests.length > 0
        ? await openCaches(services.caches, taskRun, requests, workspaces, volumes)
        : undefined;
    if (hasBreakpoints(debugOf(taskRun))) prepareBreakpoints(layout.tekton, merged.steps?.length ?? 0);
    writeUsedSecrets(layout, credentials.steps);
    const input = {
      ...{ taskRun, podName, podId, spec: merged, layout, workspaces, volumes, images, client, owner },
      credentials: credentials.steps,
    };
    const [steps, sidecars] = await Promise.all([planSteps(input), planSidecars(input)]);
    for (const [index, refSource] of task.stepSources ?? []) {
      const state = steps[index]?.state;
      if (state) state.provenance = { refSource };
    }
    return {
      plan: {
        ...{ podId, hostname: podName, steps, sidecars },
        network: !isHermetic(taskRun) || sidecars.length > 0,
        hosts: podHosts(taskRun.spec.podTemplate),
        awaitSidecars: services.flags?.awaitSidecarReadiness !== false,
      },
      layout,
      spec,
      declared: spec.results ?? [],
      provenance: {
        ...(services.flags?.enableProvenanceInStatus !== false && {
          featureFlags: services.featureFlags,
          ...(task.refSource && { refSource: task.refSource }),
        }),
        ...(caches?.uses.length && { caches: caches.uses }),
      },
      metadata: task.metadata,
      ...(task.verification && { verification: task.verification }),
      missingSecrets: credentials.missing,
      ...(caches && { caches }),
      dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}
