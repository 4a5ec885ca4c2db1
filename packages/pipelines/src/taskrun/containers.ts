import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@assay/kube';
import { type ContainerSpec, type HostIds, type ImageRootfs, imageUser } from '@assay/sandbox';
import {
  annotations,
  durationOf,
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
} from '@assay/tekton';
import { type StepCredentials, writeCredentials } from '../credentials/creds-init.ts';
import { type BoundWorkspace, containerMounts } from '../workspaces/bindings.ts';
import type { PreparedVolume } from '../workspaces/volumes.ts';
import type { PlannedSidecar, PlannedStep } from './attempt.ts';
import { hasBreakpoints, stepBreakpointMounts } from './breakpoints.ts';
import { debugOf } from './debug.ts';
import { containerEnvironment } from './environment.ts';
import {
  type AttemptLayout,
  sidecarMounts,
  stepBreakpointDirectory,
  stepCredentialsDirectory,
  stepMounts,
  stepPath,
  writeScript,
} from './layout.ts';
import { planProbes } from './probes.ts';
import { containerSpec } from './step-container.ts';
import { withStepArtifacts } from './step-results.ts';

/** What the containers of one attempt are made from. */
export interface ContainersInput {
  taskRun: TaskRun;
  podName: string;
  podId: string;
  /** Variables replaced, templates merged. */
  spec: TaskSpec;
  layout: AttemptLayout;
  workspaces: readonly BoundWorkspace[];
  volumes: ReadonlyMap<string, PreparedVolume>;
  images: ReadonlyMap<string, ImageRootfs>;
  credentials: StepCredentials;
  client: Client;
  owner: HostIds;
}

/** Whether the run's steps may not reach a network. */
export function isHermetic({ metadata }: TaskRun): boolean {
  return metadata.annotations?.[annotations.executionMode] === 'hermetic';
}

/** @throws CannotStart for what a container asks for and cannot have */
export function planSteps(input: ContainersInput): Promise<PlannedStep[]> {
  return Promise.all((input.spec.steps ?? []).map((step, index) => planStep(input, step, index)));
}

/** @throws CannotStart for what a container asks for and cannot have */
export function planSidecars(input: ContainersInput): Promise<PlannedSidecar[]> {
  return Promise.all((input.spec.sidecars ?? []).map((sidecar, index) => planSidecar(input, sidecar, index)));
}

async function planStep(input: ContainersInput, step: Step, index: number): Promise<PlannedStep> {
  const { layout, podId, taskRun, owner } = input;
  const name = stepContainerName(step.name, index);
  const container = await buildContainer(input, step, { name, kind: 'step', index });
  if (isHermetic(taskRun)) container.network = 'none';
  giveCredentials(input, container, index);
  const debug = debugOf(taskRun);
  const directory = stepBreakpointDirectory(layout, index);
  if (hasBreakpoints(debug)) container.mounts.push(...stepBreakpointMounts(directory, index, owner));
  const timeoutMs = durationOf(step.timeout);
  const { stdoutConfig, stderrConfig } = step;
  return {
    state: waiting(stepName(step.name, index), container) satisfies StepState,
    container,
    onError: step.onError === 'continue' ? 'continue' : 'stopAndFail',
    ...(timeoutMs ? { timeoutMs } : {}),
    ...(step.when && { when: step.when }),
    ...((stdoutConfig?.path || stderrConfig?.path) && {
      streams: {
        ...(stdoutConfig?.path && { stdout: stepPath(stdoutConfig.path, step, index) }),
        ...(stderrConfig?.path && { stderr: stepPath(stderrConfig.path, step, index) }),
      },
    }),
    ...(hasBreakpoints(debug) && {
      breakpoints: {
        beforeStep: debug?.breakpoints?.beforeSteps?.includes(stepName(step.name, index)) ?? false,
        onFailure: debug?.breakpoints?.onFailure === 'enabled',
        directory,
      },
    }),
    ...(step.script?.includes('$(steps.') && {
      prepare: (earlier: readonly StepState[]) => {
        const text = withStepArtifacts(scriptText(step.script!), earlier);
        writeScript(layout, scriptName('step', index, podId), text);
      },
    }),
  };
}

async function planSidecar(input: ContainersInput, sidecar: Sidecar, index: number): Promise<PlannedSidecar> {
  const name = sidecarContainerName(sidecar.name);
  const container = await buildContainer(input, sidecar, { name, kind: 'sidecar', index });
  const probes = planProbes(sidecar);
  return {
    state: waiting(sidecar.name, container) satisfies SidecarState,
    container,
    ...(probes && { probes }),
  };
}

interface Place {
  name: string;
  kind: 'step' | 'sidecar';
  index: number;
}

async function buildContainer(
  input: ContainersInput,
  container: Step | Sidecar,
  { name, kind, index }: Place,
): Promise<ContainerSpec> {
  const { taskRun, podName, podId, spec, layout, workspaces, volumes, images, client, owner } = input;
  const { podTemplate } = taskRun.spec;
  const environment = await containerEnvironment(
    {
      env: [
        ...(isHermetic(taskRun) && kind === 'step' ? [{ name: 'TEKTON_HERMETIC', value: '1' }] : []),
        ...(container.env ?? []),
        ...(podTemplate?.env ?? []),
      ],
      envFrom: container.envFrom,
    },
    { client, namespace: taskRun.metadata.namespace!, taskRun, podName },
  );
  const own = containerMounts(container, spec, workspaces, volumes, owner, environment);
  const script = container.script
    ? writeScript(layout, scriptName(kind, index, podId), scriptText(container.script))
    : undefined;
  return containerSpec({
    ...{ name, container, environment, podTemplate },
    image: images.get(container.image!)!,
    mounts: kind === 'step' ? stepMounts(layout, index, own) : sidecarMounts(layout, own),
    ...(script !== undefined && { script }),
  });
}

/**
 * Puts the credentials where Tekton's entrypoint puts them: into the step's own directory, and from there into its home
 * directory. That is done beforehand here, so that nothing has to run in the container for it.
 */
function giveCredentials(
  { layout, credentials, owner }: ContainersInput,
  container: ContainerSpec,
  index: number,
) {
  const { files, used } = credentials;
  if (used.length === 0) return;
  const { uid, gid } = imageUser(container.image, container.user);
  const directory = stepCredentialsDirectory(layout, index);
  const ids = { uid: owner.uid + uid, gid: owner.gid + gid };
  if (process.getuid?.() === 0) writeCredentials(directory, files, ids);
  else writeCredentials(directory, files, owner);
  const home = container.env.HOME ?? imageUser(container.image, container.user).home;
  const mount = container.mounts
    .filter(({ destination }) => home === destination || home.startsWith(`${destination}/`))
    .sort((a, b) => b.destination.length - a.destination.length)[0];
  if (mount && mount.source !== 'tmpfs' && !mount.readOnly && mount.subPath === undefined) {
    const below = join(mount.source, home.slice(mount.destination.length));
    // Only a directory that no step has had its hands on: a workspace's links could lead anywhere.
    if (mount.source === join(layout.tekton, 'home')) {
      mkdirSync(below, { recursive: true });
      writeCredentials(below, files, ids);
      return;
    }
  }
  container.homeFiles = files;
}

/** Writes the Secrets that steps get credentials from, as they are, to where steps see them. */
export function writeUsedSecrets(layout: AttemptLayout, { used }: StepCredentials): void {
  for (const { metadata, data = {}, stringData = {} } of used) {
    const directory = join(layout.secrets, metadata.name!);
    mkdirSync(directory, { recursive: true });
    for (const [key, value] of Object.entries(data)) {
      if (!key.includes('/'))
        writeFileSync(join(directory, key), Buffer.from(value, 'base64'), { mode: 0o644 });
    }
    for (const [key, value] of Object.entries(stringData)) {
      if (!key.includes('/')) writeFileSync(join(directory, key), value, { mode: 0o644 });
    }
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
