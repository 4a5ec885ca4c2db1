import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Snapshot } from '@assay/policy';
import { verifyCopy } from '@assay/release';
import { PipelineRuns } from '@assay/tekton';
import { CrashFactory, type Victim } from './testing/crash-factory.ts';
import { pause } from './testing/factory-home.ts';
import { GateFactory, reasonOf } from './testing/gate-factory.ts';

// ASSAY_CRASH_SEED repeats a sequence; ASSAY_GATE_CRASH_CYCLES makes it longer.
const seed = Number(process.env.ASSAY_CRASH_SEED ?? Math.floor(Math.random() * 1e6));
const cycles = Number(process.env.ASSAY_GATE_CRASH_CYCLES ?? 4);
const victims: readonly Victim[] = ['factory', 'gate', 'everything', 'any one'];

let gate: GateFactory;
let factory: CrashFactory;
let snapshot: Snapshot;

before(async () => {
  gate = await GateFactory.create();
  snapshot = await gate.build('build-1', 'build-sandbox');
  await gate.must(['down']);
  factory = new CrashFactory(gate.home);
});
after(async () => {
  await factory?.stop();
  await gate?.remove();
});

/** Numbers from the seed, below 1 (Lehmer). */
function randomFrom(start: number): () => number {
  let state = (start % 2147483646) + 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

test(`killed anywhere between Snapshot and release: one release each, seed ${seed}`, async (t) => {
  const random = randomFrom(seed);
  const choose = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  gate.client = await factory.start();
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    const name = `release-${cycle}`;
    await gate.request(snapshot, 'staging', name);
    const waited = Math.floor(random() * 2500);
    await pause(waited);
    const victim = choose(victims);
    const { killed, dies } = factory.kill(victim, choose);
    if (dies) {
      await factory.gone();
      gate.client = await factory.start();
    }
    t.diagnostic(`cycle ${cycle}: ${victim} (${killed}) after ${waited} ms`);
    const release = await gate.ended(name);
    assert.equal(reasonOf(release), 'Succeeded', JSON.stringify(release.status));
    const runs = await gate.client.list(PipelineRuns, {
      namespace: 'staging',
      labelSelector: `release.appstudio.openshift.io/name=${name}`,
    });
    assert.equal(runs.items.length, 1, 'one managed run');
    await verifyCopy(() => gate.registryClient(), await gate.copyPlan(release));
  }
});
