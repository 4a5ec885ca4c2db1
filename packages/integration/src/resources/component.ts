import type { Condition, KubeObject, ResourceType } from '@assay/kube';
import { appstudioGroup } from './labels.ts';

export interface GitSource {
  url: string;
  revision?: string;
  context?: string;
  dockerfileUrl?: string;
}

/** One thing that is built of an Application. */
export interface Component extends KubeObject {
  spec: {
    application: string;
    componentName: string;
    source?: { git?: GitSource };
    /** The repository that builds push to. */
    containerImage?: string;
    'build-nudges-ref'?: string[];
  };
  status?: {
    conditions?: Condition[];
    lastBuiltCommit?: string;
    /** By digest: the candidate that Snapshots of the other components take. */
    lastPromotedImage?: string;
  };
}

export const Components: ResourceType<Component> = {
  group: appstudioGroup,
  version: 'v1alpha1',
  kind: 'Component',
  plural: 'components',
  namespaced: true,
  hasStatus: true,
};
