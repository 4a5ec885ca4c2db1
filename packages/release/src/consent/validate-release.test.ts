import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ReleaseError } from '../error.ts';
import { releaseLabels } from '../resources/labels.ts';
import { admissionOf, planOf, releaseOf, snapshotOf, someDigest } from '../testing/consents.ts';
import { type ReleaseParts, validateRelease } from './validate-release.ts';

const { author, automated } = releaseLabels;
const image = `registry.test/web@${someDigest}`;

/** What may be released; each case breaks some of it. */
function parts(): ReleaseParts {
  return {
    release: releaseOf({ labels: { [author]: 'ann' } }),
    plan: planOf(),
    snapshot: snapshotOf([{ name: 'web', containerImage: image }]),
    admissions: [admissionOf()],
  };
}

const { pipeline: _, ...withoutPipeline } = admissionOf().spec;
const { target: __, ...withoutTarget } = planOf().spec;

/** In the order in which they are looked for: each row breaks what its successors are about as well. */
const faults: [what: string, broken: Partial<ReleaseParts>, message: RegExp][] = [
  ['no plan', { plan: undefined }, /^ReleasePlan plan does not exist in namespace team$/],
  [
    'a plan without a target',
    { plan: { ...planOf(), spec: withoutTarget } },
    /^releasePlan has no pipeline or target\. Each Release should define a tenant pipeline, managed pipeline, or both$/,
  ],
  ['no admission', { admissions: [] }, /^no ReleasePlanAdmission in namespace managed admits/],
  [
    'no pipeline',
    { admissions: [{ ...admissionOf(), spec: withoutPipeline }] },
    /^releasePlan and releasePlanAdmission both have no pipeline$/,
  ],
  ['no Snapshot', { snapshot: undefined }, /^Snapshot shop-1 does not exist in namespace team$/],
  [
    'another Application',
    { snapshot: snapshotOf([], 'bank') },
    /^different Application referenced in ReleasePlan and Snapshot$/,
  ],
  ['no author', { release: releaseOf() }, /^no author found for manual release$/],
  ['no components', { snapshot: snapshotOf([]) }, /^Snapshot shop-1 has no components$/],
  [
    'an image by its tag',
    { snapshot: snapshotOf([{ name: 'web', containerImage: 'registry.test/web:1' }]) },
    /^component web: registry\.test\/web:1 must name the image by its digest/,
  ],
];

function message(given: ReleaseParts): string {
  try {
    validateRelease(given);
  } catch (error) {
    assert.ok(error instanceof ReleaseError);
    return error.message;
  }
  return assert.fail('it is admitted');
}

suite('a Release is refused for', () => {
  for (const [what, broken, expected] of faults)
    test(what, () => assert.match(message({ ...parts(), ...broken }), expected));
});

test('of several faults the first in the order of Konflux is told', () => {
  const order = faults.filter(([what]) => !['no components', 'an image by its tag'].includes(what));
  order.forEach(([what, , expected], index) => {
    // Later faults first, so that the earlier one has the last word where they touch the same part.
    const broken = Object.assign(
      parts(),
      ...order
        .slice(index)
        .map(([, one]) => one)
        .reverse(),
    );
    assert.match(message(broken), expected, what);
  });
});

test('what may be released comes back with who answers for it', () => {
  const given = parts();
  const admitted = validateRelease(given);
  assert.equal(admitted.author, 'ann');
  assert.equal(admitted.standingAuthorization, false);
  assert.equal(admitted.admission, given.admissions[0]);
});

suite('an automated Release', () => {
  const release = releaseOf({ labels: { [automated]: 'true', [author]: 'somebody' } });

  test('goes by the author of its plan', () => {
    const admitted = validateRelease({ ...parts(), release, plan: planOf({}, { [author]: 'bob' }) });
    assert.equal(admitted.author, 'bob');
    assert.equal(admitted.standingAuthorization, true);
  });

  test('is refused without one', () => {
    assert.equal(
      message({ ...parts(), release }),
      'no author in the ReleasePlan found for automated release',
    );
  });
});

test('a plan of a component group takes no Snapshot of an Application', () => {
  const { application: _, ...spec } = planOf({ componentGroup: 'shop' }).spec;
  const admissions = [admissionOf({ applications: [], componentGroups: ['shop'] })];
  const given = { ...parts(), plan: { ...planOf(), spec }, admissions };
  assert.equal(message(given), 'different Application referenced in ReleasePlan and Snapshot');
});
