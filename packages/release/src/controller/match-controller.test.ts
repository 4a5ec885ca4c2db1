import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { type Controllers, gateIdentity, getCondition, startControllers } from '@assay/kube';
import { releaseLabels } from '../resources/labels.ts';
import { ReleasePlans } from '../resources/release-plan.ts';
import { ReleasePlanAdmissions } from '../resources/release-plan-admission.ts';
import { createWorld, type World } from '../testing/world.ts';
import { createMatchControllers } from './match-controller.ts';

let world: World;
let controllers: Controllers;
beforeEach(async () => {
  world = await createWorld();
  const client = world.as(gateIdentity);
  controllers = startControllers(
    client,
    createMatchControllers({ client, clock: world.clock }) as Parameters<typeof startControllers>[1],
    {
      onError: (error) => {
        throw error;
      },
    },
  );
  await controllers.synced;
});
afterEach(async () => {
  await controllers.stop();
  world.remove();
});

async function plan() {
  await controllers.idle();
  const { status } = await world.admin.get(ReleasePlans, 'team', 'shop');
  const condition = getCondition(status?.conditions, 'Matched')!;
  return { ...status, condition };
}

async function admission(name = 'shop') {
  await controllers.idle();
  const { status } = await world.admin.get(ReleasePlanAdmissions, 'managed', name);
  return { ...status, condition: getCondition(status?.conditions, 'Matched')! };
}

test('each names the other half, and neither is active without auto-release', async () => {
  const { condition, releasePlanAdmission } = await plan();
  assert.deepEqual([condition.status, condition.reason], ['True', 'Matched']);
  assert.deepEqual(releasePlanAdmission, { name: 'managed/shop', active: false });
  const other = await admission();
  assert.deepEqual([other.condition.status, other.condition.reason], ['True', 'Matched']);
  assert.deepEqual(other.releasePlans, [{ name: 'team/shop', active: false }]);
});

for (const [value, active] of [
  ['true', true],
  ['false', false],
] as const) {
  test(`auto-release ${value} is ${active ? 'active' : 'not active'}`, async () => {
    const metadata = { labels: { [releaseLabels.autoRelease]: value } };
    await world.admin.patch(ReleasePlans, 'team', 'shop', { metadata });
    assert.equal((await plan()).releasePlanAdmission!.active, active);
    assert.deepEqual((await admission()).releasePlans, [{ name: 'team/shop', active }]);
  });
}

test('without its admission a plan is not matched, and says so', async () => {
  await plan();
  await world.admin.delete(ReleasePlanAdmissions, 'managed', 'shop');
  const { condition, releasePlanAdmission } = await plan();
  assert.deepEqual([condition.status, condition.reason], ['False', 'Matched']);
  assert.match(condition.message!, /no ReleasePlanAdmission in namespace managed admits/);
  assert.equal(releasePlanAdmission, undefined);
});

test('without a plan an admission is not matched', async () => {
  await admission();
  await world.admin.delete(ReleasePlans, 'team', 'shop');
  const { condition, releasePlans } = await admission();
  assert.deepEqual([condition.status, condition.reason], ['False', 'Matched']);
  assert.equal(releasePlans, undefined);
});

test('a plan that goes elsewhere leaves its admission', async () => {
  await admission();
  await world.admin.patch(ReleasePlans, 'team', 'shop', { spec: { target: 'other' } });
  assert.equal((await admission()).condition.status, 'False');
  assert.equal((await plan()).condition.status, 'False');
  await world.admin.patch(ReleasePlans, 'team', 'shop', { spec: { target: 'managed' } });
  assert.equal((await admission()).condition.status, 'True');
});

test('an admission that takes from elsewhere leaves its plan', async () => {
  await plan();
  await world.admin.patch(ReleasePlanAdmissions, 'managed', 'shop', { spec: { origin: 'other' } });
  assert.equal((await plan()).condition.status, 'False');
});

test('a second admission of the same makes neither match, until a label designates one', async () => {
  await plan();
  const { apiVersion, kind, spec } = await world.admin.get(ReleasePlanAdmissions, 'managed', 'shop');
  const second = { apiVersion, kind, metadata: { name: 'second', namespace: 'managed' }, spec };
  await world.admin.create(ReleasePlanAdmissions, second);
  assert.match((await plan()).condition.message!, /several ReleasePlanAdmissions in managed/);
  assert.equal((await admission('shop')).condition.status, 'False');
  assert.equal((await admission('second')).condition.status, 'False');
  const metadata = { labels: { [releaseLabels.releasePlanAdmission]: 'second' } };
  await world.admin.patch(ReleasePlans, 'team', 'shop', { metadata });
  assert.equal((await plan()).releasePlanAdmission!.name, 'managed/second');
  assert.equal((await admission('second')).condition.status, 'True');
  assert.equal((await admission('shop')).condition.status, 'False');
});

test('one that blocks releases is matched nevertheless', async () => {
  const metadata = { labels: { [releaseLabels.blockReleases]: 'true' } };
  await world.admin.patch(ReleasePlanAdmissions, 'managed', 'shop', { metadata });
  assert.equal((await plan()).condition.status, 'True');
});

test('what is as it was is not written again', async () => {
  await plan();
  const versions = async () => [
    (await world.admin.get(ReleasePlans, 'team', 'shop')).metadata.resourceVersion,
    (await world.admin.get(ReleasePlanAdmissions, 'managed', 'shop')).metadata.resourceVersion,
  ];
  const before = await versions();
  const [ofPlans, ofAdmissions] = createMatchControllers({
    client: world.as(gateIdentity),
    clock: world.clock,
  });
  world.clock.advance(60_000);
  await ofPlans.reconcile(
    { namespace: 'team', name: 'shop' },
    await world.admin.get(ReleasePlans, 'team', 'shop'),
  );
  await ofAdmissions.reconcile(
    { namespace: 'managed', name: 'shop' },
    await world.admin.get(ReleasePlanAdmissions, 'managed', 'shop'),
  );
  assert.deepEqual(await versions(), before);
});
