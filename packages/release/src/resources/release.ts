import { isDeepStrictEqual } from 'node:util';
import {
  type Condition,
  enforceSchema,
  KubeError,
  type KubeObject,
  type ResourceType,
  schemaWords,
} from '@assay/kube';
import { appstudioGroup, conditionsSchema } from '@assay/policy';
import { withReleaseAuthor } from './author.ts';
import { releaseLabels } from './labels.ts';

const { anyObject, flag, int32, labelValue, list, object, text, time } = schemaWords;

/** One pipeline run of a Release. */
export interface PipelineProcessing {
  /** `namespace/name`. */
  pipelineRun?: string;
  startTime?: string;
  completionTime?: string;
}

/** A request to release a Snapshot by a ReleasePlan, and what became of it. Its spec never changes. */
export interface Release extends KubeObject {
  spec: {
    snapshot: string;
    releasePlan: string;
    data?: Record<string, unknown>;
    gracePeriodDays?: number;
  };
  status?: ReleaseStatus;
}

export interface ReleaseStatus {
  conditions?: Condition[];
  attribution?: { author?: string; standingAuthorization?: boolean };
  automated?: boolean;
  target?: string;
  startTime?: string;
  completionTime?: string;
  expirationTime?: string;
  validation?: { failedPostValidation?: boolean; time?: string };
  managedProcessing?: PipelineProcessing;
  managedPipelineAttempts?: {
    pipelineRun: string;
    startTime?: string;
    completionTime?: string;
    status: string;
  }[];
  artifacts?: ReleaseArtifacts;
}

/** What a Release left: free to form, by Konflux's definition. */
export interface ReleaseArtifacts {
  /** The verdict that it stands on. */
  verdict?: { result: string; time: string; policy: string; violations?: ReleaseViolation[] };
  /** Address of what is to be copied, `oci:<repository>@<digest>`. */
  copyPlan?: string;
  /** References that are written at the target; no two Releases write one at once. */
  targets?: string[];
  images?: { name: string; shasum: string; urls: string[] }[];
}

/** A rule that refused a component. */
export interface ReleaseViolation {
  component: string;
  image: string;
  code: string;
  message: string;
  solution?: string;
}

/** Conditions of a Release, in Konflux's words. */
export const releaseConditions = {
  validated: 'Validated',
  tenantPipelineProcessed: 'TenantPipelineProcessed',
  managedPipelineProcessed: 'ManagedPipelineProcessed',
  finalPipelineProcessed: 'FinalPipelineProcessed',
  released: 'Released',
} as const;

const processing = object({
  pipelineRun: text,
  startTime: time,
  completionTime: time,
  roleBindings: object({ tenantRoleBinding: text, managedRoleBinding: text, secretRoleBinding: text }),
});

const immutableLabels = [releaseLabels.snapshot, releaseLabels.releasePlan, releaseLabels.automated];

export const Releases: ResourceType<Release> = enforceSchema({
  group: appstudioGroup,
  version: 'v1alpha1',
  kind: 'Release',
  plural: 'releases',
  namespaced: true,
  hasStatus: true,
  shortNames: ['rel'],
  columns: [
    { name: 'Snapshot', type: 'string', jsonPath: '.spec.snapshot' },
    { name: 'ReleasePlan', type: 'string', jsonPath: '.spec.releasePlan' },
    { name: 'Release status', type: 'string', jsonPath: '.status.conditions[?(@.type=="Released")].reason' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  schema: object(
    {
      spec: object(
        {
          snapshot: labelValue,
          releasePlan: labelValue,
          data: anyObject,
          gracePeriodDays: int32,
        },
        ['snapshot', 'releasePlan'],
      ),
      status: object({
        conditions: conditionsSchema,
        attribution: object({ author: text, standingAuthorization: flag }),
        automated: flag,
        target: text,
        startTime: time,
        completionTime: time,
        expirationTime: time,
        validation: object({ failedPostValidation: flag, time }),
        managedProcessing: processing,
        tenantProcessing: processing,
        finalProcessing: processing,
        collectorsProcessing: anyObject,
        managedPipelineAttempts: list(anyObject),
        artifacts: anyObject,
        collectors: anyObject,
      }),
    },
    ['spec'],
  ),
  admitsMetadata: true,
  admit(given, { old, subresource, requester }) {
    if (subresource) return given;
    const release = given as Release;
    if (old && !isDeepStrictEqual((old as Release).spec, release.spec))
      throw new KubeError('BadRequest', 'release resources spec cannot be updated', {
        hint: 'create another Release',
      });
    const before = old?.metadata.labels;
    for (const label of immutableLabels) {
      if (old && before?.[label] !== release.metadata.labels?.[label])
        throw new KubeError('BadRequest', `release label ${label} cannot be updated`);
    }
    const labels = withReleaseAuthor(release.metadata.labels, old && (before ?? {}), requester);
    return { ...release, metadata: { ...release.metadata, labels } } as KubeObject;
  },
});
