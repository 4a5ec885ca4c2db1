import { isDeepStrictEqual } from 'node:util';
import {
  type Client,
  type Clock,
  type Condition,
  type Controller,
  isKubeError,
  type KubeObject,
  type ObjectKey,
  setCondition,
} from '@assay/kube';
import { findAdmission } from '../consent/match-admission.ts';
import { ReleaseError } from '../error.ts';
import { releaseLabels } from '../resources/labels.ts';
import { matched } from '../resources/matched.ts';
import { type ReleasePlan, ReleasePlans } from '../resources/release-plan.ts';
import { type ReleasePlanAdmission, ReleasePlanAdmissions } from '../resources/release-plan-admission.ts';
import { namespacedName } from './managed-run.ts';

export interface MatchControllerOptions {
  client: Client;
  clock: Clock;
}

/**
 * Says on each ReleasePlan and each ReleasePlanAdmission whether it has found its other half, as Konflux does: condition `Matched`,
 * `status.releasePlanAdmission` and `status.releasePlans`. What is `active` releases by itself. It is for readers only: whether a
 * Release has both consents is asked when it is made.
 */
export function createMatchControllers(
  options: MatchControllerOptions,
): [Controller<ReleasePlan>, Controller<ReleasePlanAdmission>] {
  const plans = new Known<ReleasePlan>();
  const admissions = new Known<ReleasePlanAdmission>();
  return [
    {
      name: 'release-plan-match',
      resource: ReleasePlans,
      secondary: [
        {
          resource: ReleasePlanAdmissions,
          toKeys: ({ metadata }) => plans.keys((plan) => plan.spec.target === metadata.namespace),
        },
      ],
      concurrency: 4,
      async reconcile(key, plan) {
        plans.note(key, plan);
        if (plan) await matchPlan(plan, options);
        return undefined;
      },
    },
    {
      name: 'release-plan-admission-match',
      resource: ReleasePlanAdmissions,
      secondary: [
        {
          resource: ReleasePlans,
          toKeys: ({ metadata }) => admissions.keys(({ spec }) => spec.origin === metadata.namespace),
        },
        {
          // Another admission of the same namespace makes the choice ambiguous, or takes it over.
          resource: ReleasePlanAdmissions,
          toKeys: ({ metadata }) =>
            admissions.keys((admission) => admission.metadata.namespace === metadata.namespace),
        },
      ],
      concurrency: 4,
      async reconcile(key, admission) {
        admissions.note(key, admission);
        if (admission) await matchPlans(admission, options);
        return undefined;
      },
    },
  ];
}

/** The objects of a kind that were seen, so that a change of the other kind finds those it concerns. */
class Known<T extends KubeObject> {
  readonly #objects = new Map<string, { key: ObjectKey; object: T }>();

  note(key: ObjectKey, object: T | undefined): void {
    const id = `${key.namespace}/${key.name}`;
    if (object) this.#objects.set(id, { key, object });
    else this.#objects.delete(id);
  }

  keys(concerned: (object: T) => boolean): ObjectKey[] {
    return [...this.#objects.values()].filter(({ object }) => concerned(object)).map(({ key }) => key);
  }
}

async function matchPlan(plan: ReleasePlan, { client, clock }: MatchControllerOptions): Promise<void> {
  const { target } = plan.spec;
  const admissions =
    target === undefined ? [] : (await client.list(ReleasePlanAdmissions, { namespace: target })).items;
  const found = tryMatch(plan, admissions);
  const { status } = plan;
  const conditions = withMatched(status?.conditions, found.admission !== undefined, clock, found.problem);
  const releasePlanAdmission = found.admission
    ? { name: namespacedName(found.admission), active: isActive(plan) }
    : undefined;
  if (
    isDeepStrictEqual(conditions, status?.conditions) &&
    isDeepStrictEqual(releasePlanAdmission, status?.releasePlanAdmission)
  )
    return;
  const { namespace, name } = plan.metadata;
  const change = { status: { conditions, releasePlanAdmission: releasePlanAdmission ?? null } };
  await orGone(client.patch(ReleasePlans, namespace!, name!, change, { subresource: 'status' }));
}

async function matchPlans(
  admission: ReleasePlanAdmission,
  { client, clock }: MatchControllerOptions,
): Promise<void> {
  const { namespace, name, uid } = admission.metadata;
  const { items: plans } = await client.list(ReleasePlans, { namespace: admission.spec.origin });
  const { items: admissions } = await client.list(ReleasePlanAdmissions, { namespace: namespace! });
  const releasePlans = plans
    .filter((plan) => tryMatch(plan, admissions).admission?.metadata.uid === uid)
    .map((plan) => ({ name: namespacedName(plan), active: isActive(plan) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const { status } = admission;
  const conditions = withMatched(status?.conditions, releasePlans.length > 0, clock);
  if (
    isDeepStrictEqual(conditions, status?.conditions) &&
    isDeepStrictEqual(releasePlans, status?.releasePlans ?? [])
  )
    return;
  const change = { status: { conditions, releasePlans: releasePlans.length > 0 ? releasePlans : null } };
  await orGone(client.patch(ReleasePlanAdmissions, namespace!, name!, change, { subresource: 'status' }));
}

function tryMatch(
  plan: ReleasePlan,
  admissions: readonly ReleasePlanAdmission[],
): { admission?: ReleasePlanAdmission; problem?: string } {
  try {
    return { admission: findAdmission(plan, admissions) };
  } catch (error) {
    if (error instanceof ReleaseError) return { problem: error.message };
    throw error;
  }
}

function withMatched(
  conditions: readonly Condition[] | undefined,
  holds: boolean,
  clock: Clock,
  message = '',
): Condition[] {
  const status = holds ? 'True' : 'False';
  return setCondition(conditions, { type: matched, status, reason: matched, message }, clock.now());
}

function isActive({ metadata }: ReleasePlan): boolean {
  return metadata.labels?.[releaseLabels.autoRelease] === 'true';
}

async function orGone(writing: Promise<unknown>): Promise<void> {
  try {
    await writing;
  } catch (error) {
    if (!isKubeError(error, 'NotFound')) throw error;
  }
}
