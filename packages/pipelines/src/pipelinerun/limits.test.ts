import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Client, KubeError } from '@assay/kube';
import type { PipelineRunSpec } from '@assay/tekton';
import { Bench, says } from './testing/bench.ts';

const cancelledByRun = 'TaskRun cancelled as the PipelineRun it belongs to has been cancelled.';
const timedOut = 'TaskRun cancelled as the PipelineRun it belongs to has timed out.';
const minute = 60_000;

/** `a`, then `b`; finally `f`. The run has had its first turn. */
async function begun(spec: PipelineRunSpec = {}): Promise<Bench> {
  const bench = new Bench();
  await bench.post({
    pipelineSpec: {
      tasks: [
        { name: 'a', taskSpec: says('a') },
        { name: 'b', taskSpec: says('b'), runAfter: ['a'] },
      ],
      finally: [{ name: 'f', taskSpec: says('f') }],
    },
    ...spec,
  });
  await bench.turn();
  return bench;
}

async function stopped(bench: Bench, task: string): Promise<[string | undefined, string | undefined]> {
  const { status, statusMessage } = (await bench.taskRun(task)).spec;
  return [status, statusMessage];
}

test('a pending run starts nothing until it is released', async () => {
  const bench = await begun({ status: 'PipelineRunPending' });
  assert.equal(await bench.verdict(), 'Unknown PipelineRunPending: PipelineRun "run" is pending');
  assert.equal((await bench.run()).status?.startTime, undefined);
  assert.deepEqual(await bench.started(), []);
  await bench.patchRun({ status: null as unknown as string });
  await bench.turn();
  assert.deepEqual(await bench.started(), ['a']);
});

test('a cancelled run stops its TaskRuns, skips finally and ends at once', async () => {
  const bench = await begun();
  await bench.patchRun({ status: 'Cancelled' });
  await bench.turn();
  assert.deepEqual(await stopped(bench, 'a'), ['TaskRunCancelled', cancelledByRun]);
  assert.equal(await bench.verdict(), 'False Cancelled: PipelineRun "run" was cancelled');
  assert.deepEqual(await bench.started(), ['a']);
  assert.equal((await bench.run()).status?.childReferences?.[0]?.name, 'run-a');
});

test('a cancelled run leaves TaskRuns alone that have ended', async () => {
  const bench = await begun();
  await bench.finish('a');
  await bench.patchRun({ status: 'Cancelled' });
  await bench.turn();
  assert.deepEqual(await stopped(bench, 'a'), [undefined, undefined]);
});

test('a run that is cancelled before it starts never does', async () => {
  const bench = await begun({ status: 'Cancelled' });
  assert.deepEqual(await bench.started(), []);
  assert.equal(await bench.verdict(), 'False Cancelled: PipelineRun "run" was cancelled');
});

test('a gracefully cancelled run stops its tasks, then runs finally', async () => {
  const bench = await begun();
  await bench.patchRun({ status: 'CancelledRunFinally' });
  await bench.turn();
  assert.deepEqual(await stopped(bench, 'a'), ['TaskRunCancelled', cancelledByRun]);
  assert.match(await bench.verdict(), /^Unknown CancelledRunningFinally: /);
  await bench.finish('a', { reason: 'TaskRunCancelled' });
  await bench.turn();
  assert.deepEqual(await bench.started(), ['a', 'f']);
  assert.deepEqual(await stopped(bench, 'f'), [undefined, undefined]);
  await bench.settle();
  assert.deepEqual(await bench.skipped(), [{ name: 'b', reason: 'PipelineRun was stopping' }]);
  assert.equal(await bench.verdict(), 'False Cancelled: PipelineRun "run" was cancelled');
});

test('a run that is gracefully cancelled before it starts runs finally alone', async () => {
  const bench = await begun({ status: 'CancelledRunFinally' });
  assert.deepEqual(await bench.started(), ['f']);
  assert.deepEqual(await bench.skipped(), [
    { name: 'a', reason: 'PipelineRun was gracefully cancelled' },
    { name: 'b', reason: 'PipelineRun was gracefully cancelled' },
  ]);
});

test('a gracefully stopped run lets its tasks end, then runs finally', async () => {
  const bench = await begun();
  await bench.patchRun({ status: 'StoppedRunFinally' });
  await bench.turn();
  assert.deepEqual(await stopped(bench, 'a'), [undefined, undefined]);
  assert.match(await bench.verdict(), /^Unknown StoppedRunningFinally: /);
  await bench.settle();
  assert.deepEqual(await bench.started(), ['a', 'f']);
  assert.deepEqual(await bench.skipped(), [{ name: 'b', reason: 'PipelineRun was gracefully stopped' }]);
  assert.equal(await bench.verdict(), 'False Cancelled: PipelineRun "run" was cancelled');
});

function withoutTaskRunPatches(client: Client): Client {
  const patch: Client['patch'] = (resource, ...rest) =>
    resource.kind === 'TaskRun'
      ? Promise.reject(new KubeError('Unavailable', 'gone fishing'))
      : client.patch(resource, ...rest);
  return Object.assign(Object.create(client) as Client, {
    patch,
    updateStatus: client.updateStatus.bind(client),
    get: client.get.bind(client),
  });
}

test('TaskRuns that cannot be stopped keep a run from ending, and are asked again', async () => {
  const bench = await begun();
  await bench.patchRun({ status: 'Cancelled' });
  const stuck = withoutTaskRunPatches(bench.client);
  assert.deepEqual(await bench.turn(stuck), { requeueAfterMs: 1000 });
  assert.equal(
    await bench.verdict(),
    'Unknown PipelineRunCouldntCancel: PipelineRun "run" was cancelled but had errors trying to cancel TaskRuns and/or Runs: failed to patch TaskRun `run-a`: gone fishing',
  );
  await bench.turn();
  assert.match(await bench.verdict(), /^False Cancelled: /);
});

test('TaskRuns that cannot be stopped in time are reported so', async () => {
  const bench = await begun();
  bench.clock.advance(60 * minute);
  const stuck = withoutTaskRunPatches(bench.client);
  await bench.turn(stuck);
  assert.equal(
    await bench.verdict(),
    'Unknown PipelineRunCouldntTimeOut: PipelineRun "run" was timed out but had errors trying to time out TaskRuns and/or Runs: failed to patch TaskRun `run-a`: gone fishing',
  );
});

test('a run over its limit stops everything, finally included, and ends', async () => {
  const bench = await begun();
  bench.clock.advance(60 * minute);
  await bench.turn();
  assert.deepEqual(await stopped(bench, 'a'), ['TaskRunCancelled', timedOut]);
  assert.deepEqual(await bench.started(), ['a']);
  assert.equal(
    await bench.verdict(),
    'False PipelineRunTimeout: PipelineRun "run" failed to finish within "1h0m0s"',
  );
});

test('a task that becomes ready after the limit is skipped', async () => {
  const bench = await begun();
  await bench.finish('a');
  bench.clock.advance(60 * minute);
  await bench.turn();
  assert.deepEqual(await bench.started(), ['a']);
  assert.deepEqual((await bench.skipped())[0], { name: 'b', reason: 'PipelineRun timeout has been reached' });
});

test('tasks over their limit are stopped and count as failed; finally runs', async () => {
  const bench = await begun({ timeouts: { pipeline: '1h', tasks: '30m' } });
  bench.clock.advance(30 * minute);
  await bench.turn();
  assert.deepEqual(await stopped(bench, 'a'), ['TaskRunCancelled', timedOut]);
  assert.match(await bench.verdict(), /^Unknown PipelineRunTimeoutRunningFinally: /);
  await bench.finish('a', { reason: 'TaskRunCancelled' });
  assert.deepEqual(await bench.turn(), { requeueAfterMs: 30 * minute });
  assert.deepEqual(await bench.started(), ['a', 'f']);
  assert.equal((await bench.run()).status?.finallyStartTime, '2026-01-01T00:30:00Z');
  await bench.settle();
  assert.equal(
    await bench.verdict(),
    'False PipelineRunTimeout: PipelineRun "run" failed due to tasks failed to finish within "30m0s"',
  );
});

test('a task that becomes ready after the limit of the tasks is skipped', async () => {
  const bench = await begun({ timeouts: { pipeline: '1h', tasks: '30m' } });
  await bench.finish('a');
  bench.clock.advance(30 * minute);
  await bench.turn();
  assert.deepEqual(await bench.started(), ['a', 'f']);
  assert.deepEqual(await bench.skipped(), [
    { name: 'b', reason: 'PipelineRun Tasks timeout has been reached' },
  ]);
});

test('tasks that ended in time are not late because finally takes long', async () => {
  const bench = await begun({ timeouts: { pipeline: '1h', tasks: '30m' } });
  await bench.finish('a');
  await bench.turn();
  await bench.finish('b');
  await bench.turn();
  bench.clock.advance(29 * minute);
  await bench.turn();
  bench.clock.advance(minute / 2);
  await bench.finish('f');
  await bench.turn();
  assert.match(await bench.verdict(), /^True Succeeded: /);
});

test('finally tasks over their limit are stopped', async () => {
  const bench = await begun({ timeouts: { pipeline: '1h', finally: '5m' } });
  await bench.finish('a');
  await bench.turn();
  await bench.finish('b');
  assert.deepEqual(await bench.turn(), { requeueAfterMs: 5 * minute });
  bench.clock.advance(5 * minute);
  await bench.turn();
  assert.deepEqual(await stopped(bench, 'f'), ['TaskRunCancelled', timedOut]);
  await bench.finish('f', { reason: 'TaskRunCancelled' });
  await bench.turn();
  assert.equal(
    await bench.verdict(),
    'False Failed: Tasks Completed: 3 (Failed: 1, Cancelled 0), Skipped: 0',
  );
});

test('a run without limits never asks to be looked at again', async () => {
  const bench = new Bench();
  await bench.post({
    timeouts: { pipeline: '0' },
    pipelineSpec: { tasks: [{ name: 'a', taskSpec: says('a') }] },
  });
  assert.equal(await bench.turn(), undefined);
  bench.clock.advance(1000 * 60 * minute);
  await bench.turn();
  assert.match(await bench.verdict(), /^Unknown Running/);
  assert.equal((await bench.taskRun('a')).spec.timeout, undefined);
});
