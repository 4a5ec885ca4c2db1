import { ReleaseError } from '../error.ts';
import { releaseLabels } from '../resources/labels.ts';
import type { ReleasePlan } from '../resources/release-plan.ts';
import type { ReleasePlanAdmission } from '../resources/release-plan-admission.ts';

/**
 * The admission that agrees with a plan, and lets it release now.
 *
 * Consent is two-sided: neither the plan nor the admission releases anything alone.
 *
 * @param admissions those of the target namespace
 * @throws ReleaseError NoConsent when there is none, more than one, or it blocks
 */
export function matchAdmission(
  plan: ReleasePlan,
  admissions: readonly ReleasePlanAdmission[],
): ReleasePlanAdmission {
  const admission = findAdmission(plan, admissions);
  const { namespace, name, labels } = admission.metadata;
  if (labels?.[releaseLabels.blockReleases] === 'true') {
    throw new ReleaseError('NoConsent', `ReleasePlanAdmission ${namespace}/${name} blocks releases`, {
      hint: `its label ${releaseLabels.blockReleases} is true`,
    });
  }
  return admission;
}

/**
 * The admission that agrees with a plan: in the namespace that the plan targets, admitting the plan's namespace and Application. A
 * label of the plan may designate one; then the admission's list of Applications is not asked.
 *
 * @param admissions those of the target namespace
 * @throws ReleaseError NoConsent when there is none, or more than one
 */
export function findAdmission(
  plan: ReleasePlan,
  admissions: readonly ReleasePlanAdmission[],
): ReleasePlanAdmission {
  const { namespace, name, labels = {} } = plan.metadata;
  const { target } = plan.spec;
  const where = `ReleasePlan ${namespace}/${name}`;
  if (target === undefined)
    throw new ReleaseError('NoConsent', `${where} has no target`, {
      hint: 'set spec.target to the namespace whose ReleasePlanAdmission admits it',
    });
  const designated = labels[releaseLabels.releasePlanAdmission];
  const candidates = admissions.filter(
    (admission) =>
      admission.metadata.namespace === target &&
      admission.spec.origin === namespace &&
      (designated === undefined ? admits(admission, plan) : admission.metadata.name === designated),
  );
  const [admission, second] = candidates;
  if (!admission) {
    const what =
      designated === undefined ? 'no ReleasePlanAdmission' : `no ReleasePlanAdmission ${designated}`;
    throw new ReleaseError('NoConsent', `${what} in namespace ${target} admits ${where}`, {
      hint: `one with origin ${namespace} that lists ${groupOf(plan)} has to be there; who runs ${target} writes it`,
    });
  }
  if (second) {
    const names = candidates.map(({ metadata }) => metadata.name).join(', ');
    throw new ReleaseError(
      'NoConsent',
      `several ReleasePlanAdmissions in ${target} admit ${where}: ${names}`,
      {
        hint: `name one in the plan's label ${releaseLabels.releasePlanAdmission}`,
      },
    );
  }
  return admission;
}

/** Application and component group are told apart, unlike upstream: an admission of one is none of the other. */
function admits({ spec }: ReleasePlanAdmission, plan: ReleasePlan): boolean {
  const { application, componentGroup } = plan.spec;
  if (application !== undefined) return spec.applications?.includes(application) ?? false;
  return componentGroup !== undefined && (spec.componentGroups?.includes(componentGroup) ?? false);
}

function groupOf({ spec }: ReleasePlan): string {
  return spec.application !== undefined
    ? `application ${spec.application}`
    : `component group ${spec.componentGroup}`;
}
