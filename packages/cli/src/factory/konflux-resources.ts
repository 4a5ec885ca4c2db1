import type { ResourceType } from '@assay/kube';

/** Konflux's kinds, as the factory serves them. Their packages are loaded here alone: a single run needs none of them. */
export async function konfluxResources(): Promise<ResourceType[]> {
  const [policy, integration, release] = await Promise.all([
    import('@assay/policy'),
    import('@assay/integration'),
    import('@assay/release'),
  ]);
  return [
    integration.Applications,
    integration.Components,
    policy.Snapshots,
    policy.EnterpriseContractPolicies,
    release.ReleasePlans,
    release.ReleasePlanAdmissions,
    release.Releases,
  ] as ResourceType[];
}
