import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { adminIdentity } from '../access/identity.ts';
import type { WatchEvent } from '../client/client.ts';
import { type ConfigMap, ConfigMaps } from '../core/config-map.ts';
import { isKubeError } from '../error.ts';
import { configMap } from './scratch-store.ts';
import { createStore } from './store.ts';
import type { StoreClient } from './store-client.ts';

const names = ['a', 'b', 'c'];
const values = ['1', '2'];

interface Operation {
  type: 'create' | 'update' | 'delete';
  name: string;
  value: string;
  /** Sent together with the one before, so that they share a transaction. */
  joined: boolean;
}

const operation: fc.Arbitrary<Operation> = fc.record({
  type: fc.constantFrom('create', 'update', 'delete'),
  name: fc.constantFrom(...names),
  value: fc.constantFrom(...values),
  joined: fc.boolean(),
});

/** What the store must have done: its objects, and its events in order. */
class Model {
  readonly objects = new Map<string, string>();
  readonly events: { version: number; text: string }[] = [];
  version: number;

  constructor(version: number) {
    this.version = version;
  }

  /** The code of the failure, if the operation must fail. */
  apply({ type, name, value }: Operation): string {
    const present = this.objects.get(name);
    if (type === 'create') {
      if (present !== undefined) return 'AlreadyExists';
      this.objects.set(name, value);
      this.#log('ADDED', name, value);
    } else {
      if (present === undefined) return 'NotFound';
      if (type === 'delete') {
        this.objects.delete(name);
        this.#log('DELETED', name, present);
      } else if (present !== value) {
        this.objects.set(name, value);
        this.#log('MODIFIED', name, value);
      }
    }
    return 'ok';
  }

  #log(type: string, name: string, value: string): void {
    this.events.push({ version: ++this.version, text: `${type} ${name}=${value} @${this.version}` });
  }
}

function perform(client: StoreClient, { type, name, value }: Operation): Promise<string> {
  const call =
    type === 'create'
      ? client.create(ConfigMaps, configMap(name, { value }))
      : type === 'update'
        ? client.update(ConfigMaps, configMap(name, { value }))
        : client.delete(ConfigMaps, 'default', name);
  return call.then(
    () => 'ok',
    (error: unknown) => (isKubeError(error) ? error.code : String(error)),
  );
}

function describe(event: WatchEvent<ConfigMap>): string {
  if (event.type === 'BOOKMARK') return 'BOOKMARK';
  const { metadata, data } = event.object;
  return `${event.type} ${metadata.name}=${data?.value} @${metadata.resourceVersion}`;
}

async function resumeFrom(client: StoreClient, version: number, count: number): Promise<string[]> {
  const seen: string[] = [];
  if (count === 0) return seen;
  for await (const event of client.watch(ConfigMaps, { resourceVersion: String(version) })) {
    seen.push(describe(event));
    if (seen.length === count) break;
  }
  return seen;
}

test('the store does what a simple model does, and a watch resumed anywhere sees the model’s events', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(operation, { maxLength: 30 }),
      fc.integer({ min: 3, max: 40 }),
      async (operations, history) => {
        const store = createStore({ path: ':memory:', historyEvents: history });
        try {
          const client = store.client(adminIdentity);
          const start = store.version;
          const model = new Model(start);
          const live: string[] = [];
          const stop = new AbortController();
          const watching = (async () => {
            const options = { resourceVersion: String(start), signal: stop.signal };
            for await (const event of client.watch(ConfigMaps, options)) live.push(describe(event));
          })();
          const outcomes: Promise<string>[] = [];
          const expected: string[] = [];
          for (const each of operations) {
            if (!each.joined) await outcomes.at(-1);
            outcomes.push(perform(client, each));
            expected.push(model.apply(each));
          }
          assert.deepEqual(await Promise.all(outcomes), expected);
          const { items, resourceVersion } = await client.list(ConfigMaps);
          assert.equal(resourceVersion, String(model.version));
          assert.deepEqual(
            items.map((item) => [item.metadata.name, item.data?.value]),
            [...model.objects].sort(([a], [b]) => (a < b ? -1 : 1)),
          );
          await new Promise((resolve) => setImmediate(resolve));
          stop.abort();
          await watching;
          assert.deepEqual(
            live,
            model.events.map((event) => event.text),
          );
          for (let version = start; version <= model.version; version++) {
            const rest = model.events.filter((event) => event.version > version).map((event) => event.text);
            const resumed = await resumeFrom(client, version, rest.length).catch((error: unknown) => {
              assert.ok(isKubeError(error, 'Expired'), String(error));
              assert.ok(model.version - version > history, `expired at ${version}, which must still be kept`);
              return rest;
            });
            assert.deepEqual(resumed, rest, `from ${version}`);
          }
        } finally {
          store.close();
        }
      },
    ),
    { numRuns: 150 },
  );
});
