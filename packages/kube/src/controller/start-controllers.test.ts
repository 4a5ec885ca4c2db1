import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adminIdentity } from '../access/identity.ts';
import type { Client, WatchOptions } from '../client/client.ts';
import { ManualClock } from '../clock.ts';
import { ConfigMaps } from '../core/config-map.ts';
import { Secrets } from '../core/secret.ts';
import { KubeError } from '../error.ts';
import type { KubeObject, ObjectKey, ResourceType } from '../object.ts';
import { configMap, owned, scratchStore } from '../store/scratch-store.ts';
import type { Controller, ReconcileResult } from './controller.ts';
import { startControllers } from './start-controllers.ts';

function controller(
  reconcile: (key: ObjectKey, object: KubeObject | undefined) => Promise<ReconcileResult>,
  more: Partial<Controller> = {},
): Controller {
  return { name: 'test', resource: ConfigMaps, reconcile, ...more };
}

test('reconciles what is there, what changes and what goes', async (t) => {
  const client = scratchStore(t).client(adminIdentity);
  await client.create(ConfigMaps, configMap('a', { x: '1' }));
  const calls: string[] = [];
  const running = startControllers(client, [
    controller(async ({ namespace, name }, object) => {
      calls.push(`${namespace}/${name} ${object?.metadata.generation ?? 'gone'}`);
      return undefined;
    }),
  ]);
  t.after(() => running.stop());
  await running.idle();
  await client.update(ConfigMaps, configMap('a', { x: '2' }));
  await running.idle();
  await client.delete(ConfigMaps, 'default', 'a');
  await running.idle();
  assert.deepEqual(calls, ['default/a 1', 'default/a 2', 'default/a gone']);
});

test('never reconciles a key twice at once, and comes back for a change meanwhile', async (t) => {
  const client = scratchStore(t).client(adminIdentity);
  let active = 0;
  const seen: (number | undefined)[] = [];
  const running = startControllers(client, [
    controller(async (_key, object) => {
      assert.equal(++active, 1);
      seen.push(object?.metadata.generation);
      if (seen.length === 1) {
        for (let i = 0; i < 5; i++) await client.update(ConfigMaps, configMap('a', { x: `new ${i}` }));
      }
      active--;
      return undefined;
    }),
  ]);
  t.after(() => running.stop());
  await client.create(ConfigMaps, configMap('a'));
  await running.idle();
  assert.deepEqual(seen, [1, 6], 'five changes are one more call');
});

test('works on several keys at once, up to the concurrency', async (t) => {
  const client = scratchStore(t).client(adminIdentity);
  let active = 0;
  let most = 0;
  const slow = controller(
    async () => {
      most = Math.max(most, ++active);
      await new Promise((resolve) => setImmediate(resolve));
      active--;
      return undefined;
    },
    { concurrency: 3 },
  );
  const running = startControllers(client, [slow]);
  t.after(() => running.stop());
  await Promise.all(Array.from({ length: 10 }, (_, i) => client.create(ConfigMaps, configMap(`n${i}`))));
  await running.idle();
  assert.equal(most, 3);
});

test('brings a failing key back after 5 ms, doubling up to 30 s, and forgets after a success', async (t) => {
  const client = scratchStore(t).client(adminIdentity);
  const clock = new ManualClock();
  const attempts: number[] = [];
  const faults: unknown[] = [];
  let broken = true;
  const running = startControllers(
    client,
    [
      controller(async () => {
        attempts.push(clock.now());
        if (broken) throw new Error('broken');
        return undefined;
      }),
    ],
    { clock, onError: (error, fault) => faults.push([String(error), fault]) },
  );
  t.after(() => running.stop());
  await client.create(ConfigMaps, configMap('a'));
  await running.idle();
  for (let i = 0; i < 14; i++) {
    clock.advance(Math.min(5 * 2 ** i, 30_000) - 1);
    await running.idle();
    assert.equal(attempts.length, i + 1, 'not before its time');
    clock.advance(1);
    await running.idle();
    assert.equal(attempts.length, i + 2);
  }
  assert.deepEqual(faults[0], [
    'Error: broken',
    { controller: 'test', key: { namespace: 'default', name: 'a' } },
  ]);
  broken = false;
  clock.advance(30_000);
  await running.idle();
  assert.equal(clock.pending, 0);
  broken = true;
  await client.patch(ConfigMaps, 'default', 'a', { data: { x: '1' } });
  await running.idle();
  const { length } = attempts;
  clock.advance(5);
  await running.idle();
  assert.equal(attempts.length, length + 1);
});

test('calls again after the time a reconcile asked for; a change comes first and sets it anew', async (t) => {
  const client = scratchStore(t).client(adminIdentity);
  const clock = new ManualClock(0);
  const times: number[] = [];
  const running = startControllers(
    client,
    [
      controller(async () => {
        times.push(clock.now());
        return times.length < 4 ? { requeueAfterMs: 1000 } : undefined;
      }),
    ],
    { clock },
  );
  t.after(() => running.stop());
  await client.create(ConfigMaps, configMap('a'));
  const pass = async (ms: number) => {
    await running.idle();
    clock.advance(ms);
    await running.idle();
  };
  await pass(1000);
  await pass(400);
  await client.patch(ConfigMaps, 'default', 'a', { data: { x: '1' } });
  await pass(999);
  await pass(1);
  await pass(5000);
  assert.deepEqual(times, [0, 1000, 1400, 2400]);
});

test('secondary objects call the controller of what they belong to', async (t) => {
  const client = scratchStore(t).client(adminIdentity);
  const calls: string[] = [];
  const running = startControllers(client, [
    controller(
      async ({ name }) => {
        calls.push(name);
        return undefined;
      },
      {
        resource: Secrets,
        secondary: [
          {
            resource: ConfigMaps,
            toKeys: ({ metadata }) =>
              (metadata.ownerReferences ?? []).map(({ name }) => ({
                namespace: metadata.namespace ?? '',
                name,
              })),
          },
        ],
      },
    ),
  ]);
  t.after(() => running.stop());
  const secret = await client.create(Secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'owner' },
  });
  await running.idle();
  const child = owned(configMap('child'), [secret]);
  const [reference] = child.metadata.ownerReferences ?? [];
  child.metadata.ownerReferences = reference ? [{ ...reference, kind: 'Secret' }] : [];
  await client.create(ConfigMaps, child);
  await running.idle();
  await client.patch(ConfigMaps, 'default', 'child', { metadata: { ownerReferences: null } });
  await running.idle();
  assert.deepEqual(calls, ['owner', 'owner', 'owner'], 'also when the object ceases to belong to it');
});

/** Counts, and can break, what goes to the API. */
function observed(client: Client) {
  const counts = { list: 0, watch: 0 };
  const broken: { next: unknown[] } = { next: [] };
  const proxy: Client = {
    ...delegate(client),
    list: (resource, options) => {
      counts.list++;
      return client.list(resource, options);
    },
    async *watch<T extends KubeObject>(resource: ResourceType<T>, options?: WatchOptions) {
      counts.watch++;
      for await (const event of client.watch(resource, options)) {
        const error = broken.next.shift();
        if (error) throw error;
        yield event;
      }
    },
  };
  return { proxy, counts, broken };
}

function delegate(client: Client): Client {
  return {
    create: (...parameters) => client.create(...parameters),
    get: (...parameters) => client.get(...parameters),
    list: (...parameters) => client.list(...parameters),
    update: (...parameters) => client.update(...parameters),
    updateStatus: (...parameters) => client.updateStatus(...parameters),
    patch: (...parameters) => client.patch(...parameters),
    delete: (...parameters) => client.delete(...parameters),
    watch: (...parameters) => client.watch(...parameters),
  };
}

test('controllers of one resource share its watch and cache', async (t) => {
  const client = scratchStore(t).client(adminIdentity);
  const { proxy, counts } = observed(client);
  const calls: string[] = [];
  const named = (name: string) =>
    controller(
      async () => {
        calls.push(name);
        return undefined;
      },
      { name },
    );
  const running = startControllers(proxy, [named('one'), named('two')], { listers: [Secrets] });
  t.after(() => running.stop());
  await client.create(ConfigMaps, configMap('a'));
  await running.idle();
  assert.deepEqual(calls, ['one', 'two']);
  assert.deepEqual(counts, { list: 2, watch: 2 });
  assert.equal(running.lister(ConfigMaps).get('default', 'a')?.metadata.name, 'a');
  assert.deepEqual(running.lister(ConfigMaps).list('other'), []);
  assert.deepEqual(running.lister(Secrets).list(), []);
});

test('after Expired it lists again, and tells what changed and what went away', async (t) => {
  const client = scratchStore(t).client(adminIdentity);
  const { proxy, counts, broken } = observed(client);
  const calls: string[] = [];
  for (const name of ['stays', 'changes', 'goes']) await client.create(ConfigMaps, configMap(name));
  const running = startControllers(proxy, [
    controller(async ({ name }, object) => {
      calls.push(`${name} ${object ? 'there' : 'gone'}`);
      return undefined;
    }),
  ]);
  t.after(() => running.stop());
  await running.idle();
  calls.length = 0;
  broken.next.push(new KubeError('Expired', 'too old'));
  await Promise.all([
    client.delete(ConfigMaps, 'default', 'goes'),
    client.patch(ConfigMaps, 'default', 'changes', { data: { x: '1' } }),
  ]);
  await running.idle();
  assert.deepEqual(calls.toSorted(), ['changes there', 'goes gone']);
  assert.equal(counts.list, 2);
});

test('a broken watch is reported and taken up again', async (t) => {
  const client = scratchStore(t).client(adminIdentity);
  const clock = new ManualClock();
  const { proxy, broken } = observed(client);
  const calls: string[] = [];
  const faults: unknown[] = [];
  const running = startControllers(
    proxy,
    [
      controller(async ({ name }) => {
        calls.push(name);
        return undefined;
      }),
    ],
    { clock, onError: (error, fault) => faults.push([(error as Error).message, fault]) },
  );
  t.after(() => running.stop());
  await running.idle();
  broken.next.push(new Error('cut'));
  await client.create(ConfigMaps, configMap('a'));
  await running.idle();
  assert.deepEqual(faults, [['cut', { resource: 'configmaps' }]]);
  clock.advance(50);
  await running.idle();
  assert.deepEqual(calls, ['a']);
});

test('stop waits for the reconcile under way and starts no other', async (t) => {
  const client = scratchStore(t).client(adminIdentity);
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const calls: string[] = [];
  const signal = new AbortController();
  const running = startControllers(
    client,
    [
      controller(
        async ({ name }) => {
          calls.push(`begin ${name}`);
          await gate;
          calls.push(`end ${name}`);
          return { requeueAfterMs: 1 };
        },
        { concurrency: 1 },
      ),
    ],
    { signal: signal.signal },
  );
  await client.create(ConfigMaps, configMap('a'));
  await client.create(ConfigMaps, configMap('b'));
  signal.abort();
  const stopped = running.stop();
  open();
  await stopped;
  await running.idle();
  assert.deepEqual(calls, ['begin a', 'end a']);
});

test('from an acknowledged write to its reconcile there is no timer', async (t) => {
  const client = scratchStore(t).client(adminIdentity);
  let reconciled = 0;
  const running = startControllers(
    client,
    [
      controller(async () => {
        reconciled = performance.now();
        return undefined;
      }),
    ],
    { clock: new ManualClock() },
  );
  t.after(() => running.stop());
  await running.synced;
  const delays: number[] = [];
  for (let i = 0; i < 50; i++) {
    await client.create(ConfigMaps, configMap(`n${i}`));
    const acknowledged = performance.now();
    await new Promise((resolve) => setImmediate(resolve));
    assert.ok(reconciled > 0, 'within one turn of the event loop');
    delays.push(reconciled - acknowledged);
    reconciled = 0;
  }
  const median = delays.sort((a, b) => a - b)[25] ?? 0;
  assert.ok(median < 1, `median ${median} ms`);
});
