import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ContainerSpec, ImageRootfs, PullPolicy } from '@assay/sandbox';
import { SandboxError } from '@assay/sandbox';
import {
  annotations,
  durationOf,
  formatFieldErrors,
  mergeStepTemplate,
  type Provenance,
  type ResultSpec,
  type Sidecar,
  type SidecarState,
  type Step,
  type StepState,
  scriptText,
  sidecarContainerName,
  stepContainerName,
  stepName,
  type TaskRun,
  type TaskSpec,
  unsupportedTaskFeatures,
} from '@assay/tekton';
import { bindWorkspaces, containerMounts } from '../workspaces/bindings.ts';
import { type PreparedVolume, prepareVolume } from '../workspaces/volumes.ts';
import type { AttemptPlan } from './attempt.ts';
import { CannotStart } from './cannot-start.ts';
import { containerEnvironment } from './environment.ts';
import type { ExecutionServices } from './execution.ts';
import { type AttemptLayout, createLayout, sidecarMounts, stepMounts, writeScript } from './layout.ts';
import { resolveStepActions } from './resolve-step-actions.ts';
import { type ResolvedTask, resolveTask } from './resolve-task.ts';
import { containerSpec } from './step-container.ts';
import { withStepArtifacts } from './step-results.ts';
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
  const task = await resolveStepActions(taskRun, await resolveTask(taskRun, client), client);
  const refused = unsupportedTaskFeatures(task.spec);
  if (refused.length > 0) throw new CannotStart('TaskRunValidationFailed', formatFieldErrors(refused));
  const { spec, bindings, podVolumes } = await substitute(taskRun, task, client);
  const merged: TaskSpec = {
    ...spec,
    steps: (spec.steps ?? []).map((step) => mergeStepTemplate(spec.stepTemplate, step)),
  };
  const images = await resolveImages(merged, services, signal);

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

    const hermetic = taskRun.metadata.annotations?.[annotations.executionMode] === 'hermetic';
    const build = async (
      container: Step | Sidecar,
      name: string,
      kind: 'step' | 'sidecar',
      index: number,
    ) => {
      const own = containerMounts(container, merged, workspaces, volumes, owner);
      const environment = await containerEnvironment(
        {
          env: [
            ...(hermetic && kind === 'step' ? [{ name: 'TEKTON_HERMETIC', value: '1' }] : []),
            ...(container.env ?? []),
            ...(taskRun.spec.podTemplate?.env ?? []),
          ],
          envFrom: container.envFrom,
        },
        { client, namespace, taskRun, podName },
      );
      const script = container.script
        ? writeScript(layout, scriptName(kind, index, podId), scriptText(container.script))
        : undefined;
      const mounts = kind === 'step' ? stepMounts(layout, index, own) : sidecarMounts(layout, own);
      const image = images.get(container.image!)!;
      return containerSpec({
        name,
        container,
        image,
        environment,
        mounts,
        podTemplate: taskRun.spec.podTemplate,
        ...(script !== undefined && { script }),
      });
    };

    const steps = await Promise.all(
      (merged.steps ?? []).map(async (step, index) => {
        const container: ContainerSpec = await build(
          step,
          stepContainerName(step.name, index),
          'step',
          index,
        );
        if (hermetic) container.network = 'none';
        const timeoutMs = durationOf(step.timeout);
        return {
          state: waiting(stepName(step.name, index), container) satisfies StepState,
          container,
          onError: step.onError === 'continue' ? ('continue' as const) : ('stopAndFail' as const),
          ...(timeoutMs ? { timeoutMs } : {}),
          ...(step.when && { when: step.when }),
          ...(step.script?.includes('$(steps.') && {
            prepare: (earlier: readonly StepState[]) => {
              const text = withStepArtifacts(scriptText(step.script!), earlier);
              writeScript(layout, scriptName('step', index, podId), text);
            },
          }),
        };
      }),
    );
    const sidecars = await Promise.all(
      (merged.sidecars ?? []).map(async (sidecar, index) => {
        const container = await build(sidecar, sidecarContainerName(sidecar.name), 'sidecar', index);
        return { state: waiting(sidecar.name, container) satisfies SidecarState, container };
      }),
    );
    return {
      plan: { podId, hostname: podName, network: !hermetic || sidecars.length > 0, steps, sidecars },
      layout,
      spec,
      declared: spec.results ?? [],
      provenance: {
        featureFlags: services.featureFlags,
        ...(task.refSource && { refSource: task.refSource }),
      },
      metadata: task.metadata,
      dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function waiting(name: string, container: ContainerSpec) {
  return {
    name,
    container: container.name,
    imageID: container.image.imageId,
    waiting: { reason: 'PodInitializing' },
  };
}

function scriptName(kind: 'step' | 'sidecar', index: number, podId: string): string {
  const suffix = createHash('sha256').update(`${podId}/${kind}/${index}`).digest('hex').slice(0, 5);
  return kind === 'step' ? `script-${index}-${suffix}` : `sidecar-script-${index}-${suffix}`;
}

async function resolveImages(
  spec: TaskSpec,
  { images }: ExecutionServices,
  signal: AbortSignal,
): Promise<Map<string, ImageRootfs>> {
  const wanted = new Map<string, { container: string; pullPolicy: PullPolicy }>();
  const add = (container: Step | Sidecar, name: string) => {
    const pullPolicy = pullPolicyOf(container);
    if (wanted.get(container.image!)?.pullPolicy !== 'Always')
      wanted.set(container.image!, { container: name, pullPolicy });
  };
  for (const [index, step] of (spec.steps ?? []).entries()) add(step, stepName(step.name, index));
  for (const sidecar of spec.sidecars ?? []) add(sidecar, sidecar.name);
  return new Map(
    await Promise.all(
      [...wanted].map(async ([reference, { container, pullPolicy }]) => {
        try {
          return [reference, await images.resolve(reference, { pullPolicy, signal })] as const;
        } catch (error) {
          if (!(error instanceof SandboxError)) throw error;
          throw new CannotStart(
            'TaskRunImagePullFailed',
            `the step ${JSON.stringify(container)} could not get its image ${JSON.stringify(reference)}: ${error.message}`,
            { cause: error },
          );
        }
      }),
    ),
  );
}

/** Kubernetes' default: a tag that moves (`latest`, or none) is looked up again every time. */
function pullPolicyOf({ image, imagePullPolicy }: Step | Sidecar): PullPolicy {
  if (imagePullPolicy === 'Always' || imagePullPolicy === 'Never' || imagePullPolicy === 'IfNotPresent') {
    return imagePullPolicy;
  }
  const name = image!.slice(image!.lastIndexOf('/') + 1);
  return !name.includes('@') && (!name.includes(':') || name.endsWith(':latest')) ? 'Always' : 'IfNotPresent';
}
