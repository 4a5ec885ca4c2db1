import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { adminIdentity } from '../access/identity.ts';
import { ManualClock } from '../clock.ts';
import { ConfigMaps } from '../core/config-map.ts';
import { configMap, scratchFolder } from './scratch-store.ts';
import { createStore } from './store.ts';
import type { StoreClient } from './store-client.ts';

const full = { code: 'StorageFull', hint: /delete finished runs/ };

/** Creates objects until there is no room. @returns their names */
async function fill(client: StoreClient, bytes = 5000): Promise<string[]> {
  const names: string[] = [];
  for (let index = 0; ; index++) {
    try {
      await client.create(ConfigMaps, configMap(`n${index}`, { x: 'y'.repeat(bytes) }));
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'StorageFull', String(error));
      return names;
    }
    names.push(`n${index}`);
  }
}

async function emptyAndRefill(client: StoreClient, clock: ManualClock): Promise<void> {
  const names = await fill(client);
  assert.ok(names.length > 10, `${names.length} objects`);
  const update = { ...configMap(names[0]!), data: { x: 'z' } };
  await assert.rejects(client.update(ConfigMaps, update), full, 'nothing but deletions is taken');
  await Promise.all(names.map((name) => client.delete(ConfigMaps, 'default', name)));
  assert.deepEqual((await client.list(ConfigMaps)).items, []);
  clock.advance(2000);
  await client.create(ConfigMaps, configMap('again'));
  const refilled = await fill(client);
  assert.ok(
    refilled.length > names.length / 3,
    `the room is there again: ${names.length}, then ${refilled.length}`,
  );
}

test('a store that is full lets deletions through, and then takes writes again', async (t) => {
  const clock = new ManualClock();
  const store = createStore({ path: join(scratchFolder(t), 'store.db'), maxSizeBytes: 2_000_000, clock });
  t.after(() => store.close());
  await emptyAndRefill(store.client(adminIdentity), clock);
});

const isRoot = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;

test('so does one on a disk that is full', {
  skip: !isRoot && 'mounting a small disk takes root',
}, async (t) => {
  const disk = join(scratchFolder(t), 'disk');
  mkdirSync(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=10m', 'tmpfs', disk]);
  const clock = new ManualClock();
  // Not in an `after`: the folder is removed first there.
  try {
    const store = createStore({ path: join(disk, 'store.db'), clock });
    try {
      assert.ok(existsSync(join(disk, 'store.db.reserve')));
      await emptyAndRefill(store.client(adminIdentity), clock);
    } finally {
      store.close();
    }
  } finally {
    execFileSync('umount', [disk]);
  }
});
