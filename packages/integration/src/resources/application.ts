import type { Condition, KubeObject, ResourceType } from '@assay/kube';
import { appstudioGroup } from './labels.ts';

/** What is tested and released together. */
export interface Application extends KubeObject {
  spec: { displayName?: string; description?: string };
  status?: { conditions?: Condition[] };
}

export const Applications: ResourceType<Application> = {
  group: appstudioGroup,
  version: 'v1alpha1',
  kind: 'Application',
  plural: 'applications',
  namespaced: true,
  hasStatus: true,
};
