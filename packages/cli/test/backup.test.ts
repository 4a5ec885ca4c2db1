import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { after, before, test } from 'node:test';
import { adminIdentity, ConfigMaps, createStore } from '@assay/kube';
import { openLayoutStore } from '@assay/oci';
import { pack } from 'tar-stream';
import { backupEntries } from '../src/backup/backup-entries.ts';
import { FactoryHome } from './testing/factory-home.ts';

let home: FactoryHome;
const others: FactoryHome[] = [];

before(async () => {
  home = await FactoryHome.create({ toolbox: false });
});
after(async () => {
  await home.assay(['down']);
  for (const one of [home, ...others]) one.remove();
});

async function another(): Promise<FactoryHome> {
  const made = await FactoryHome.create({ toolbox: false });
  others.push(made);
  return made;
}

const kubeless = async (client: Awaited<ReturnType<typeof session>>, name: string) =>
  client.create(ConfigMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default' },
    data: { name },
  });

async function session(of: FactoryHome) {
  const { connectSession } = await import('../src/factory/session.ts');
  return (await connectSession(of.paths))!.client;
}

test('a backup of a factory at work restores to the same objects, images, repositories and claims', async (t) => {
  const layout = openLayoutStore(home.paths.registry);
  const content = Buffer.from('a layer');
  const { digest } = await layout.putBlob('localhost/one', content);
  await layout.putBlob('localhost/two', content);
  assert.equal((await home.assay(['up'])).code, 0);
  const client = await session(home);
  for (let index = 0; index < 20; index++) await kubeless(client, `map-${index}`);
  const claim = join(home.root, 'sandbox/claims/default_c_1');
  mkdirSync(join(claim, 'inner'), { recursive: true });
  writeFileSync(join(claim, 'inner/file'), 'kept', { mode: 0o640 });
  symlinkSync('/etc/passwd', join(claim, 'link'));

  const made = await home.assay(['backup', 'all.tgz']);
  assert.equal(made.code, 0, made.stderr);
  const file = join(home.root, 'all.tgz');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(
    [await home.assay(['backup', 'all.tgz'])].map(({ code, stderr }) => [code, /exists/.test(stderr)]),
    [[2, true]],
  );

  const target = await another();
  const restored = await target.assay(['restore', file]);
  assert.equal(restored.code, 0, restored.stderr);
  const store = createStore({ path: target.paths.store });
  t.after(() => store.close());
  const { items } = await store.client(adminIdentity).list(ConfigMaps);
  assert.equal(items.filter(({ data }) => data?.name?.startsWith('map-')).length, 20);
  const copy = openLayoutStore(target.paths.registry);
  assert.equal(Buffer.from(await copy.getBlob('localhost/two', digest)).toString(), 'a layer');
  const shared = join(target.root, 'registry/_blobs', digest.replace(':', '/'));
  assert.equal(statSync(shared).nlink, 3, 'equal blobs are on disk once');
  const inner = join(target.root, 'sandbox/claims/default_c_1/inner/file');
  assert.equal(readFileSync(inner, 'utf8'), 'kept');
  assert.equal(statSync(inner).mode & 0o777, 0o640);
  assert.equal(existsSync(join(target.root, 'keys/cosign.key')), false, 'keys are not in it');
  assert.equal(existsSync(join(target.root, 'access/ca.key')), false);
  assert.deepEqual(
    readFileSync(join(target.root, 'api-port'), 'utf8'),
    readFileSync(join(home.root, 'api-port'), 'utf8'),
  );

  const refused = await target.assay(['restore', file]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /holds a factory already/);
  const running = await home.assay(['restore', '--force', file]);
  assert.match(running.stderr, /a factory is running/);
});

test('with keys the same factory comes back, its tokens valid', async () => {
  const made = await home.assay(['backup', '--with-keys', '-o', 'json', 'keys.tar']);
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stderr, /warning: whoever can read this file/);
  assert.equal(JSON.parse(made.stdout).withKeys, true);
  const target = await another();
  assert.equal((await target.assay(['restore', join(home.root, 'keys.tar')])).code, 0);
  for (const name of ['access/admin.token', 'access/ca.crt', 'keys/cosign.key']) {
    assert.equal(
      readFileSync(join(target.root, name), 'utf8'),
      readFileSync(join(home.root, name), 'utf8'),
      name,
    );
    assert.equal(statSync(join(target.root, name)).mode & 0o777, 0o600);
  }
});

test('a factory at rest is backed up, too', async () => {
  assert.equal((await home.assay(['down'])).code, 0);
  const made = await home.assay(['backup', 'rest.tar']);
  assert.equal(made.code, 0, made.stderr);
  const target = await another();
  assert.equal((await target.assay(['restore', join(home.root, 'rest.tar')])).code, 0);
});

test('a backup with one byte changed, or cut short, is refused, and the home is as it was', async () => {
  const whole = readFileSync(join(home.root, 'rest.tar'));
  const at = whole.indexOf('a layer');
  assert.ok(at > 0);
  const target = await another();
  const changed = Buffer.from(whole);
  changed[at]! ^= 1;
  for (const [name, bytes, message] of [
    ['changed.tar', changed, /does not have its checksum/],
    ['short.tar', whole.subarray(0, whole.length >> 1), /./],
    ['none.tar', Buffer.from('nothing of the kind'), /./],
  ] as const) {
    writeFileSync(join(target.root, name), bytes);
    const { code, stderr } = await target.assay(['restore', name]);
    assert.equal(code, 1, name);
    assert.match(stderr, message);
    assert.equal(existsSync(target.paths.store), false, name);
    assert.equal(existsSync(join(target.root, '.restore')), false, name);
  }
});

/** An archive of somebody who means no good, with a list that fits. */
async function forge(
  path: string,
  entries: { name: string; type?: 'file' | 'symlink'; linkname?: string; text?: string }[],
) {
  const archive = pack();
  const written = pipeline(archive, createWriteStream(path));
  const files: object[] = [];
  const store = { name: 'store.db', text: '' };
  for (const { name, type = 'file', linkname, text = '' } of [store, ...entries] as typeof entries) {
    if (type === 'symlink') archive.entry({ name, type, linkname: linkname! });
    else {
      archive.entry({ name, type }, text);
      files.push({ path: name, size: text.length, sha256: createHash('sha256').update(text).digest('hex') });
    }
  }
  archive.entry(
    { name: 'assay-backup.json' },
    JSON.stringify({ format: 1, created: 'x', withKeys: true, files }),
  );
  archive.finalize();
  await written;
}

test('a forged backup writes nowhere but into the home', async () => {
  const target = await another();
  const outside = join(home.root, 'outside');
  mkdirSync(outside, { recursive: true });
  const cases = [
    [{ name: '../escaped', text: 'x' }],
    [{ name: 'registry/../../escaped', text: 'x' }],
    [{ name: '/tmp/escaped', text: 'x' }],
    [{ name: 'run/api.sock', text: 'x' }],
    [
      { name: 'sandbox/claims/c', type: 'symlink' as const, linkname: outside },
      { name: 'sandbox/claims/c/escaped', text: 'x' },
    ],
  ];
  for (const entries of cases) {
    await forge(join(target.root, 'forged.tar'), entries);
    const { code, stderr } = await target.assay(['restore', 'forged.tar']);
    assert.equal(code, 1, JSON.stringify(entries));
    assert.match(stderr, /this is no backup that can be restored/);
  }
  assert.equal(existsSync(join(outside, 'escaped')), false);
  rmSync(outside, { recursive: true });
});

test('what refers to content comes before it', async () => {
  const paths: string[] = [];
  for await (const { path } of backupEntries(home.paths, false)) paths.push(path);
  const index = paths.findIndex((path) => path.endsWith('one/_layout/index.json'));
  const blob = paths.findIndex((path) => path.includes('one/_layout/blobs/sha256/'));
  assert.ok(index >= 0 && index < blob, paths.join('\n'));
});
