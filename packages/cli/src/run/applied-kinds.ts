import { coreResources, type ResourceType } from '@assay/kube';
import { LimitRanges } from '@assay/pipelines';
import { Pipelines, StepActions, Tasks, VerificationPolicies } from '@assay/tekton';

/** What a manifest of `assay run` may hold beside the runs. */
export const runKinds: readonly ResourceType[] = [
  ...coreResources,
  ...[LimitRanges, Tasks, Pipelines, StepActions, VerificationPolicies],
];
