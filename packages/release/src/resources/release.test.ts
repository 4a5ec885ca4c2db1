import assert from 'node:assert/strict';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { type Client, gateIdentity } from '@assay/kube';
import { Snapshots } from '@assay/policy';
import { someDigest } from '../testing/consents.ts';
import { createWorld, type World } from '../testing/world.ts';
import { authorLabelOf } from './author.ts';
import { releaseLabels } from './labels.ts';
import { Releases } from './release.ts';
import { ReleasePlans } from './release-plan.ts';
import { ReleasePlanAdmissions } from './release-plan-admission.ts';

const { author, automated, standingAttribution } = releaseLabels;
const apiVersion = 'appstudio.redhat.com/v1alpha1';
const bob = { name: 'bob@team.test', groups: ['system:masters'] };

let world: World;
let gate: Client;
beforeEach(async () => {
  world = await createWorld();
  gate = world.as(gateIdentity);
});
afterEach(() => world.remove());

function release(name: string, labels: Record<string, string>) {
  const metadata = { name, namespace: 'team', labels };
  return { apiVersion, kind: 'Release', metadata, spec: { releasePlan: 'shop', snapshot: 'shop-1' } };
}

suite('the author of a Release', () => {
  test('is who creates it, whatever they say', async () => {
    const { metadata } = await world.as(bob).create(Releases, release('one', { [author]: 'admin' }));
    assert.equal(metadata.labels![author], 'bob.team.test');
  });

  test('never changes', async () => {
    await world.release('one');
    for (const value of ['bob', null])
      await assert.rejects(
        world.admin.patch(Releases, 'team', 'one', { metadata: { labels: { [author]: value } } }),
        /release author label cannot be updated/,
      );
  });

  test('is nobody for one that the gate makes automatically', async () => {
    const { metadata } = await gate.create(
      Releases,
      release('one', { [automated]: 'true', [author]: 'ann' }),
    );
    assert.deepEqual(metadata.labels, { [automated]: 'true' });
  });

  test('is who creates it, where somebody else says that it is automated', async () => {
    const { metadata } = await world.admin.create(Releases, release('one', { [automated]: 'true' }));
    assert.deepEqual(metadata.labels, { [author]: 'admin' });
  });

  test('cannot become that of the plan later on', async () => {
    await world.release('one');
    const metadata = { labels: { [automated]: 'true' } };
    await assert.rejects(
      world.admin.patch(Releases, 'team', 'one', { metadata }),
      /label .*automated cannot be updated/,
    );
  });
});

test('a user’s name becomes a label’s value', () => {
  assert.equal(authorLabelOf('system:serviceaccount:team:dev'), 'system_serviceaccount_team_dev');
  assert.equal(authorLabelOf('ann@team.test'), 'ann.team.test');
  assert.equal(authorLabelOf('a b/c@d@e'), 'a_b_c.d_e');
  assert.equal(authorLabelOf(`${'a'.repeat(62)}-${'b'.repeat(9)}`), 'a'.repeat(62));
  assert.equal(authorLabelOf('_x_'), 'x');
});

suite('the spec of a Release', () => {
  test('never changes', async () => {
    await world.release('one');
    await assert.rejects(
      world.admin.patch(Releases, 'team', 'one', { spec: { gracePeriodDays: 1 } }),
      /release resources spec cannot be updated/,
    );
  });

  test('stands in the way of no other change', async () => {
    await world.release('one', { labels: { mine: 'a' } });
    const metadata = { labels: { mine: 'b' }, annotations: { x: 'y' } };
    const patched = await world.admin.patch(Releases, 'team', 'one', { metadata });
    assert.equal(patched.metadata.labels!.mine, 'b');
  });

  for (const label of [releaseLabels.snapshot, releaseLabels.releasePlan])
    test(`is named by ${label}, which stays as it is`, async () => {
      await world.release('one', { labels: { [label]: 'a' } });
      await assert.rejects(
        world.admin.patch(Releases, 'team', 'one', { metadata: { labels: { [label]: 'b' } } }),
        new RegExp(`release label ${label} cannot be updated`),
      );
    });
});

suite('labels that are true or false', () => {
  const cases = [
    [ReleasePlans, 'team', releaseLabels.autoRelease],
    [ReleasePlanAdmissions, 'managed', releaseLabels.blockReleases],
  ] as const;
  for (const [resource, namespace, label] of cases)
    test(`${label} is nothing else`, async () => {
      const set = (value: string) =>
        world.admin.patch(resource as typeof ReleasePlans, namespace, 'shop', {
          metadata: { labels: { [label]: value } },
        });
      await assert.rejects(set('yes'), new RegExp(`'${label}' label can only be set to true or false`));
      for (const value of ['true', 'false']) assert.equal((await set(value)).metadata.labels![label], value);
    });
});

suite('the author of a ReleasePlan', () => {
  const attribute = (client: Client, labels: Record<string, string | null>) =>
    client.patch(ReleasePlans, 'team', 'shop', { metadata: { labels } });
  const labelled = async () =>
    (await world.admin.get(ReleasePlans, 'team', 'shop')).metadata.labels?.[author];

  test('is who attributes it to themselves, and stays so while others change it', async () => {
    await attribute(world.as(bob), { [standingAttribution]: 'true', [author]: 'admin' });
    assert.equal(await labelled(), 'bob.team.test');
    await attribute(world.admin, { [author]: 'ann' });
    assert.equal(await labelled(), 'bob.team.test');
    await attribute(world.admin, { [author]: 'admin' });
    assert.equal(await labelled(), 'admin', 'who takes it over answers from then on');
  });

  test('is nobody without standing attribution', async () => {
    await attribute(world.admin, { [author]: 'admin' });
    assert.equal(await labelled(), undefined);
    await attribute(world.admin, { [standingAttribution]: 'true' });
    await attribute(world.admin, { [standingAttribution]: null });
    assert.equal(await labelled(), undefined);
  });
});

suite('what both consents are about', () => {
  const metadata = { name: 'second', namespace: 'team' };
  const admission = { origin: 'team', policy: 'production' };

  test('a plan is for one Application or one component group', async () => {
    const create = (spec: object) =>
      world.admin.create(ReleasePlans, { apiVersion, kind: 'ReleasePlan', metadata, spec });
    await assert.rejects(create({ target: 'managed' }), /spec\.application: Required/);
    await assert.rejects(
      create({ application: 'a', componentGroup: 'b' }),
      /spec\.componentGroup: Forbidden/,
    );
    await create({ componentGroup: 'b' });
  });

  test('an admission is for Applications or component groups, at least one', async () => {
    const create = (spec: object) =>
      world.admin.create(ReleasePlanAdmissions, {
        ...{ apiVersion, kind: 'ReleasePlanAdmission', metadata },
        spec: { ...admission, ...spec },
      });
    await assert.rejects(create({}), /spec\.applications: Required/);
    await assert.rejects(create({ applications: [] }), /spec\.applications: Required/);
    await assert.rejects(
      create({ applications: ['a'], componentGroups: ['b'] }),
      /spec\.componentGroups: Forbidden/,
    );
    await create({ componentGroups: ['b'] });
  });
});

test('a Snapshot names images by digest, and never changes', async () => {
  const create = (name: string, containerImage: string) =>
    world.admin.create(Snapshots, {
      apiVersion,
      kind: 'Snapshot',
      metadata: { name, namespace: 'team' },
      spec: { application: 'shop', components: [{ name: 'web', containerImage }] },
    });
  await assert.rejects(
    create('tagged', 'registry.test/web:1'),
    /spec\.components\[0\]\.containerImage: Invalid value: .*must name the image by its digest/,
  );
  await create('pinned', `registry.test/web:1@${someDigest}`);
  await assert.rejects(
    world.admin.patch(Snapshots, 'team', 'pinned', { spec: { application: 'bank' } }),
    /spec: Forbidden: a Snapshot never changes/,
  );
});
