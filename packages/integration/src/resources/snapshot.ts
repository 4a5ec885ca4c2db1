import type { Condition, KubeObject, ResourceType } from '@assay/kube';
import { appstudioGroup } from './labels.ts';

export interface SnapshotComponent {
  name: string;
  /** By digest. */
  containerImage: string;
  source?: { git?: { url: string; revision: string } };
}

/** The images of an Application at one time, judged and released together. Its spec never changes. */
export interface Snapshot extends KubeObject {
  spec: {
    application: string;
    displayName?: string;
    displayDescription?: string;
    components?: SnapshotComponent[];
    artifacts?: Record<string, unknown>;
  };
  status?: { conditions?: Condition[] };
}

export const Snapshots: ResourceType<Snapshot> = {
  group: appstudioGroup,
  version: 'v1alpha1',
  kind: 'Snapshot',
  plural: 'snapshots',
  namespaced: true,
  hasStatus: true,
};

/** Conditions of a Snapshot, and the reasons of each. */
export const snapshotConditions = {
  testSucceeded: 'AppStudioTestSucceeded',
  integrationStatus: 'AppStudioIntegrationStatus',
  addedToCandidateList: 'AddedToGlobalCandidateList',
  autoReleased: 'AutoReleased',
} as const;
