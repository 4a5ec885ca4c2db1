import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { adminIdentity } from '../access/identity.ts';
import { ConfigMaps } from '../core/config-map.ts';
import { isKubeError } from '../error.ts';
import { inspectStore } from './inspect-store.ts';
import { configMap, scratchFolder } from './scratch-store.ts';
import { createStore, type Store } from './store.ts';

/** A generator with a seed (mulberry32), so that a failure can be tried again. */
function randomFrom(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const seed = Number(process.env.ASSAY_DAMAGE_SEED ?? Date.now() % 1_000_000);
const flips = Number(process.env.ASSAY_DAMAGE_FLIPS ?? 150);

/** Everything that a client can see of the ConfigMaps. */
async function everything(store: Store): Promise<unknown> {
  const client = store.client(adminIdentity);
  const { items } = await client.list(ConfigMaps);
  const odd = await client.list(ConfigMaps, { labelSelector: 'parity=odd' });
  const alone = await Promise.all(
    Array.from({ length: 30 }, async (_, index) => {
      try {
        return await client.get(ConfigMaps, 'default', `n${index}`);
      } catch (error) {
        if (isKubeError(error, 'NotFound')) return undefined;
        throw error;
      }
    }),
  );
  return { items, odd: odd.items, alone, version: store.version };
}

async function fillStore(path: string): Promise<unknown> {
  const store = createStore({ path });
  const client = store.client(adminIdentity);
  for (let index = 0; index < 30; index++) {
    const object = configMap(`n${index}`, { text: 'x'.repeat(100) });
    object.metadata.labels = { parity: index % 2 ? 'odd' : 'even' };
    await client.create(ConfigMaps, object);
  }
  for (let index = 0; index < 10; index++) await client.delete(ConfigMaps, 'default', `n${index}`);
  const truth = await everything(store);
  store.close();
  return truth;
}

test(`a flipped bit anywhere in the file is refused, or told, or makes no difference (seed ${seed})`, async (t) => {
  const folder = scratchFolder(t);
  const truth = await fillStore(join(folder, 'good.db'));
  const good = readFileSync(join(folder, 'good.db'));
  const random = randomFrom(seed);
  const path = join(folder, 'bad.db');
  let detected = 0;
  for (let round = 0; round < flips; round++) {
    const bytes = Buffer.from(good);
    const at = Math.floor(random() * bytes.length);
    const bit = Math.floor(random() * 8);
    bytes[at]! ^= 1 << bit;
    for (const more of ['-wal', '-shm', '.pid', '.reserve']) rmSync(path + more, { force: true });
    writeFileSync(path, bytes);
    let store: Store | undefined;
    try {
      store = createStore({ path });
      const seen = await everything(store);
      assert.ok(isDeepStrictEqual(seen, truth), `bit ${bit} of byte ${at} changed what is served, silently`);
    } catch (error) {
      assert.ok(isKubeError(error, 'StoreCorrupt'), `bit ${bit} of byte ${at}: ${error}`);
      detected++;
    } finally {
      store?.close();
    }
  }
  assert.ok(detected > flips / 20, `only ${detected} of ${flips} were seen at all`);
});

test('a log that was cut, or has a flipped bit, gives the store of an earlier moment, whole', async (t) => {
  const folder = scratchFolder(t);
  const path = join(folder, 'store.db');
  const store = createStore({ path });
  const client = store.client(adminIdentity);
  // The files as a process leaves them that is killed after these writes.
  for (let index = 0; index < 20; index++) await client.create(ConfigMaps, configMap(`n${index}`));
  for (const more of ['', '-wal']) copyFileSync(path + more, join(folder, `killed.db${more}`));
  store.close();
  const random = randomFrom(seed);
  const { length } = readFileSync(join(folder, 'killed.db-wal'));
  const copy = join(folder, 'copy.db');
  const reopen = async (damage: (log: string) => void) => {
    for (const more of ['-shm', '.pid', '.reserve']) rmSync(copy + more, { force: true });
    for (const more of ['', '-wal']) copyFileSync(join(folder, `killed.db${more}`), copy + more);
    damage(`${copy}-wal`);
    let again: Store;
    try {
      again = createStore({ path: copy });
    } catch (error) {
      assert.ok(isKubeError(error, 'StoreCorrupt'), String(error));
      return undefined;
    }
    const { items } = await again.client(adminIdentity).list(ConfigMaps);
    again.close();
    assert.deepEqual(inspectStore(copy)?.findings, []);
    return items.map(({ metadata }) => metadata.name).sort();
  };
  const firstNames = (count: number) => Array.from({ length: count }, (_, index) => `n${index}`).sort();
  assert.deepEqual(await reopen(() => {}), firstNames(20), 'undamaged, everything acknowledged is there');
  for (let round = 0; round < 20; round++) {
    const at = Math.floor(random() * length);
    const names = await reopen((log) => {
      if (round % 2) return truncateSync(log, at);
      const bytes = readFileSync(log);
      bytes[at]! ^= 1 << Math.floor(random() * 8);
      return writeFileSync(log, bytes);
    });
    if (names) assert.deepEqual(names, firstNames(names.length), `damaged at ${at}`);
  }
});
