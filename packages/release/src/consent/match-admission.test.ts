import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReleaseError } from '../error.ts';
import { releaseLabels } from '../resources/labels.ts';
import type { ReleasePlan } from '../resources/release-plan.ts';
import type { ReleasePlanAdmission } from '../resources/release-plan-admission.ts';
import { admissionOf, planOf } from '../testing/consents.ts';
import { findAdmission, matchAdmission } from './match-admission.ts';

function refusal(plan: ReleasePlan, admissions: ReleasePlanAdmission[]): string {
  try {
    matchAdmission(plan, admissions);
  } catch (error) {
    assert.equal((error as ReleaseError).code, 'NoConsent');
    return (error as Error).message;
  }
  return assert.fail('it is admitted');
}

test('one that admits the namespace and the Application is the one', () => {
  const [other, one] = [admissionOf({ applications: ['bank'] }, { name: 'bank' }), admissionOf()];
  assert.equal(matchAdmission(planOf(), [other, one]), one);
});

test('none admits', () => {
  const message = 'no ReleasePlanAdmission in namespace managed admits ReleasePlan team/plan';
  assert.equal(refusal(planOf(), []), message);
  assert.equal(refusal(planOf(), [admissionOf({ applications: ['bank'] })]), message);
  assert.equal(refusal(planOf(), [admissionOf({ applications: [] })]), message);
});

test('one of another origin, or in another namespace, does not admit', () => {
  assert.match(refusal(planOf(), [admissionOf({ origin: 'other' })]), /^no ReleasePlanAdmission/);
  assert.match(refusal(planOf(), [admissionOf({}, { namespace: 'elsewhere' })]), /^no ReleasePlanAdmission/);
});

test('several that admit are refused by name', () => {
  const admissions = [admissionOf({}, { name: 'a' }), admissionOf({}, { name: 'b' })];
  assert.match(refusal(planOf(), admissions), /several .* in managed admit ReleasePlan team\/plan: a, b$/);
});

test('a label designates one of several, whatever Applications it lists', () => {
  const plan = planOf({}, { [releaseLabels.releasePlanAdmission]: 'b' });
  const b = admissionOf({ applications: ['bank'] }, { name: 'b' });
  assert.equal(matchAdmission(plan, [admissionOf({}, { name: 'a' }), b]), b);
});

test('one that is designated must still be of this origin, and there', () => {
  const plan = planOf({}, { [releaseLabels.releasePlanAdmission]: 'b' });
  const stranger = admissionOf({ origin: 'other' }, { name: 'b' });
  assert.match(refusal(plan, [stranger]), /^no ReleasePlanAdmission b in namespace managed/);
  assert.match(refusal(plan, [admissionOf({}, { name: 'a' })]), /^no ReleasePlanAdmission b /);
});

test('one that blocks admits nothing, and is found', () => {
  const blocking = (value: string) => admissionOf({}, { labels: { [releaseLabels.blockReleases]: value } });
  assert.equal(
    refusal(planOf(), [blocking('true')]),
    'ReleasePlanAdmission managed/admission blocks releases',
  );
  assert.equal(findAdmission(planOf(), [blocking('true')]).metadata.name, 'admission');
  assert.equal(matchAdmission(planOf(), [blocking('false')]).metadata.name, 'admission');
});

test('Applications and component groups of one name are different things', () => {
  const { application: _, ...spec } = planOf({ componentGroup: 'shop' }).spec;
  const ofGroup = { ...planOf(), spec };
  const byApplication = admissionOf();
  const byGroup = admissionOf({ applications: [], componentGroups: ['shop'] });
  assert.match(refusal(ofGroup, [byApplication]), /^no ReleasePlanAdmission/);
  assert.match(refusal(planOf(), [byGroup]), /^no ReleasePlanAdmission/);
  assert.equal(matchAdmission(ofGroup, [byApplication, byGroup]), byGroup);
});

test('a plan without a target has no admission', () => {
  const { target: _, ...spec } = planOf().spec;
  assert.equal(refusal({ ...planOf(), spec }, [admissionOf()]), 'ReleasePlan team/plan has no target');
});
