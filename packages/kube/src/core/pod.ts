import type { KubeObject, ResourceType } from '../object.ts';
import { podColumns } from '../table/pod-columns.ts';
import { podSchema } from './schemas/pod-schema.ts';

export interface ContainerState {
  waiting?: { reason?: string; message?: string };
  running?: { startedAt?: string };
  terminated?: {
    exitCode: number;
    signal?: number;
    reason?: string;
    message?: string;
    startedAt?: string;
    finishedAt?: string;
    containerID?: string;
  };
}

export interface ContainerStatus {
  name: string;
  state?: ContainerState;
  lastState?: ContainerState;
  ready: boolean;
  restartCount: number;
  image: string;
  imageID: string;
  containerID?: string;
  started?: boolean;
}

/** A container of a pod, as far as code looks into it. */
export interface PodContainer {
  name: string;
  image?: string;
  [field: string]: unknown;
}

/** `v1` Pod. */
export interface Pod extends KubeObject {
  spec?: {
    containers: PodContainer[];
    initContainers?: PodContainer[];
    nodeName?: string;
    serviceAccountName?: string;
    restartPolicy?: string;
    [field: string]: unknown;
  };
  status?: {
    phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
    reason?: string;
    message?: string;
    startTime?: string;
    podIP?: string;
    hostIP?: string;
    conditions?: { type: string; status: string; [field: string]: unknown }[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
    [field: string]: unknown;
  };
}

export const Pods: ResourceType<Pod> = {
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  namespaced: true,
  hasStatus: true,
  shortNames: ['po'],
  categories: ['all'],
  strategicMerge: true,
  selectableFields: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  schema: podSchema,
  columns: podColumns,
};
