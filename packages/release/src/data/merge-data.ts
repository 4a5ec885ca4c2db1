import { ReleaseError } from '../error.ts';
import type { Release } from '../resources/release.ts';
import type { ReleasePlan } from '../resources/release-plan.ts';
import type { ReleasePlanAdmission } from '../resources/release-plan-admission.ts';

type Data = Record<string, unknown>;

/** Facts about the product that only the managed side may state. */
const managedOnly = ['product_id', 'product_name', 'product_version', 'product_stream', 'cpe'];

/**
 * The data of a release: that of the Release, overlaid by the plan's, overlaid by the admission's. Objects are merged key by
 * key, anything else is replaced; so the managed side has the last word.
 * @throws ReleaseError InvalidRelease when the team's side sets what is the managed side's
 */
export function mergeData(
  release: Pick<Release, 'spec'>,
  plan: Pick<ReleasePlan, 'spec'>,
  admission: Pick<ReleasePlanAdmission, 'spec'>,
): Data {
  refuseManagedKeys('Release', release.spec.data);
  refuseManagedKeys('ReleasePlan', plan.spec.data);
  if (mappedComponents(admission.spec.data) === undefined) {
    refuseMapping('Release', release.spec.data);
    refuseMapping('ReleasePlan', plan.spec.data);
  }
  return [release.spec.data, plan.spec.data, admission.spec.data].reduce<Data>(
    (merged, data) => overlay(merged, data ?? {}),
    {},
  );
}

function overlay(below: Data, above: Data): Data {
  const merged: Data = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const old = Object.hasOwn(merged, key) ? merged[key] : undefined;
    Object.defineProperty(merged, key, {
      value: isData(old) && isData(value) ? overlay(old, value) : value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return merged;
}

function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mappedComponents(data: Data | undefined): unknown {
  return isData(data?.mapping) ? data.mapping.components : undefined;
}

/** Where images go is the managed side's to say: the team would else write wherever the admission's ServiceAccount may. */
function refuseMapping(kind: string, data: Data | undefined): void {
  if (mappedComponents(data) === undefined) return;
  throw new ReleaseError('InvalidRelease', `${kind} data: mapping.components may not be set here`, {
    hint: 'it belongs into the data of the ReleasePlanAdmission, which has none',
  });
}

function refuseManagedKeys(kind: string, data: Data | undefined): void {
  const notes = data?.releaseNotes;
  const key = isData(notes) ? managedOnly.find((one) => notes[one] !== undefined) : undefined;
  if (key !== undefined)
    throw new ReleaseError('InvalidRelease', `${kind} data: releaseNotes.${key} may not be set here`, {
      hint: 'it belongs into the data of the ReleasePlanAdmission',
    });
}
