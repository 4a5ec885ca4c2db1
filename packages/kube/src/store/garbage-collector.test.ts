import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { adminIdentity } from '../access/identity.ts';
import { type ConfigMap, ConfigMaps } from '../core/config-map.ts';
import { Namespaces } from '../core/namespace.ts';
import { isKubeError } from '../error.ts';
import { configMap, owned, scratchFolder, scratchStore } from './scratch-store.ts';
import { createStore, type Store } from './store.ts';

async function names(store: Store): Promise<(string | undefined)[]> {
  await store.settled();
  const { items } = await store.client(adminIdentity).list(ConfigMaps);
  return items.map((item) => item.metadata.name);
}

async function family(store: Store): Promise<ConfigMap> {
  const client = store.client(adminIdentity);
  const owner = await client.create(ConfigMaps, configMap('owner'));
  const child = await client.create(ConfigMaps, owned(configMap('child'), [owner]));
  await client.create(ConfigMaps, owned(configMap('grandchild'), [child]));
  return owner;
}

test('dependents go after their owner, to any depth', async (t) => {
  const store = scratchStore(t);
  await family(store);
  await store.client(adminIdentity).delete(ConfigMaps, 'default', 'owner');
  assert.deepEqual(await names(store), []);
});

test('an object stays while one of its owners does, and forgets the other', async (t) => {
  const store = scratchStore(t);
  const client = store.client(adminIdentity);
  const a = await client.create(ConfigMaps, configMap('a'));
  const b = await client.create(ConfigMaps, configMap('b'));
  await client.create(ConfigMaps, owned(configMap('child'), [a, b]));
  await client.delete(ConfigMaps, 'default', 'a');
  assert.deepEqual(await names(store), ['b', 'child']);
  const { metadata } = await client.get(ConfigMaps, 'default', 'child');
  assert.deepEqual(
    metadata.ownerReferences?.map((owner) => owner.name),
    ['b'],
  );
});

test('orphans stay, without the reference', async (t) => {
  const store = scratchStore(t);
  await family(store);
  const client = store.client(adminIdentity);
  await client.delete(ConfigMaps, 'default', 'owner', { propagationPolicy: 'Orphan' });
  assert.deepEqual(await names(store), ['child', 'grandchild']);
  assert.equal((await client.get(ConfigMaps, 'default', 'child')).metadata.ownerReferences, undefined);
});

test('foreground deletion keeps the owner until blocking dependents are gone', async (t) => {
  const store = scratchStore(t);
  const client = store.client(adminIdentity);
  const owner = await client.create(ConfigMaps, configMap('owner'));
  const held = owned(configMap('held'), [owner]);
  await client.create(ConfigMaps, { ...held, metadata: { ...held.metadata, finalizers: ['a.b/c'] } });
  await client.delete(ConfigMaps, 'default', 'owner', { propagationPolicy: 'Foreground' });
  assert.deepEqual(await names(store), ['held', 'owner']);
  const waiting = await client.get(ConfigMaps, 'default', 'owner');
  assert.deepEqual(waiting.metadata.finalizers, ['foregroundDeletion']);
  await client.patch(ConfigMaps, 'default', 'held', { metadata: { finalizers: null } });
  assert.deepEqual(await names(store), []);
});

test('foreground deletion goes to any depth', async (t) => {
  const store = scratchStore(t);
  await family(store);
  const client = store.client(adminIdentity);
  await client.delete(ConfigMaps, 'default', 'owner', { propagationPolicy: 'Foreground' });
  assert.deepEqual(await names(store), []);
});

test('an object whose owner never was is collected', async (t) => {
  const store = scratchStore(t);
  const ghost = { ...configMap('ghost'), metadata: { name: 'ghost', uid: 'no-such-uid' } };
  await store.client(adminIdentity).create(ConfigMaps, owned(configMap('child'), [ghost]));
  assert.deepEqual(await names(store), []);
});

test('an owner in another namespace is none', async (t) => {
  const store = scratchStore(t);
  const client = store.client(adminIdentity);
  await client.create(Namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'far' } });
  const far = configMap('far');
  const owner = await client.create(ConfigMaps, { ...far, metadata: { name: 'far', namespace: 'far' } });
  await client.create(ConfigMaps, owned(configMap('child'), [owner]));
  assert.deepEqual(await names(store), ['far']);
});

test('a namespace takes its content with it, and takes no new content meanwhile', async (t) => {
  const store = scratchStore(t);
  const client = store.client(adminIdentity);
  await client.create(Namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'temp' } });
  const within = (name: string, finalizers: string[] = []) => ({
    ...configMap(name),
    metadata: { name, namespace: 'temp', finalizers },
  });
  await client.create(ConfigMaps, within('free'));
  await client.create(ConfigMaps, within('held', ['a.b/c']));
  await client.delete(Namespaces, '', 'temp');
  assert.deepEqual(await names(store), ['held']);
  assert.equal((await client.get(Namespaces, '', 'temp')).status?.phase, 'Terminating');
  await assert.rejects(client.create(ConfigMaps, within('new')), (error) => isKubeError(error, 'Forbidden'));
  await client.patch(ConfigMaps, 'temp', 'held', { metadata: { finalizers: null } });
  await store.settled();
  await assert.rejects(client.get(Namespaces, '', 'temp'), (error) => isKubeError(error, 'NotFound'));
});

test('a restart takes up what a stop cut short', async (t) => {
  const path = join(scratchFolder(t), 'store.db');
  const first = createStore({ path });
  await family(first);
  await first.client(adminIdentity).delete(ConfigMaps, 'default', 'owner');
  first.close();
  const second = createStore({ path });
  t.after(() => second.close());
  assert.deepEqual(await names(second), []);
});
