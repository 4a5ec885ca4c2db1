import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { openLayoutStore } from '@assay/oci';
import { FactoryHome } from './testing/factory-home.ts';

let home: FactoryHome;

before(async () => {
  home = await FactoryHome.create();
});
after(async () => {
  await home.assay(['down']);
  home.remove();
});

const task = (name: string) => `
---
apiVersion: tekton.dev/v1
kind: Task
metadata: { name: ${name} }
spec:
  steps: [{ name: main, image: localhost/toolbox, script: echo said }]
`;
const taskRun = (name: string, of: string) => `
---
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: { name: ${name} }
spec: { taskRef: { name: ${of} } }
`;

const logsOf = (run: string) =>
  JSON.stringify(readDirectory(join(home.root, 'logs'))).includes(`_${run}-pod_`);

function readDirectory(path: string): string[] {
  return existsSync(path) ? readdirSync(path) : [];
}

test('prune says what would go, deletes it when told to, and keeps what is to stay', async () => {
  for (const name of ['one', 'two', 'three']) {
    const { code, stderr } = await home.run(
      (name === 'one' ? task('t') : '') + taskRun(name, 't'),
      '--no-sign',
    );
    assert.equal(code, 0, stderr);
    // Ends are told in seconds.
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  const dry = await home.assay(['prune', '--keep', '1', '--dry-run']);
  assert.equal(dry.code, 0, dry.stderr);
  assert.match(dry.stdout, /TaskRun default\/one ended .*\nTaskRun default\/two ended/);
  assert.match(dry.stderr, /would delete .*; nothing was deleted/);
  const unasked = await home.assay(['prune', '--keep', '1']);
  assert.equal(unasked.code, 2);
  assert.match(unasked.stderr, /needs to be confirmed.*\nhint: add --yes/);
  assert.ok(logsOf('one'));

  assert.equal((await home.assay(['up'])).code, 0);
  const young = await home.assay(['prune', '--keep', '1', '--older-than', '1h', '--yes', '-o', 'json']);
  assert.deepEqual(JSON.parse(young.stdout).runs, [], 'what is young stays');
  const { stdout, code } = await home.assay(['prune', '--keep', '1', '--yes', '-o', 'json']);
  assert.equal(code, 0);
  const plan = JSON.parse(stdout);
  assert.deepEqual(
    [plan.deleted, plan.runs.map((run: { name: string }) => run.name)],
    [true, ['one', 'two']],
  );
  assert.ok(plan.bytes > 0);
  assert.deepEqual([logsOf('one'), logsOf('two'), logsOf('three')], [false, false, true]);
  const status = JSON.parse((await home.assay(['status', '-o', 'json'])).stdout);
  assert.equal(status.runs, 1);
  assert.equal((await home.assay(['prune', '--keep', '1', '--yes'])).stderr, 'there is nothing to delete\n');
});

test('prune takes blobs that nothing names, once they are old, and nothing else of the registry', async () => {
  const layout = openLayoutStore(home.paths.registry);
  const orphan = await layout.putBlob('localhost/lost', Buffer.from('nobody names me'));
  const image = await layout.resolve('localhost/toolbox', 'latest');
  const shared = join(home.root, 'registry/_blobs', orphan.digest.replace(':', '/'));
  const plan = async () => JSON.parse((await home.assay(['prune', '--dry-run', '-o', 'json'])).stdout);
  assert.deepEqual((await plan()).blobs, [], 'it may be on its way');
  // The change time cannot be set back, so the clock of the look is set forward.
  const { orphanedBlobs } = await import('../src/prune/orphaned-blobs.ts');
  const found = await orphanedBlobs(home.paths.registry, Date.now() + 60_000);
  assert.deepEqual(
    found.map(({ path }) => path).sort(),
    [shared, join(layout.layoutDirectory('localhost/lost'), 'blobs', orphan.digest.replace(':', '/'))].sort(),
  );
  assert.equal((await layout.resolve('localhost/toolbox', 'latest')).digest, image.digest);
});

test('prune takes the logs of runs that are no more', async () => {
  const lost = join(home.root, 'logs/default_gone-pod_00000000-0000-0000-0000-000000000000');
  mkdirSync(join(lost, 'step-main'), { recursive: true });
  writeFileSync(join(lost, 'step-main/0.log'), 'x'.repeat(5000));
  const { stdout } = await home.assay(['prune', '--dry-run']);
  assert.match(stdout, /^1 logs of runs that are gone, 8\.0 KiB$|^1 logs of runs that are gone/m);
  assert.equal((await home.assay(['prune', '--no-orphans', '--yes'])).stderr, 'there is nothing to delete\n');
  assert.equal((await home.assay(['prune', '--yes'])).code, 0);
  assert.equal(existsSync(lost), false);
  assert.ok(existsSync(join(home.root, 'logs/factory.log')) && logsOf('three'));
});

test('status tells where everything is, and how much disk it takes', async () => {
  const { stdout } = await home.assay(['status', '-o', 'json']);
  const { api, pid, disk } = JSON.parse(stdout);
  assert.equal(api, `https://127.0.0.1:${readFileSync(join(home.root, 'api-port'), 'utf8').trim()}`);
  assert.equal(pid, Number(readFileSync(join(home.root, 'run/factory.pid'), 'utf8')));
  assert.ok(disk.used.registry > 1_000_000 && disk.used.store > 0 && disk.free > 0);
  assert.match(
    (await home.assay(['status'])).stdout,
    /^disk +\d.* used \(store .*, registry .*\), .* free$/m,
  );
});

test('what was claimed and is gone while no factory runs is swept at the next start', async () => {
  const lost = join(home.root, 'sandbox/claims/default_c_00000000-0000-0000-0000-000000000000');
  assert.equal((await home.assay(['down'])).code, 0);
  mkdirSync(lost, { recursive: true });
  utimesSync(lost, 0, 0);
  assert.equal((await home.assay(['up'])).code, 0);
  assert.equal(existsSync(lost), false);
});

test('doctor checks every object of a store at rest, and names what is damaged', async () => {
  const busy = await home.assay(['doctor', '-o', 'json']);
  assert.match(JSON.parse(busy.stdout).home.needs[0].detail, /in use/);
  assert.equal((await home.assay(['down'])).code, 0);
  const sound = JSON.parse((await home.assay(['doctor', '-o', 'json'])).stdout);
  assert.equal(sound.home.sound, true);
  assert.match(sound.home.needs[0].detail, /^\d+ objects sound, schema \d+$/);
  const db = new DatabaseSync(home.paths.store);
  db.exec(`UPDATE objects SET body = body || ' ' WHERE resource = 'namespaces'`);
  db.close();
  const { code, stdout } = await home.assay(['doctor']);
  assert.equal(code, 1);
  assert.match(stdout, /✖ store +damaged: namespaces default in objects does not have its checksum/);
});
