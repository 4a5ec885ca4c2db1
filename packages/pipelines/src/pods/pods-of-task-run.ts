import type { ContainerStatus, Pod, PodContainer } from '@assay/kube';
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
import { deletedPods } from './deleted-pods.ts';

type PodStatus = NonNullable<Pod['status']>;
type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

/** As Kubernetes gives pods to end. */
const gracePeriodSeconds = 30;

/**
 * The Pods of a TaskRun as Tekton makes them on a cluster: one for each attempt that came as far as a pod, the present one
 * last. Pods are not stored: they are a view of the TaskRun, with its resourceVersion, so that they can never disagree.
 * One that was deleted is left out once its attempt has ended.
 */
export function podsOfTaskRun(taskRun: TaskRun): Pod[] {
  const { retriesStatus = [], ...present } = taskRun.status ?? {};
  const deleted = deletedPods(taskRun);
  return [...retriesStatus, present].flatMap((attempt, index) => {
    if (attempt.podName === undefined) return [];
    const phase = phaseOf(attempt, index < retriesStatus.length);
    const over = phase === 'Succeeded' || phase === 'Failed';
    if (over && deleted.has(attempt.podName)) return [];
    const deletionTimestamp = deleted.get(attempt.podName) ?? taskRun.metadata.deletionTimestamp;
    return [podOfAttempt(taskRun, attempt, index, phase, deletionTimestamp)];
  });
}

/** The names that a TaskRun may have which has a pod of this name; undefined when the name does not tell. */
export function taskRunsOfPod(pod: string): string[] | undefined {
  // Names of this length may be shortened ones.
  if (pod.length === 63) return undefined;
  const match = /^(.+)-pod(?:-retry\d+)?$/.exec(pod);
  return match ? [match[1]!] : [];
}

function podOfAttempt(
  taskRun: TaskRun,
  attempt: TaskRunAttempt,
  index: number,
  phase: PodPhase,
  deletionTimestamp: string | undefined,
): Pod {
  const { metadata, spec } = taskRun;
  const { steps = [], sidecars = [] } = attempt;
  const containers = [
    ...(attempt.taskSpec?.steps ?? []).map((step, at) => podContainer(step, steps[at])),
    ...(attempt.taskSpec?.sidecars ?? []).map((sidecar, at) => podContainer(sidecar, sidecars[at])),
  ];
  const since = attempt.startTime ?? metadata.creationTimestamp!;
  const statuses = [...steps, ...sidecars].map((state) => {
    const container = containers.find(({ name }) => name === state.container);
    return containerStatus(state, container?.image, phase === 'Running' ? since : undefined);
  });
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: attempt.podName ?? podName(metadata.name!, index),
      namespace: metadata.namespace!,
      uid: podUid(metadata.uid!, index),
      resourceVersion: metadata.resourceVersion!,
      creationTimestamp: since,
      ...(deletionTimestamp && { deletionTimestamp, deletionGracePeriodSeconds: gracePeriodSeconds }),
      labels: {
        [labels.managedBy]: defaultManagedByLabel,
        ...metadata.labels,
        [labels.taskRun]: metadata.name!,
        [labels.taskRunUID]: metadata.uid!,
      },
      annotations: { ...metadata.annotations, [annotations.ready]: 'READY' },
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
    status: podStatus(attempt, phase, statuses, since),
  };
}

function podStatus(
  attempt: TaskRunAttempt,
  phase: PodPhase,
  containerStatuses: ContainerStatus[],
  since: string,
): PodStatus {
  const done = phase === 'Succeeded' || phase === 'Failed';
  const ready = phase === 'Running' && containerStatuses.every((status) => status.ready);
  const failure = phase === 'Failed' ? succeededCondition({ status: attempt }) : undefined;
  const why = done ? 'PodCompleted' : 'ContainersNotReady';
  return {
    phase,
    conditions: [
      podCondition('Initialized', true, since),
      podCondition('Ready', ready, since, why),
      podCondition('ContainersReady', ready, since, why),
      podCondition('PodScheduled', true, since),
    ],
    containerStatuses,
    startTime: since,
    qosClass: 'BestEffort',
    hostIP: '127.0.0.1',
    ...(failure?.reason === 'PodEvicted' && { reason: 'Evicted', message: failure.message ?? '' }),
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

/**
 * @param podRunsSince of a pod that runs: all its containers do, since in Tekton's pods those of later steps run, too, and
 * wait in there for their turn
 */
function containerStatus(
  { waiting, terminated, ...state }: StepState | SidecarState,
  image = '',
  podRunsSince?: string,
): ContainerStatus {
  const running = state.running ?? (podRunsSince && !terminated ? { startedAt: podRunsSince } : undefined);
  return {
    name: state.container ?? state.name ?? '',
    image,
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

function podCondition(type: string, holds: boolean, since: string, reason?: string) {
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
