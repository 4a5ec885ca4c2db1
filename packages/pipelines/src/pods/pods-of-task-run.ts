import type { Condition, KubeObject } from '@assay/kube';
import {
  annotations,
  defaultManagedByLabel,
  labels,
  podName,
  type Sidecar,
  type SidecarState,
  type Step,
  type StepState,
  succeededCondition,
  type TaskRun,
  type TaskRunAttempt,
} from '@assay/tekton';

/** A container of a Pod as clients of the Kubernetes API know it. */
export interface PodContainer extends Record<string, unknown> {
  name: string;
  image?: string;
}

/** `v1` ContainerStatus. */
export interface ContainerStatus {
  name: string;
  image: string;
  imageID: string;
  containerID?: string;
  ready: boolean;
  started: boolean;
  restartCount: number;
  state: Pick<StepState, 'waiting' | 'running' | 'terminated'>;
  lastState: Record<string, never>;
}

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

/** The part of a `v1` Pod that a TaskRun's attempt has. */
export interface Pod extends KubeObject {
  spec: { containers: PodContainer[] } & Record<string, unknown>;
  status: {
    phase: PodPhase;
    conditions: Condition[];
    containerStatuses: ContainerStatus[];
    startTime?: string;
    reason?: string;
    message?: string;
  } & Record<string, unknown>;
}

/**
 * The Pods of a TaskRun as Tekton makes them on a cluster: one for each attempt that came as far as a pod, the present one
 * last. Pods are not stored: they are a view of the TaskRun, with its resourceVersion, so that they can never disagree.
 */
export function podsOfTaskRun(taskRun: TaskRun): Pod[] {
  const { retriesStatus = [], ...present } = taskRun.status ?? {};
  return [...retriesStatus, present].flatMap((attempt, index) => {
    if (attempt.podName === undefined) return [];
    const over = index < retriesStatus.length;
    return [podOfAttempt(taskRun, attempt, index, over)];
  });
}

function podOfAttempt(taskRun: TaskRun, attempt: TaskRunAttempt, index: number, over: boolean): Pod {
  const { metadata, spec } = taskRun;
  const containers = [
    ...(attempt.taskSpec?.steps ?? []).map((step, at) => podContainer(step, attempt.steps?.[at])),
    ...(attempt.taskSpec?.sidecars ?? []).map((sidecar, at) => podContainer(sidecar, attempt.sidecars?.[at])),
  ];
  const phase = phaseOf(attempt, over);
  const running = phase === 'Running';
  const done = phase === 'Succeeded' || phase === 'Failed';
  const statuses = [...(attempt.steps ?? []), ...(attempt.sidecars ?? [])].map((state) =>
    containerStatus(state, containers.find((container) => container.name === state.container)?.image),
  );
  const ready = running && statuses.every((status) => status.ready);
  const since = attempt.startTime ?? metadata.creationTimestamp!;
  const failure = phase === 'Failed' ? succeededCondition({ status: attempt }) : undefined;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: attempt.podName ?? podName(metadata.name!, index),
      namespace: metadata.namespace!,
      uid: podUid(metadata.uid!, index),
      resourceVersion: metadata.resourceVersion!,
      creationTimestamp: since,
      labels: {
        [labels.managedBy]: defaultManagedByLabel,
        ...metadata.labels,
        [labels.taskRun]: metadata.name!,
        [labels.taskRunUID]: metadata.uid!,
      },
      annotations: {
        ...metadata.annotations,
        [annotations.ready]: 'READY',
      },
      ownerReferences: [
        {
          apiVersion: taskRun.apiVersion,
          kind: taskRun.kind,
          name: metadata.name!,
          uid: metadata.uid!,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: {
      containers,
      restartPolicy: 'Never',
      serviceAccountName: spec.serviceAccountName ?? 'default',
      ...(spec.podTemplate?.securityContext && { securityContext: spec.podTemplate.securityContext }),
      ...(attempt.taskSpec?.volumes && { volumes: attempt.taskSpec.volumes }),
      nodeName: 'assay',
    },
    status: {
      phase,
      conditions: [
        podCondition('Initialized', true, since),
        podCondition('Ready', ready, since, done ? 'PodCompleted' : 'ContainersNotReady'),
        podCondition('ContainersReady', ready, since, done ? 'PodCompleted' : 'ContainersNotReady'),
        podCondition('PodScheduled', true, since),
      ],
      containerStatuses: statuses,
      startTime: since,
      qosClass: 'BestEffort',
      hostIP: '127.0.0.1',
      ...(failure?.reason === 'PodEvicted' && { reason: 'Evicted', message: failure.message ?? '' }),
    },
  };
}

function podContainer(container: Step | Sidecar, state: StepState | SidecarState | undefined): PodContainer {
  const { image, command, args, workingDir, env, volumeMounts, computeResources, securityContext } =
    container;
  return {
    name: state?.container ?? container.name ?? '',
    ...(image !== undefined && { image }),
    ...(command && { command }),
    ...(args && { args }),
    ...(workingDir !== undefined && { workingDir }),
    ...(env && { env }),
    ...(volumeMounts && { volumeMounts }),
    ...(securityContext && { securityContext }),
    resources: computeResources ?? {},
  };
}

function containerStatus(state: StepState | SidecarState, image: string | undefined): ContainerStatus {
  const { waiting, running, terminated } = state;
  return {
    name: state.container ?? state.name ?? '',
    image: image ?? '',
    imageID: state.imageID ?? '',
    ...(terminated?.containerID !== undefined && { containerID: terminated.containerID }),
    ready: running !== undefined,
    started: running !== undefined,
    restartCount: 0,
    state: terminated ? { terminated } : running ? { running } : { waiting: waiting ?? {} },
    lastState: {},
  };
}

function phaseOf(attempt: TaskRunAttempt, over: boolean): PodPhase {
  const succeeded = succeededCondition({ status: attempt });
  if (over || succeeded?.status === 'False') return 'Failed';
  if (succeeded?.status === 'True') return 'Succeeded';
  return attempt.steps?.some((state) => state.running ?? state.terminated) ? 'Running' : 'Pending';
}

function podCondition(type: string, holds: boolean, since: string, reason?: string): Condition {
  return {
    type,
    status: holds ? 'True' : 'False',
    lastTransitionTime: since,
    ...(!holds && reason !== undefined && { reason }),
  };
}

/** A uid of its own for every attempt: the TaskRun's with the attempt added to its last group. */
function podUid(taskRunUid: string, attempt: number): string {
  const tail = (BigInt(`0x${taskRunUid.slice(-12)}`) + BigInt(attempt) + 1n) & 0xffffffffffffn;
  return taskRunUid.slice(0, -12) + tail.toString(16).padStart(12, '0');
}
