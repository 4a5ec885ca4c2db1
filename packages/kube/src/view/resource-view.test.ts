import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { adminIdentity, anonymousIdentity } from '../access/identity.ts';
import type { WatchEvent } from '../client/client.ts';
import { type ConfigMap, ConfigMaps } from '../core/config-map.ts';
import { isKubeError } from '../error.ts';
import type { KubeObject, ResourceType } from '../object.ts';
import { createStore, type Store } from '../store/store.ts';
import type { StoreClient } from '../store/store-client.ts';

interface Entry extends KubeObject {
  value: string;
}

const removed: string[] = [];

/** Each entry of a ConfigMap as an object. */
const Entries: ResourceType<Entry> = {
  group: 'test.dev',
  version: 'v1',
  kind: 'Entry',
  plural: 'entries',
  namespaced: true,
  hasStatus: false,
  selectableFields: ['value'],
  view: {
    source: ConfigMaps,
    project({ metadata, data = {} }: ConfigMap): Entry[] {
      return Object.entries(data).map(([key, value]) => ({
        apiVersion: 'test.dev/v1',
        kind: 'Entry',
        metadata: {
          name: `${metadata.name}-${key}`,
          namespace: metadata.namespace!,
          uid: `${metadata.uid}-${key}`,
          resourceVersion: metadata.resourceVersion!,
          labels: { ...metadata.labels, key },
        },
        value,
      }));
    },
    sourcesOf: (name) => (name.startsWith('any') ? undefined : [name.replace(/-[^-]*$/, '')]),
    async remove(object) {
      removed.push(object.metadata.name!);
    },
  },
};

let store: Store;
let client: StoreClient;
beforeEach(() => {
  removed.length = 0;
  store = createStore({ path: ':memory:', resources: [Entries], historyEvents: 20 });
  client = store.client(adminIdentity);
});
afterEach(() => store.close());

function map(name: string, data: Record<string, string>, labels?: Record<string, string>): ConfigMap {
  const metadata = { name, namespace: 'default', ...(labels && { labels }) };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
}

const set = (name: string, data: Record<string, string | null>) =>
  client.patch(ConfigMaps, 'default', name, { data });

async function names(options = {}): Promise<string[]> {
  return (await client.list(Entries, options)).items.map((entry) => entry.metadata.name!);
}

/** The next events of a watch, as `ADDED a-x=1`. */
async function* told(options: { resourceVersion?: string; fieldSelector?: string; labelSelector?: string }) {
  for await (const event of client.watch(Entries, options) as AsyncIterable<WatchEvent<Entry>>) {
    if (event.type === 'BOOKMARK') continue;
    const { metadata, value } = event.object;
    yield `${event.type} ${metadata.name}=${value} at ${Number(metadata.resourceVersion) - start}`;
  }
}

let start = 0;
async function next(events: AsyncGenerator<string>, count: number): Promise<string[]> {
  const seen: string[] = [];
  while (seen.length < count) seen.push((await events.next()).value ?? 'end');
  return seen;
}

test('objects are read and selected as others are', async () => {
  await client.create(ConfigMaps, map('a', { x: '1', y: '2' }, { l: 'a' }));
  await client.create(ConfigMaps, map('any', { x: '1' }));
  assert.deepEqual(await names(), ['a-x', 'a-y', 'any-x']);
  assert.deepEqual(await names({ labelSelector: 'l=a,key!=x' }), ['a-y']);
  assert.deepEqual(await names({ fieldSelector: 'value=1' }), ['a-x', 'any-x']);
  assert.deepEqual(await names({ fieldSelector: 'metadata.name=a-y' }), ['a-y']);
  assert.deepEqual(await names({ namespace: 'other' }), []);
  assert.equal((await client.get(Entries, 'default', 'a-y')).value, '2');
  assert.equal((await client.get(Entries, 'default', 'any-x')).value, '1');
  for (const name of ['a-z', 'b-x', 'any-y'])
    await assert.rejects(client.get(Entries, 'default', name), { code: 'NotFound' });
});

test('nobody writes them, and who may not read them does not', async () => {
  await client.create(ConfigMaps, map('a', { x: '1' }));
  const entry = await client.get(Entries, 'default', 'a-x');
  const refused = { code: 'MethodNotAllowed', hint: /make one of those/ };
  await assert.rejects(client.create(Entries, { ...entry, metadata: { name: 'new' } }), refused);
  await assert.rejects(client.update(Entries, { ...entry, value: '2' }), refused);
  await assert.rejects(client.patch(Entries, 'default', 'a-x', { value: '2' }), refused);
  const options = { fieldManager: 'm', force: false };
  await assert.rejects(client.apply(Entries, 'default', 'a-x', entry, options), refused);
  const nobody = store.client(anonymousIdentity);
  await assert.rejects(nobody.list(Entries), { code: 'Forbidden' });
  await assert.rejects(nobody.create(Entries, entry), { code: 'Forbidden' });
});

test('a deletion is for the view to bring about', async () => {
  await client.create(ConfigMaps, map('a', { x: '1', y: '2' }, { l: 'a' }));
  await client.create(ConfigMaps, map('b', { x: '1' }));
  await client.delete(Entries, 'default', 'a-x');
  assert.deepEqual(removed, ['a-x']);
  await client.removeCollection(Entries, { labelSelector: 'l=a' }, {});
  assert.deepEqual(removed, ['a-x', 'a-x', 'a-y']);
  await client.removeCollection(Entries, {}, { dryRun: true });
  const uid = 'somebody else';
  await assert.rejects(client.delete(Entries, 'default', 'b-x', { preconditions: { uid } }), {
    code: 'Conflict',
  });
  await assert.rejects(client.delete(Entries, 'default', 'b-y'), { code: 'NotFound' });
  assert.equal(removed.length, 3);
});

test('pages go on where they ended, and keep together what one source gives', async () => {
  for (const name of ['a', 'b', 'c']) await client.create(ConfigMaps, map(name, { x: '1', y: '2' }));
  const first = client.listPage(Entries, {}, { limit: 3 });
  assert.deepEqual(
    first.objects.map(({ name }) => name),
    ['a-x', 'a-y'],
  );
  const rest = client.listPage(Entries, {}, { limit: 9, from: first.next! });
  assert.deepEqual(
    rest.objects.map(({ name }) => name),
    ['b-x', 'b-y', 'c-x', 'c-y'],
  );
  assert.equal(rest.next, undefined);
});

test('a watch tells what becomes of each object, and nothing of those that stay as they are', async () => {
  start = store.version;
  const events = told({});
  await client.create(ConfigMaps, map('a', { x: '1', y: '2' }));
  assert.deepEqual(await next(events, 2), ['ADDED a-x=1 at 1', 'ADDED a-y=2 at 1']);
  await set('a', { x: '3' });
  await set('a', { z: '1', y: null });
  await client.delete(ConfigMaps, 'default', 'a');
  assert.deepEqual(await next(events, 5), [
    'MODIFIED a-x=3 at 2',
    'DELETED a-y=2 at 3',
    'ADDED a-z=1 at 3',
    'DELETED a-x=3 at 4',
    'DELETED a-z=1 at 4',
  ]);
  await events.return(undefined);
});

test('a watch from an earlier version tells the same from the log', async () => {
  start = store.version;
  await client.create(ConfigMaps, map('a', { x: '1' }));
  await set('a', { x: '2', y: '1' });
  await client.delete(ConfigMaps, 'default', 'a');
  const events = told({ resourceVersion: String(start + 1) });
  assert.deepEqual(await next(events, 4), [
    'MODIFIED a-x=2 at 2',
    'ADDED a-y=1 at 2',
    'DELETED a-x=2 at 3',
    'DELETED a-y=1 at 3',
  ]);
  await events.return(undefined);
});

test('what the log no longer tells is taken to have been there', async () => {
  await client.create(ConfigMaps, map('a', { x: '1' }));
  for (let index = 0; index < 40; index++) await set('a', { x: `${index}` });
  start = store.version;
  for (let index = 0; index < 18; index++) await client.create(ConfigMaps, map(`b${index}`, {}));
  const events = told({ resourceVersion: String(store.version) });
  const first = next(events, 1);
  await set('a', { x: 'new' });
  assert.deepEqual(await first, ['MODIFIED a-x=new at 19']);
  await events.return(undefined);
});

test('a watch with a selector tells of what comes to match and what ceases to', async () => {
  await client.create(ConfigMaps, map('a', { x: '1', y: '1' }));
  start = store.version;
  const events = told({ resourceVersion: String(start), fieldSelector: 'value=2', labelSelector: 'key=x' });
  const first = next(events, 2);
  await set('a', { x: '0' });
  await set('a', { x: '2', y: '2' });
  await set('a', { x: '1' });
  assert.deepEqual(await first, ['ADDED a-x=2 at 2', 'DELETED a-x=1 at 3']);
  await events.return(undefined);
});

test('a watch from before the log is told to begin again', async () => {
  for (let index = 0; index < 60; index++) await client.create(ConfigMaps, map(`a${index}`, { x: '1' }));
  await assert.rejects(told({ resourceVersion: '1' }).next(), (error) => isKubeError(error, 'Expired'));
});
