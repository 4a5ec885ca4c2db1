import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Client, PersistentVolumeClaims } from '@assay/kube';
import { openLayoutStore } from '@assay/oci';
import { registryHost } from '../src/factory/registry-address.ts';
import { CrashFactory, type Victim } from './testing/crash-factory.ts';
import { CrashInvariants, checkStatements } from './testing/crash-invariants.ts';
import { CrashLoad } from './testing/crash-load.ts';
import { FactoryHome, pause } from './testing/factory-home.ts';
import { assertNothingRemains, sandboxOwners } from './testing/remains.ts';

// Kills the factory, its observer, its gate, or all of it, at random moments, and looks what is left each time. Longer, and again:
//   ASSAY_CRASH_SECONDS=600 ASSAY_CRASH_SEED=7 bin/assay-node --test packages/cli/test/crash.test.ts
// or ASSAY_CRASH_CYCLES=500, for so many kills.

const cycles = Number(process.env.ASSAY_CRASH_CYCLES ?? Number.POSITIVE_INFINITY);
const seconds = Number(process.env.ASSAY_CRASH_SECONDS ?? (Number.isFinite(cycles) ? 24 * 3600 : 40));
const seed = Number(process.env.ASSAY_CRASH_SEED ?? Date.now() % 1_000_000);
const longestLifeMs = 1500;
/** How long nothing may get done while there is something to do. */
const settleMs = 60_000;

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

let home: FactoryHome;

before(async () => {
  home = await FactoryHome.create();
});
after(() => home.remove());

test(`after SIGKILL at any moment nothing acknowledged is lost and nothing is done twice (seed ${seed})`, async (t) => {
  const random = randomFrom(seed);
  const choose = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const factory = new CrashFactory(home);
  const registry = openLayoutStore(home.paths.registry);
  const url = `${registryHost(home.paths)}/toolbox`;
  const { digest } = await registry.resolve(url, 'latest');
  const load = new CrashLoad(random, { url, digest });
  const invariants = new CrashInvariants();
  const owners = new Set<string>();
  t.after(() => factory.kill('everything', choose));
  let client: Client = await factory.start();
  await client.create(PersistentVolumeClaims, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'markers', namespace: 'default' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
  });
  const deadline = Date.now() + seconds * 1000;
  for (let cycle = 0; cycle < cycles && Date.now() < deadline; cycle++) {
    for (const owner of sandboxOwners(home.root)) owners.add(owner);
    const stop = new AbortController();
    const driven = load.drive(client, stop.signal);
    const lifeMs = random() * longestLifeMs;
    await Promise.race([pause(lifeMs), driven.catch(() => {})]);
    const victim = choose<Victim>(['factory', 'factory', 'everything', 'observer', 'gate', 'any one']);
    const { killed, dies } = factory.kill(victim, choose);
    await pause(50);
    stop.abort();
    await driven;
    if (dies) {
      await factory.gone();
      if (random() < 0.5) await pause(random() * 500);
      client = await factory.start();
    }
    await load.check(client);
    const { unfinished, unsigned } = await invariants.check(client, factory.markers());
    t.diagnostic(
      `cycle ${cycle}: ${victim} (${killed}) after ${Math.round(lifeMs)} ms; ${load.acknowledged} writes acknowledged, ` +
        `${load.runs.size} runs, ${unfinished} unfinished, ${unsigned} unsigned`,
    );
  }
  // The last one may have cost it its observer, or a guard.
  await factory.stop();
  client = await factory.start();
  for (const owner of sandboxOwners(home.root)) owners.add(owner);
  await load.createLast(client);
  let left = Number.POSITIVE_INFINITY;
  for (let progress = Date.now(); ; await pause(100)) {
    const { unfinished, unsigned } = await invariants.check(client, factory.markers());
    if (unfinished === 0 && unsigned === 0) break;
    if (unfinished + unsigned < left) progress = Date.now();
    left = unfinished + unsigned;
    assert.ok(
      Date.now() < progress + settleMs,
      `${unfinished} runs do not end, ${unsigned} are not signed:\n${factory.said}`,
    );
  }
  await load.check(client);
  assert.ok((await checkStatements(registry, url, digest)) > 0);
  await factory.stop();
  await assertNothingRemains(home.root, [...owners]);
});
