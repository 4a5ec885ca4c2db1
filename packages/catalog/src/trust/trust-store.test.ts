import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { openLayoutStore } from '@assay/oci';
import { readTrust, type TrustPlace, trustHistory, updateTrust } from './trust-store.ts';
import type { TrustedTasks } from './trusted-tasks.ts';

let directory: string;
let place: TrustPlace;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'assay-trust-'));
  place = { store: openLayoutStore(directory), repository: 'registry.test/trust' };
});
afterEach(() => rmSync(directory, { recursive: true }));

/** One more task that is trusted. */
function add(name: string, minute: number) {
  const entry = [{ ref: `sha256:${'a'.repeat(64)}` }];
  const change = (tasks: TrustedTasks) => ({ ...tasks, [`oci://registry.test/${name}:0.1`]: entry });
  const now = new Date(Date.UTC(2026, 5, 1, 12, minute));
  return updateTrust(place, change as Parameters<typeof updateTrust>[1], { now, reason: `adds ${name}` });
}

test('without any there is neither a version nor a history', async () => {
  assert.equal(await readTrust(place), undefined);
  assert.deepEqual(await trustHistory(place), []);
});

test('the history has the newest first, and each version names the one before', async () => {
  const versions = [await add('a', 1), await add('b', 2), await add('c', 3)];
  const history = await trustHistory(place);
  assert.deepEqual(
    history.map(({ reason, created }) => [reason, created]),
    [
      ['adds c', '2026-06-01T12:03:00.000Z'],
      ['adds b', '2026-06-01T12:02:00.000Z'],
      ['adds a', '2026-06-01T12:01:00.000Z'],
    ],
  );
  assert.deepEqual(
    history.map(({ parents }) => parents),
    [[versions[1]!.digest], [versions[0]!.digest], []],
  );
  assert.deepEqual(await readTrust(place), history[0]);
});

test('a change that changes nothing makes no version', async () => {
  const before = await add('a', 1);
  const same = await updateTrust(place, (tasks) => tasks, { now: new Date(), reason: 'nothing' });
  assert.equal(same.digest, before.digest);
  assert.equal((await trustHistory(place)).length, 1);
});

test('what is written at the same time is brought together, and nothing is lost', async () => {
  await add('base', 0);
  await Promise.all([add('a', 1), add('b', 1), add('c', 1)]);
  const latest = (await add('last', 2)).tasks;
  assert.deepEqual(
    Object.keys(latest).sort(),
    ['a', 'b', 'base', 'c', 'last'].map((name) => `oci://registry.test/${name}:0.1`),
  );
});

test('data that are no trust data are refused', async () => {
  const { store, repository } = place;
  const { digest, size } = await store.putBlob(repository, Buffer.from('{'));
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const data = { mediaType: 'application/json', digest, size };
  const manifest = { schemaVersion: 2, mediaType, config: data, layers: [data] };
  await store.putManifest(repository, 'latest', Buffer.from(JSON.stringify(manifest)), mediaType);
  await assert.rejects(readTrust(place), {
    code: 'InvalidTrustData',
    message: 'registry.test/trust at latest holds no trust data',
  });
});
