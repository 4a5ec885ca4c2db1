import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { adminIdentity } from '../access/identity.ts';
import { ConfigMaps } from '../core/config-map.ts';
import { copyStore, inspectStore } from './inspect-store.ts';
import { configMap, scratchFolder } from './scratch-store.ts';
import { createStore } from './store.ts';

test('a copy made while writes go on is a whole store of one moment', async (t) => {
  const folder = scratchFolder(t);
  const store = createStore({ path: join(folder, 'store.db') });
  const client = store.client(adminIdentity);
  for (let index = 0; index < 50; index++) await client.create(ConfigMaps, configMap(`before-${index}`));
  const copied = store.backup(join(folder, 'copy.db'));
  await Promise.all(
    Array.from({ length: 300 }, (_, index) => client.create(ConfigMaps, configMap(`after-${index}`))),
  );
  await copied;
  store.close();
  const report = inspectStore(join(folder, 'copy.db'))!;
  assert.deepEqual(report.findings, []);
  const copy = createStore({ path: join(folder, 'copy.db') });
  t.after(() => copy.close());
  const { items, resourceVersion } = await copy.client(adminIdentity).list(ConfigMaps);
  const names = items.map(({ metadata }) => metadata.name!);
  assert.equal(names.filter((name) => name.startsWith('before')).length, 50);
  const newest = Math.max(...items.map(({ metadata }) => Number(metadata.resourceVersion)));
  assert.ok(newest <= Number(resourceVersion), 'nothing in it is newer than it says');
});

test('a store at rest is copied, one in use only by who has it', async (t) => {
  const folder = scratchFolder(t);
  const path = join(folder, 'store.db');
  const store = createStore({ path });
  await store.client(adminIdentity).create(ConfigMaps, configMap('x'));
  await assert.rejects(copyStore(path, join(folder, 'a.db')), { code: 'StoreLocked' });
  assert.throws(() => inspectStore(path), { code: 'StoreLocked' });
  store.close();
  await copyStore(path, join(folder, 'b.db'));
  assert.equal(inspectStore(join(folder, 'b.db'))!.objects, inspectStore(path)!.objects);
});

test('every damaged object is named; what is no database is told', async (t) => {
  const folder = scratchFolder(t);
  const path = join(folder, 'store.db');
  assert.equal(inspectStore(path), undefined);
  const store = createStore({ path });
  const client = store.client(adminIdentity);
  for (const name of ['a', 'b', 'c']) await client.create(ConfigMaps, configMap(name));
  store.close();
  assert.deepEqual(inspectStore(path)!.findings, []);
  const db = new DatabaseSync(path);
  db.exec(`UPDATE objects SET body = replace(body, '"name":"b"', '"name":"x"') WHERE name = 'b'`);
  db.close();
  assert.deepEqual(inspectStore(path)!.findings, [
    'configmaps default/b in objects does not have its checksum',
  ]);
  writeFileSync(join(folder, 'text'), 'no database at all, but long enough to be read as one'.repeat(100));
  assert.throws(() => inspectStore(join(folder, 'text')), { code: 'StoreCorrupt' });
});
