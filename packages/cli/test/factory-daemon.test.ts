import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { startFactory } from '../src/factory/factory.ts';
import { FactoryHome } from './testing/factory-home.ts';
import { assertNothingRemains, sandboxOwners } from './testing/remains.ts';

let home: FactoryHome;

before(async () => {
  home = await FactoryHome.create();
});
after(async () => {
  await home.assay(['down']);
  home.remove();
});

const taskRun = (name: string, script: string) => `
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: { name: ${name} }
spec:
  taskSpec:
    steps: [{ name: main, image: localhost/toolbox, script: ${JSON.stringify(script)} }]
`;

test('status and down without a factory say that there is none', async () => {
  const status = await home.assay(['status']);
  assert.equal(status.code, 5);
  assert.match(status.stderr, /^error: no factory is running\nhint: .*assay up/);
  const down = await home.assay(['down']);
  assert.equal(down.code, 0);
  assert.match(down.stderr, /no factory is running/);
});

test('a factory that is up serves commands and tools until it is told to go down', async (t) => {
  const up = await home.assay(['up']);
  assert.equal(up.code, 0, up.stderr);
  const registry = /its registry is (localhost:\d+)/.exec(up.stderr)?.[1];
  const owners = sandboxOwners(home.root);

  await t.test('up again changes nothing', async () => {
    const again = await home.assay(['up']);
    assert.equal(again.code, 0);
    assert.match(again.stderr, new RegExp(`the factory is up; its registry is ${registry}`));
    assert.deepEqual(sandboxOwners(home.root), owners);
  });

  await t.test('run is its client: the run stays and the factory is told which one runs', async () => {
    const running = home.startRun(taskRun('stays', 'echo begun; sleep 4; echo done'));
    await running.says('begun');
    const status = await home.assay(['status', '-o', 'json']);
    const { runs, running: unfinished, home: root, registry: host, api } = JSON.parse(status.stdout);
    assert.deepEqual([root, host], [home.root, registry]);
    assert.match(api, /^https:\/\/127\.0\.0\.1:\d+$/);
    assert.equal(runs, 1);
    assert.deepEqual(unfinished, [
      { kind: 'TaskRun', namespace: 'default', name: 'stays', succeeded: 'Unknown', reason: 'Running' },
    ]);
    const { code, stdout, stderr } = await running.outcome;
    assert.equal(code, 0, stderr);
    assert.equal(stdout, '[main] begun\n[main] done\n');
    assert.match(stderr, /✔ TaskRun stays: provenance signed/);
    assert.match((await home.assay(['status'])).stdout, /^runs +1$/m);
  });

  await t.test('an image map is refused, since the factory decided it when it started', async () => {
    const map = home.write('"docker.io/library/alpine:*": localhost/toolbox\n');
    const { code, stderr } = await home.run(taskRun('mapped', 'true'), '--image-map', map);
    assert.equal(code, 2);
    assert.match(stderr, /a factory is up, and --image-map is decided where it starts/);
  });

  const skopeo = spawnSync('skopeo', ['--version']).status === 0;
  await t.test('skopeo reads its registry', { skip: !skopeo && 'skopeo is not installed' }, () => {
    const inspected = JSON.parse(
      execFileSync('skopeo', ['inspect', '--tls-verify=false', `docker://${registry}/toolbox`], {
        encoding: 'utf8',
      }),
    );
    assert.equal(inspected.Name, `${registry}/toolbox`);
    assert.match(inspected.Digest, /^sha256:[0-9a-f]{64}$/);
  });

  await t.test('a second factory on the same home is refused', async () => {
    await assert.rejects(startFactory({ home: home.paths, onError: () => {} }), {
      code: 'StoreLocked',
      message: /.*/,
    });
    assert.equal((await home.assay(['status'])).code, 0, 'the first one is not harmed');
  });

  await t.test('down ends all of it, and a second down finds nothing', async () => {
    const running = home.startRun(taskRun('cut', 'echo begun; sleep 30'));
    await running.says('begun');
    const down = await home.assay(['down']);
    assert.equal(down.code, 0, down.stderr);
    assert.match(down.stderr, /the factory is stopped/);
    const { code, stderr } = await running.outcome;
    assert.equal(code, 1, stderr);
    assert.doesNotMatch(stderr, /^\s+at |node:internal/m);
    await assertNothingRemains(home.root, owners);
    assert.match((await home.assay(['down'])).stderr, /no factory is running/);
  });

  await t.test('what ran when it went down has failed with a reason after the next start', async () => {
    const next = await home.assay(['up']);
    assert.equal(next.code, 0, next.stderr);
    const status = JSON.parse((await home.assay(['status', '-o', 'json'])).stdout);
    assert.equal(status.runs, 2);
    assert.deepEqual(status.running, []);
  });
});
