import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { crc32 } from 'node:zlib';
import { adminIdentity } from '../access/identity.ts';
import { ConfigMaps } from '../core/config-map.ts';
import { isKubeError, KubeError, type KubeErrorCode } from '../error.ts';
import { migrate, migrations } from './schema.ts';
import { configMap, scratchFolder } from './scratch-store.ts';
import { createStore } from './store.ts';

function fails(code: KubeErrorCode, message?: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof KubeError, String(error));
    assert.equal(error.code, code, error.message);
    if (message) assert.match(error.message, message);
    return true;
  };
}

/** A process that opens the store and creates objects one after the other, telling each that is acknowledged. */
async function writerProcess(t: TestContext, path: string) {
  const script = `
    import { adminIdentity, ConfigMaps, createStore } from ${JSON.stringify(join(import.meta.dirname, '../index.ts'))};
    const client = createStore({ path: ${JSON.stringify(path)} }).client(adminIdentity);
    const object = { apiVersion: 'v1', kind: 'ConfigMap', data: { fill: 'x'.repeat(2000) } };
    for (let i = 0; ; i++) {
      const { metadata } = await client.create(ConfigMaps, { ...object, metadata: { name: 'n' + i } });
      process.stdout.write(metadata.name + ' ' + metadata.resourceVersion + '\\n');
    }`;
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  t.after(() => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout });
  const told: string[] = [];
  lines.on('line', (line) => told.push(line));
  await once(lines, 'line');
  return {
    pid: child.pid ?? 0,
    async kill() {
      const closed = once(lines, 'close');
      child.kill('SIGKILL');
      await closed;
      return told;
    },
  };
}

test('every acknowledged object survives SIGKILL', async (t) => {
  const path = join(scratchFolder(t), 'store.db');
  for (let round = 0; round < 3; round++) {
    const file = `${path}.${round}`;
    const writer = await writerProcess(t, file);
    await new Promise((resolve) => setTimeout(resolve, 60 + 40 * round));
    const told = await writer.kill();
    const store = createStore({ path: file });
    const { items } = await store.client(adminIdentity).list(ConfigMaps);
    const found = new Set(items.map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`));
    store.close();
    assert.ok(told.length > 5, `only ${told.length} writes`);
    assert.deepEqual(
      told.filter((line) => !found.has(line)),
      [],
    );
    assert.ok(found.size - told.length <= 1, 'at most the write under way is unacknowledged');
  }
});

test('names the process that has the store, and opens once it was killed', async (t) => {
  const path = join(scratchFolder(t), 'store.db');
  const writer = await writerProcess(t, path);
  assert.throws(
    () => createStore({ path }),
    fails('StoreLocked', new RegExp(`is open in process ${writer.pid}$`)),
  );
  await writer.kill();
  assert.ok(existsSync(`${path}.pid`), 'a killed process leaves its pid file');
  createStore({ path }).close();
  assert.ok(!existsSync(`${path}.pid`));
});

test('a second store of the same process is refused, and the first keeps its lock', async (t) => {
  const path = join(scratchFolder(t), 'store.db');
  const store = createStore({ path });
  t.after(() => store.close());
  for (let i = 0; i < 2; i++) {
    assert.throws(() => createStore({ path }), fails('StoreLocked', new RegExp(`process ${process.pid}$`)));
  }
  await store.client(adminIdentity).create(ConfigMaps, configMap('still-works'));
});

test('refuses a file that is no database', (t) => {
  const path = join(scratchFolder(t), 'store.db');
  writeFileSync(path, 'This is a text, and a long one at that.'.repeat(100));
  assert.throws(() => createStore({ path }), fails('StoreCorrupt'));
});

test('refuses a database with damaged pages', async (t) => {
  const path = join(scratchFolder(t), 'store.db');
  const store = createStore({ path });
  const client = store.client(adminIdentity);
  await Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      client.create(ConfigMaps, configMap(`n${i}`, { x: 'y'.repeat(500) })),
    ),
  );
  store.close();
  const file = openSync(path, 'r+');
  const { size } = statSync(path);
  for (let at = 4096; at < size; at += 3 * 4096) writeSync(file, Buffer.alloc(64, 0xa5), 0, 64, at);
  closeSync(file);
  assert.throws(() => createStore({ path }), fails('StoreCorrupt'));
});

test('does not serve an object whose text was changed in the file', async (t) => {
  const path = join(scratchFolder(t), 'store.db');
  const store = createStore({ path });
  await store.client(adminIdentity).create(ConfigMaps, configMap('a', { word: 'truthful' }));
  store.close();
  writeFileSync(path, readFileSync(path, 'latin1').replaceAll('truthful', 'mistaken'), 'latin1');
  const again = createStore({ path });
  t.after(() => again.close());
  await assert.rejects(
    again.client(adminIdentity).get(ConfigMaps, 'default', 'a'),
    fails('StoreCorrupt', /checksum/),
  );
});

test('says when the room is used up, and keeps what was accepted', async (t) => {
  const path = join(scratchFolder(t), 'store.db');
  const store = createStore({ path, maxSizeBytes: 400_000 });
  const client = store.client(adminIdentity);
  const accepted: string[] = [];
  const fill = async () => {
    for (let i = 0; ; i++) {
      await client.create(ConfigMaps, configMap(`n${i}`, { x: 'y'.repeat(5000) }));
      accepted.push(`n${i}`);
    }
  };
  await assert.rejects(fill(), fails('StorageFull', /no room left/));
  assert.ok(accepted.length > 10);
  const crowd = await Promise.allSettled(
    Array.from({ length: 5 }, (_, i) =>
      client.create(ConfigMaps, configMap(`crowd${i}`, { x: 'y'.repeat(50_000) })),
    ),
  );
  for (const outcome of crowd)
    assert.ok(outcome.status === 'rejected' && isKubeError(outcome.reason, 'StorageFull'));
  const names = async () => (await client.list(ConfigMaps)).items.map((item) => item.metadata.name);
  assert.equal(store.version, accepted.length + 1, 'what was not written has no version');
  assert.deepEqual(await names(), accepted.toSorted());
  store.close();
  const again = createStore({ path });
  t.after(() => again.close());
  const { items } = await again.client(adminIdentity).list(ConfigMaps);
  assert.equal(items.length, accepted.length);
});

test('opens a store of the first schema', async (t) => {
  const path = join(scratchFolder(t), 'store.db');
  const db = new DatabaseSync(path);
  migrate(db, migrations.slice(0, 1));
  const insert = db.prepare(
    'INSERT INTO objects (resource, namespace, name, uid, version, labels, body, checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const put = (
    resource: string,
    namespace: string,
    version: number,
    object: ReturnType<typeof configMap>,
  ) => {
    const body = JSON.stringify(object);
    const { name = '', uid = '' } = object.metadata;
    insert.run(resource, namespace, name, uid, version, '{}', body, crc32(body));
  };
  const old = (name: string, uid: string, version: number, owner?: string) => ({
    ...configMap(name),
    metadata: {
      name,
      namespace: 'default',
      uid,
      resourceVersion: `${version}`,
      ...(owner && { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner }] }),
    },
  });
  const namespace = { ...configMap('default'), kind: 'Namespace', metadata: { name: 'default', uid: 'u0' } };
  put('namespaces', '', 1, namespace);
  put('configmaps', 'default', 2, old('owner', 'u1', 2));
  put('configmaps', 'default', 3, old('child', 'u2', 3, 'u1'));
  db.exec('UPDATE counters SET value = 3');
  db.close();

  const store = createStore({ path });
  t.after(() => store.close());
  const client = store.client(adminIdentity);
  assert.equal((await client.create(ConfigMaps, configMap('new'))).metadata.resourceVersion, '4');
  await client.delete(ConfigMaps, 'default', 'owner');
  await store.settled();
  const { items } = await client.list(ConfigMaps);
  assert.deepEqual(
    items.map((item) => item.metadata.name),
    ['new'],
    'the index of owners was built for the objects that were there',
  );
});

test('refuses a store of a newer schema', (t) => {
  const path = join(scratchFolder(t), 'store.db');
  createStore({ path }).close();
  const db = new DatabaseSync(path);
  db.exec('PRAGMA user_version = 99');
  db.close();
  assert.throws(() => createStore({ path }), fails('StoreTooNew'));
});
