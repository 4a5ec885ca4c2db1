import { createHash } from 'node:crypto';
import { appstudioLabels } from '@assay/policy';
import type { PipelineRun } from '@assay/tekton';
import type { AdmittedRelease } from '../consent/validate-release.ts';
import { releaseLabels } from '../resources/labels.ts';
import type { Release } from '../resources/release.ts';

/** `namespace/name`. */
export function namespacedName({ metadata }: { metadata: { namespace?: string; name?: string } }): string {
  return `${metadata.namespace}/${metadata.name}`;
}

/** The same for the same Release, however often it is asked: a run that was created once is found, not made again. */
export function managedRunName(release: Release): string {
  return `managed-${createHash('sha256').update(release.metadata.uid!).digest('hex').slice(0, 10)}`;
}

/** Params that every managed pipeline is given. One that declares fewer takes what it declares. */
function params(
  { release, plan, snapshot, admission }: AdmittedRelease,
  given: { policy: unknown; copyPlan: string },
): { name: string; value: string }[] {
  return [
    { name: 'release', value: namespacedName(release) },
    { name: 'releasePlan', value: namespacedName(plan) },
    { name: 'releasePlanAdmission', value: namespacedName(admission) },
    { name: 'snapshot', value: namespacedName(snapshot) },
    { name: 'enterpriseContractPolicy', value: JSON.stringify(given.policy) },
    { name: 'copyPlan', value: given.copyPlan },
  ];
}

/**
 * The run of the admission's pipeline: in the managed namespace, as the admission's ServiceAccount, with the params of Konflux and
 * `copyPlan`, the address of what it is to copy.
 */
export function managedRun(
  admitted: AdmittedRelease,
  given: { policy: unknown; copyPlan: string },
): PipelineRun {
  const { release, plan, admission } = admitted;
  const { pipelineRef, serviceAccountName, timeouts, taskRunSpecs } = admission.spec.pipeline!;
  const run = {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    metadata: {
      name: managedRunName(release),
      namespace: admission.metadata.namespace!,
      labels: {
        [appstudioLabels.pipelineType]: 'managed',
        [appstudioLabels.service]: 'release',
        ...(plan.spec.application !== undefined && {
          [appstudioLabels.application]: plan.spec.application,
        }),
        [releaseLabels.name]: release.metadata.name!,
        [releaseLabels.namespace]: release.metadata.namespace!,
        [releaseLabels.snapshot]: release.spec.snapshot,
        [releaseLabels.releasePlan]: release.spec.releasePlan,
      },
    },
    spec: {
      pipelineRef,
      params: params(admitted, given),
      ...(serviceAccountName !== undefined && { taskRunTemplate: { serviceAccountName } }),
      ...(timeouts && { timeouts }),
      ...(taskRunSpecs && { taskRunSpecs }),
    },
  };
  return run as PipelineRun;
}
