import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client } from '@assay/kube';
import { PipelineRuns } from '@assay/tekton';
import { createPipelineRunController } from './controller.ts';
import { Bench, says } from './testing/bench.ts';

/** A bench whose one controller takes all turns, and what it sent for PipelineRuns. */
async function watched() {
  const bench = new Bench();
  const writes: { patch?: Record<string, unknown>; whole?: boolean }[] = [];
  let creations = 0;
  const client: Client = Object.assign(Object.create(bench.client) as Client, {
    get: bench.client.get.bind(bench.client),
    create: ((resource, object) => {
      if (resource.kind === 'TaskRun') creations++;
      return bench.client.create(resource, object);
    }) as Client['create'],
    updateStatus: ((resource, object) => {
      writes.push({ whole: true });
      return bench.client.updateStatus(resource, object);
    }) as Client['updateStatus'],
    patch: ((resource, namespace, name, patch, options) => {
      if (resource.kind === PipelineRuns.kind && options?.subresource) writes.push({ patch });
      return bench.client.patch(resource, namespace, name, patch, options);
    }) as Client['patch'],
  });
  const controller = createPipelineRunController({ client, clock: bench.clock });
  const turn = async () => controller.reconcile({ namespace: 'default', name: 'run' }, await bench.run());
  await bench.post({
    pipelineSpec: {
      tasks: [
        { name: 'a', taskSpec: says('a') },
        { name: 'b', taskSpec: says('b'), runAfter: ['a'] },
      ],
    },
    timeouts: { pipeline: '1h' },
  });
  return { bench, turn, writes, creations: () => creations };
}

test('a run that is called for its own write alone asks for nothing but its time', async () => {
  const { bench, turn, writes } = await watched();
  assert.deepEqual(await turn(), { requeueAfterMs: 3_600_000 });
  const { length } = writes;
  bench.clock.advance(1000);
  assert.deepEqual(await turn(), { requeueAfterMs: 3_599_000 });
  assert.equal(writes.length, length);
});

test('the end of a child, a changed spec and the clock each bring a turn', async () => {
  const ended = await watched();
  await ended.turn();
  await ended.turn();
  await ended.bench.finish('a');
  await ended.turn();
  assert.deepEqual(await ended.bench.started(), ['a', 'b']);

  const cancelled = await watched();
  await cancelled.turn();
  await cancelled.bench.patchRun({ status: 'Cancelled' });
  await cancelled.turn();
  assert.match(await cancelled.bench.verdict(), /^False Cancelled/);

  const late = await watched();
  await late.turn();
  late.bench.clock.advance(3_600_000);
  await late.turn();
  assert.match(await late.bench.verdict(), /PipelineRunTimeout/);
});

test('a child that goes brings a turn, which makes it again', async () => {
  const { bench, turn, creations } = await watched();
  await turn();
  await turn();
  assert.equal(creations(), 1);
  await bench.user.delete(
    { ...PipelineRuns, kind: 'TaskRun', plural: 'taskruns' },
    'default',
    (await bench.taskRun('a')).metadata.name!,
  );
  await turn();
  assert.equal(creations(), 2);
});

test('after the first write only what changed of the status is sent', async () => {
  const { bench, turn, writes } = await watched();
  await turn();
  await bench.finish('a');
  await turn();
  assert.deepEqual(
    writes.map(({ whole }) => whole ?? false),
    [true, false],
  );
  const status = writes[1]?.patch?.status as Record<string, unknown>;
  assert.deepEqual(Object.keys(status).sort(), ['childReferences', 'conditions', 'provenance']);
  assert.equal((await bench.run()).status?.pipelineSpec?.tasks?.length, 2);
  assert.equal((await bench.run()).status?.childReferences?.length, 2);
});
