import type { Snapshot } from '@assay/policy';
import type { Release } from '../resources/release.ts';
import type { ReleasePlan } from '../resources/release-plan.ts';
import type { ReleasePlanAdmission } from '../resources/release-plan-admission.ts';

const apiVersion = 'appstudio.redhat.com/v1alpha1';
type Labels = Record<string, string>;

/** A team's plan that goes to `managed`. */
export function planOf(spec: Partial<ReleasePlan['spec']> = {}, labels: Labels = {}): ReleasePlan {
  return {
    apiVersion,
    kind: 'ReleasePlan',
    metadata: { name: 'plan', namespace: 'team', labels },
    spec: { application: 'shop', target: 'managed', ...spec },
  };
}

/** An admission in `managed` of what `team` releases. */
export function admissionOf(
  spec: Partial<ReleasePlanAdmission['spec']> = {},
  { name = 'admission', namespace = 'managed', labels = {} as Labels } = {},
): ReleasePlanAdmission {
  return {
    apiVersion,
    kind: 'ReleasePlanAdmission',
    metadata: { name, namespace, labels },
    spec: {
      applications: ['shop'],
      origin: 'team',
      policy: 'production',
      pipeline: { pipelineRef: { name: 'push' } },
      ...spec,
    },
  };
}

export function snapshotOf(components: Snapshot['spec']['components'], application = 'shop'): Snapshot {
  return {
    apiVersion,
    kind: 'Snapshot',
    metadata: { name: 'shop-1', namespace: 'team' },
    spec: { application, components },
  };
}

export function releaseOf(metadata: Partial<Release['metadata']> = {}, status?: Release['status']): Release {
  return {
    apiVersion,
    kind: 'Release',
    metadata: { name: 'one', namespace: 'team', uid: 'u1', ...metadata },
    spec: { snapshot: 'shop-1', releasePlan: 'plan' },
    ...(status && { status }),
  };
}

export const someDigest = `sha256:${'a'.repeat(64)}`;
