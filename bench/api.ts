import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  adminIdentity,
  type ConfigMap,
  ConfigMaps,
  createApiServer,
  createHttpClient,
  createStore,
  createTokenAuthenticator,
  type Store,
  startControllers,
} from '@assay/kube';

// What does the API cost with 100, 10,000 and 100,000 objects in the store? Start-up, memory, create (alone and many at a
// time, each fsynced), get, list, and watch, over the Unix socket as tools use it; how long from a creation until a
// controller acts; and 1,000 watchers that are all to see every event. Each size in a process of its own. Medians.

const { values: flags } = parseArgs({
  options: {
    sizes: { type: 'string', default: '100,10000,100000' },
    watchers: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '10' },
    json: { type: 'boolean', default: false },
    one: { type: 'string' },
  },
});
const rounds = Number(flags.rounds);
const namespace = 'default';

function configMap(name: string): ConfigMap {
  const data = { text: 'x'.repeat(400) };
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, labels: { bench: 'yes' } },
    data,
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

async function timed(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function medianOf(work: (round: number) => unknown, times = rounds): Promise<number> {
  const took: number[] = [];
  for (let round = 0; round < times; round++) took.push(await timed(() => work(round)));
  return median(took);
}

/** Calls `work` for 0 to `count` - 1, `width` at a time. */
async function inParallel(
  count: number,
  width: number,
  work: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

interface Result {
  objects: number;
  startMs: number;
  fileMiB: number;
  memoryMiB: number;
  createMs: number;
  createsPerSecond: number;
  getMs: number;
  getsPerSecond: number;
  getsInProcessPerSecond: number;
  listMs: number;
  listed: number;
  pageMs: number;
  watchMs: number;
  reconcileMs: number;
}

async function serve(store: Store, folder: string) {
  const authenticator = createTokenAuthenticator([['admin', adminIdentity]]);
  const api = await createApiServer({ store, authenticator });
  const socketPath = join(folder, 'api.sock');
  await api.listen({ socketPath });
  return { api, client: createHttpClient({ socketPath, token: 'admin' }), socketPath };
}

async function measure(objects: number): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-bench-api-'));
  const path = join(folder, 'store.db');
  try {
    const filling = createStore({ path });
    const filler = filling.client(adminIdentity);
    await inParallel(objects, 500, (index) => filler.create(ConfigMaps, configMap(`object-${index}`)));
    filling.close();
    const startMs = await medianOf(() => createStore({ path }).close());
    const store = createStore({ path });
    const local = store.client(adminIdentity);
    const { api, client, socketPath } = await serve(store, folder);
    const pick = () => `object-${Math.floor(Math.random() * objects)}`;
    await inParallel(200, 16, () => client.get(ConfigMaps, namespace, pick()));

    const createMs = await medianOf(
      (round) => client.create(ConfigMaps, configMap(`alone-${round}`)),
      rounds * 10,
    );
    const creates = 2000;
    const createAllMs = await timed(() =>
      inParallel(creates, 256, (index) => local.create(ConfigMaps, configMap(`many-${index}`))),
    );
    const getMs = await medianOf(() => client.get(ConfigMaps, namespace, pick()), rounds * 20);
    const gets = 10_000;
    const getAllMs = await timed(() => inParallel(gets, 16, () => client.get(ConfigMaps, namespace, pick())));
    const getLocalMs = await timed(() =>
      inParallel(gets, 16, () => local.get(ConfigMaps, namespace, pick())),
    );
    let listed = 0;
    const listMs = await medianOf(
      async () => {
        listed = (await client.list(ConfigMaps)).items.length;
      },
      Math.min(rounds, 5),
    );
    const { request } = await import('node:http');
    const pageMs = await medianOf(
      () =>
        new Promise<void>((resolve, reject) => {
          const options = {
            socketPath,
            path: '/api/v1/configmaps?limit=500',
            headers: { authorization: 'Bearer admin' },
          };
          request(options, (response) => response.resume().once('end', resolve))
            .once('error', reject)
            .end();
        }),
    );

    const stop = new AbortController();
    const { resourceVersion } = await client.list(ConfigMaps, { labelSelector: 'none=here' });
    const events = client.watch(ConfigMaps, { resourceVersion, signal: stop.signal })[Symbol.asyncIterator]();
    const nextAdded = async (name: string): Promise<void> => {
      for (;;) {
        const { value } = await events.next();
        if (value && value.type !== 'BOOKMARK' && value.object.metadata.name === name) return;
      }
    };
    const watchMs = await medianOf(async (round) => {
      const seen = nextAdded(`watched-${round}`);
      await client.create(ConfigMaps, configMap(`watched-${round}`));
      await seen;
    }, rounds * 2);

    let acted: (name: string) => void = () => {};
    const controllers = startControllers(local, [
      { name: 'bench', resource: ConfigMaps, reconcile: async ({ name }) => void acted(name) },
    ]);
    await controllers.idle();
    const reconcileMs = await medianOf(async (round) => {
      const name = `reconciled-${round}`;
      const done = new Promise<void>((resolve) => {
        acted = (one) => {
          if (one === name) resolve();
        };
      });
      await Promise.all([client.create(ConfigMaps, configMap(name)), done]);
    }, rounds * 2);
    const fileMiB = statSync(path).size / 2 ** 20;
    const memoryMiB = process.memoryUsage().rss / 2 ** 20;
    stop.abort();
    await events.return?.(undefined);
    await controllers.stop();
    await api.close();
    store.close();
    return {
      objects,
      startMs,
      fileMiB,
      memoryMiB,
      createMs,
      createsPerSecond: (creates / createAllMs) * 1000,
      getMs,
      getsPerSecond: (gets / getAllMs) * 1000,
      getsInProcessPerSecond: (gets / getLocalMs) * 1000,
      listMs,
      listed,
      pageMs,
      watchMs,
      reconcileMs,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Every watcher is to see every event, once, in order. */
async function fanOut(
  watchers: number,
): Promise<{ watchers: number; events: number; ms: number; lost: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-bench-api-'));
  const events = 100;
  const store = createStore({ path: join(folder, 'store.db') });
  const { api, client } = await serve(store, folder);
  const local = store.client(adminIdentity);
  const stop = new AbortController();
  const resourceVersion = String(store.version);
  let lost = 0;
  try {
    const watching = Array.from({ length: watchers }, async () => {
      let expected = 0;
      for await (const event of client.watch(ConfigMaps, { resourceVersion, signal: stop.signal })) {
        if (event.type === 'BOOKMARK') continue;
        if (event.object.metadata.name !== `event-${expected}`) lost++;
        if (++expected === events) break;
      }
    });
    while (store.statistics().watchers < watchers) await new Promise((resolve) => setTimeout(resolve, 20));
    const ms = await timed(async () => {
      for (let index = 0; index < events; index++)
        await local.create(ConfigMaps, configMap(`event-${index}`));
      await Promise.all(watching);
    });
    return { watchers, events, ms, lost };
  } finally {
    stop.abort();
    await api.close();
    store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs this file for one part, in a process of its own. */
function apart<T>(part: string): Promise<T> {
  const child = fork(import.meta.filename, ['--one', part, '--rounds', String(rounds)], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as T));
    child.once('exit', (code) => reject(new Error(`measuring ${part} ended with ${code}`)));
  });
}

if (flags.one !== undefined) {
  const [what, value] = flags.one.split('=');
  process.send!(what === 'size' ? await measure(Number(value)) : await fanOut(Number(value)));
} else {
  const results: Result[] = [];
  for (const size of flags.sizes.split(',')) results.push(await apart<Result>(`size=${size}`));
  const fan = await apart<Awaited<ReturnType<typeof fanOut>>>(`watchers=${flags.watchers}`);
  if (flags.json) console.log(JSON.stringify({ results, fanOut: fan }, null, 2));
  else {
    const rows: [string, (result: Result) => string][] = [
      ['start-up', (r) => `${r.startMs.toFixed(0)} ms`],
      ['store file', (r) => `${r.fileMiB.toFixed(1)} MiB`],
      ['resident memory, cache of one controller included', (r) => `${r.memoryMiB.toFixed(0)} MiB`],
      ['create, one at a time', (r) => `${r.createMs.toFixed(2)} ms`],
      ['create, 256 at a time in the process', (r) => `${r.createsPerSecond.toFixed(0)}/s`],
      ['get, one at a time', (r) => `${r.getMs.toFixed(2)} ms`],
      ['get, 16 at a time', (r) => `${r.getsPerSecond.toFixed(0)}/s`],
      ['get, in the process', (r) => `${r.getsInProcessPerSecond.toFixed(0)}/s`],
      ['list of all', (r) => `${r.listMs.toFixed(0)} ms (${r.listed})`],
      ['list, a page of 500', (r) => `${r.pageMs.toFixed(1)} ms`],
      ['create until a watch shows it', (r) => `${r.watchMs.toFixed(2)} ms`],
      ['create until a controller acts', (r) => `${r.reconcileMs.toFixed(2)} ms`],
    ];
    console.log(
      `| objects | ${results.map((r) => r.objects).join(' | ')} |\n| --- |${' --- |'.repeat(results.length)}`,
    );
    for (const [name, cell] of rows) console.log(`| ${name} | ${results.map(cell).join(' | ')} |`);
    const perSecond = ((fan.watchers * fan.events) / fan.ms) * 1000;
    console.log(
      `\n${fan.watchers} watchers, ${fan.events} events each: ${fan.ms.toFixed(0)} ms, ${perSecond.toFixed(0)} events/s, ${fan.lost} lost or out of order`,
    );
  }
}
