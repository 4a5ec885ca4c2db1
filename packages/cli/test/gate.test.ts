import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Snapshot } from '@assay/policy';
import { PipelineRuns } from '@assay/tekton';
import { GateFactory, reasonOf } from './testing/gate-factory.ts';

let factory: GateFactory;
before(async () => {
  factory = await GateFactory.create();
});
after(() => factory.remove());

suite('from a commit to a protected release', () => {
  let sandboxed: Snapshot;
  let trusted: Snapshot;

  test('a build with a task of the team itself becomes a Snapshot, by digest', async () => {
    sandboxed = await factory.build('sandbox-1', 'build-sandbox');
    const [component, ...more] = sandboxed.spec.components!;
    assert.equal(more.length, 0);
    assert.match(component!.containerImage, new RegExp(`^${factory.registry}/team/hello@sha256:`));
    assert.equal(component!.source!.git!.revision, factory.values.SOURCE_COMMIT);
  });

  test('staging takes it', async () => {
    await factory.request(sandboxed, 'staging', 'staging-1');
    const release = await factory.ended('staging-1');
    assert.equal(reasonOf(release), 'Succeeded', JSON.stringify(release.status));
    const tags = await factory.tags('staging/hello');
    assert.ok(tags.includes('1.0') && tags.includes(factory.values.SOURCE_COMMIT!.slice(0, 7)), String(tags));
  });

  test('production refuses it, names the task, and holds nothing of it', async () => {
    const { code, stdout } = await factory.home.assay([
      ...['release', sandboxed.metadata.name!, '--plan', 'production', '-n', 'team', '--name', 'refused'],
    ]);
    assert.equal(code, 3, stdout);
    assert.match(stdout, /✖ refused is refused\n {2}component hello/);
    assert.match(stdout, /✖ trusted_task\.trusted: .*"stamp"/);
    assert.match(stdout, /to fix /);
    assert.match(stdout, /nothing was written to localhost:\d+\/production\/hello:1\.0/);
    assert.deepEqual(await factory.tags('production/hello'), []);
    const runs = await factory.client.list(PipelineRuns, { namespace: 'production' });
    assert.deepEqual(runs.items, []);
  });

  test('the tree of the image shows which task is not trusted', async () => {
    const { stdout } = await factory.must(['tree', sandboxed.spec.components![0]!.containerImage]);
    assert.match(stdout, /✔ clone-repository .* trusted/);
    assert.match(stdout, /✖ stamp .* is not in the trust data/);
    assert.match(stdout, /takes SOURCE_ARTIFACT from stamp/);
  });

  test('the task is promoted, and with one changed reference the same source is released', async () => {
    const { bundle } = await factory.data(['task', 'bundle', `${factory.examples}/gate/task/stamp.yaml`]);
    await factory.must(['task', 'promote', bundle]);
    await factory.apply('pipeline-trusted', { STAMP: bundle });
    trusted = await factory.build('trusted-1', 'build-trusted');
    assert.equal(
      trusted.spec.components![0]!.containerImage,
      sandboxed.spec.components![0]!.containerImage,
      'the same bytes, now by trusted tasks',
    );
    await factory.request(trusted, 'production', 'released');
    const release = await factory.ended('released');
    assert.equal(reasonOf(release), 'Succeeded', JSON.stringify(release.status));
    const tree = await factory.must(['tree', `${factory.registry}/production/hello:1.0`]);
    assert.match(tree.stdout, /verdict {3}PASSED by/);
    assert.match(tree.stdout, /release {3}team\/released by admin to localhost:\d+\/production\/hello as 1\.0, /);
  });

  test('a task that is revoked is refused from then on', async () => {
    await factory.must(['task', 'revoke', `${factory.registry}/library/task-stamp:0.1`]);
    await factory.request(trusted, 'production', 'revoked');
    assert.equal(reasonOf(await factory.ended('revoked')), 'Failed');
    await factory.must(['task', 'promote', `${factory.registry}/library/task-stamp:0.1`]);
  });

  test('two Releases at once both end, one after the other', async () => {
    await Promise.all([
      factory.request(trusted, 'production', 'both-1'),
      factory.request(trusted, 'production', 'both-2'),
    ]);
    const ends = await Promise.all([factory.ended('both-1'), factory.ended('both-2')]);
    assert.deepEqual(
      ends.map((release) => reasonOf(release)),
      ['Succeeded', 'Succeeded'],
    );
  });
});
