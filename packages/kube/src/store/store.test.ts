import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { adminIdentity } from '../access/identity.ts';
import { ManualClock } from '../clock.ts';
import { ConfigMaps } from '../core/config-map.ts';
import { Namespaces } from '../core/namespace.ts';
import { isKubeError } from '../error.ts';
import { configMap, scratchFolder, scratchStore } from './scratch-store.ts';
import { createStore } from './store.ts';

test('keeps objects, versions and history over a restart', async (t) => {
  const path = join(scratchFolder(t), 'deep', 'er', 'store.db');
  const first = createStore({ path });
  const made = await first.client(adminIdentity).create(ConfigMaps, configMap('a', { x: '1' }));
  const { version } = first;
  first.close();
  const second = createStore({ path });
  t.after(() => second.close());
  const client = second.client(adminIdentity);
  assert.equal(second.version, version);
  assert.deepEqual(await client.get(ConfigMaps, 'default', 'a'), made);
  const changed = await client.update(ConfigMaps, { ...made, data: { x: '2' } });
  assert.equal(Number(changed.metadata.resourceVersion), version + 1);
  for await (const event of client.watch(ConfigMaps, { resourceVersion: '1' })) {
    assert.deepEqual(event, { type: 'ADDED', object: made });
    break;
  }
});

test('is readable by its owner only', async (t) => {
  const path = join(scratchFolder(t), 'store.db');
  const store = createStore({ path });
  t.after(() => store.close());
  await store.client(adminIdentity).create(ConfigMaps, configMap('a'));
  for (const file of [path, `${path}-wal`]) assert.equal(statSync(file).mode & 0o777, 0o600, file);
});

test('takes time, uids and names from outside', async (t) => {
  let serial = 0;
  const store = scratchStore(t, {
    clock: new ManualClock('2031-02-03T04:05:06.789Z'),
    randomUid: () => `uid-${++serial}`,
    randomName: () => 'bcdfg',
  });
  const made = await store
    .client(adminIdentity)
    .create(ConfigMaps, { ...configMap('x'), metadata: { generateName: 'n-' } });
  assert.deepEqual(made.metadata, {
    name: 'n-bcdfg',
    generateName: 'n-',
    namespace: 'default',
    uid: 'uid-2',
    resourceVersion: '2',
    generation: 1,
    creationTimestamp: '2031-02-03T04:05:06Z',
  });
});

test('tries another generated name when one is taken, and gives up in the end', async (t) => {
  const suffixes = ['bbbbb', 'bbbbb', 'bbbbb', 'ccccc'];
  const store = scratchStore(t, { randomName: () => suffixes.shift() ?? 'bbbbb' });
  const client = store.client(adminIdentity);
  const object = { ...configMap('x'), metadata: { generateName: 'n-' } };
  assert.equal((await client.create(ConfigMaps, object)).metadata.name, 'n-bbbbb');
  assert.equal((await client.create(ConfigMaps, object)).metadata.name, 'n-ccccc');
  await assert.rejects(client.create(ConfigMaps, object), (error) => isKubeError(error, 'AlreadyExists'));
});

test('cuts a long base of a generated name to 63 characters', async (t) => {
  const store = scratchStore(t, { randomName: () => 'bbbbb' });
  const object = { ...configMap('x'), metadata: { generateName: `${'a'.repeat(70)}-` } };
  const { metadata } = await store.client(adminIdentity).create(ConfigMaps, object);
  assert.equal(metadata.name, `${'a'.repeat(58)}bbbbb`);
});

test('one failing request does not fail those it shares a transaction with', async (t) => {
  const store = scratchStore(t);
  const client = store.client(adminIdentity);
  const before = store.version;
  const outcomes = await Promise.allSettled(
    ['a', 'b', 'a', 'BAD', 'c'].map((name) => client.create(ConfigMaps, configMap(name))),
  );
  assert.deepEqual(
    outcomes.map((outcome) => outcome.status),
    ['fulfilled', 'fulfilled', 'rejected', 'rejected', 'fulfilled'],
  );
  assert.equal(store.version, before + 3);
  const { items } = await client.list(ConfigMaps);
  assert.deepEqual(
    items.map(({ metadata }) => [metadata.name, metadata.resourceVersion]),
    [
      ['a', '2'],
      ['b', '3'],
      ['c', '4'],
    ],
  );
});

test('takes what it writes when the call is made', async (t) => {
  const store = scratchStore(t);
  const object = configMap('early', { x: '1' });
  const creation = store.client(adminIdentity).create(ConfigMaps, object);
  object.data = { x: '2' };
  assert.deepEqual((await creation).data, { x: '1' });
});

test('refuses calls after close, and ends the watches', async (t) => {
  const store = scratchStore(t);
  const client = store.client(adminIdentity);
  const events = client.watch(ConfigMaps, { resourceVersion: '1' })[Symbol.asyncIterator]();
  const next = events.next();
  const waiting = client.create(ConfigMaps, configMap('late'));
  store.close();
  const closed = (error: unknown) => isKubeError(error, 'StoreClosed');
  await assert.rejects(next, closed);
  await assert.rejects(waiting, closed);
  await assert.rejects(client.get(ConfigMaps, 'default', 'x'), closed);
});

test('a slow watcher reads on from the log, and sees everything once', async (t) => {
  const store = scratchStore(t);
  const client = store.client(adminIdentity);
  const events = client.watch(ConfigMaps, { resourceVersion: '1' })[Symbol.asyncIterator]();
  await client.create(ConfigMaps, configMap('first'));
  assert.equal((await events.next()).done, false);
  const names = Array.from({ length: 3000 }, (_, index) => `n${index}`);
  await Promise.all(names.map((name) => client.create(ConfigMaps, configMap(name))));
  const seen: (string | undefined)[] = [];
  while (seen.length < names.length) {
    const { value } = await events.next();
    if (value?.type === 'ADDED') seen.push(value.object.metadata.name);
  }
  assert.deepEqual(seen, names);
  await events.return?.(undefined);
});

test('a watcher so slow that the log went on without it is told Expired', async (t) => {
  const store = scratchStore(t, { historyEvents: 100 });
  const client = store.client(adminIdentity);
  const events = client.watch(ConfigMaps, { resourceVersion: '1' })[Symbol.asyncIterator]();
  await client.create(ConfigMaps, configMap('first'));
  assert.equal((await events.next()).done, false);
  await Promise.all(Array.from({ length: 2000 }, (_, i) => client.create(ConfigMaps, configMap(`n${i}`))));
  const readOn = async () => {
    while (!(await events.next()).done);
  };
  await assert.rejects(readOn(), (error) => isKubeError(error, 'Expired'));
});

test('protects the default namespace, and marks the others', async (t) => {
  const store = scratchStore(t);
  const client = store.client(adminIdentity);
  const namespace = await client.get(Namespaces, '', 'default');
  assert.deepEqual(namespace.status, { phase: 'Active' });
  assert.deepEqual(namespace.metadata.labels, { 'kubernetes.io/metadata.name': 'default' });
  await assert.rejects(client.delete(Namespaces, '', 'default'), (error) => isKubeError(error, 'Forbidden'));
});
