import type { Snapshot } from '@assay/policy';
import { pinObjection } from '@assay/policy';
import { ReleaseError } from '../error.ts';
import { releaseLabels } from '../resources/labels.ts';
import type { Release } from '../resources/release.ts';
import type { ReleasePlan } from '../resources/release-plan.ts';
import type { ReleasePlanAdmission } from '../resources/release-plan-admission.ts';
import { matchAdmission } from './match-admission.ts';

/** What a Release names, as far as it is there. */
export interface ReleaseParts {
  release: Release;
  plan: ReleasePlan | undefined;
  snapshot: Snapshot | undefined;
  /** Of the plan's target namespace. */
  admissions: readonly ReleasePlanAdmission[];
}

/** A Release that both sides consent to. */
export interface AdmittedRelease {
  release: Release;
  plan: ReleasePlan;
  snapshot: Snapshot;
  admission: ReleasePlanAdmission;
  author: string;
  standingAuthorization: boolean;
}

/**
 * Checks in Konflux's order that a Release may go on: pipeline and consent, the Snapshot's Application, the author, and that every
 * image is named by digest.
 * @throws ReleaseError InvalidRelease, NoConsent
 */
export function validateRelease({ release, plan, snapshot, admissions }: ReleaseParts): AdmittedRelease {
  const { namespace } = release.metadata;
  if (!plan)
    throw new ReleaseError(
      'InvalidRelease',
      `ReleasePlan ${release.spec.releasePlan} does not exist in namespace ${namespace}`,
      { hint: `a Release can use plans of its own namespace only: kubectl get rp -n ${namespace}` },
    );
  if (plan.spec.target === undefined)
    throw new ReleaseError(
      'InvalidRelease',
      'releasePlan has no pipeline or target. Each Release should define a tenant pipeline, managed pipeline, or both',
    );
  const admission = matchAdmission(plan, admissions);
  if (!admission.spec.pipeline)
    throw new ReleaseError('InvalidRelease', 'releasePlan and releasePlanAdmission both have no pipeline', {
      hint: `set spec.pipeline of ReleasePlanAdmission ${admission.metadata.namespace}/${admission.metadata.name}`,
    });
  if (!snapshot)
    throw new ReleaseError(
      'InvalidRelease',
      `Snapshot ${release.spec.snapshot} does not exist in namespace ${namespace}`,
      { hint: `kubectl get snapshots -n ${namespace}` },
    );
  if (plan.spec.application !== snapshot.spec.application)
    throw new ReleaseError('InvalidRelease', 'different Application referenced in ReleasePlan and Snapshot', {
      hint: `the plan says ${plan.spec.application}, the Snapshot ${snapshot.spec.application}`,
    });
  const attributed = attribution(release, plan);
  checkImages(snapshot);
  return { release, plan, snapshot, admission, ...attributed };
}

function attribution(
  release: Release,
  plan: ReleasePlan,
): { author: string; standingAuthorization: boolean } {
  const automated = release.metadata.labels?.[releaseLabels.automated] === 'true';
  const author = (automated ? plan : release).metadata.labels?.[releaseLabels.author];
  if (author === undefined || author === '')
    throw new ReleaseError(
      'InvalidRelease',
      automated
        ? 'no author in the ReleasePlan found for automated release'
        : 'no author found for manual release',
      automated
        ? {
            hint: `label the plan ${releaseLabels.standingAttribution}=true: its author then answers for its releases`,
          }
        : {},
    );
  return { author, standingAuthorization: automated };
}

function checkImages(snapshot: Snapshot): void {
  const components = snapshot.spec.components ?? [];
  if (components.length === 0)
    throw new ReleaseError('InvalidRelease', `Snapshot ${snapshot.metadata.name} has no components`);
  for (const { name, containerImage } of components) {
    const objection = pinObjection(containerImage);
    if (objection)
      throw new ReleaseError('InvalidRelease', `component ${name}: ${containerImage} ${objection}`);
  }
}
