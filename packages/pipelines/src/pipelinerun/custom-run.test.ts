import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Controllers, startControllers, timestamp } from '@assay/kube';
import { type CustomRun, CustomRuns, isDone, PipelineRuns, type PipelineSpec } from '@assay/tekton';
import { createPipelineRunController } from './controller.ts';
import { Bench, says } from './testing/bench.ts';

const waits = (name: string, more: object = {}) => ({
  name,
  taskRef: { apiVersion: 'example.dev/v1', kind: 'Wait', name: 'w' },
  ...more,
});
const customRuns = async (bench: Bench) =>
  (await bench.user.list(CustomRuns, { namespace: 'default' })).items;

/** What somebody's controller of custom tasks does: it says the params it was given, or fails when told so. */
async function end(bench: Bench, run: CustomRun, reason?: string): Promise<void> {
  const now = timestamp(bench.clock.now());
  const status = reason === undefined ? 'True' : 'False';
  await bench.client.updateStatus(CustomRuns, {
    ...run,
    status: {
      conditions: [
        { type: 'Succeeded', status, reason: reason ?? 'Done', message: '', lastTransitionTime: now },
      ],
      results: [{ name: 'said', value: String(run.spec.params?.[0]?.value ?? 'nothing') }],
    },
  });
}

async function begun(pipelineSpec: PipelineSpec, spec: object = {}): Promise<Bench> {
  const bench = new Bench();
  await bench.post({ pipelineSpec, ...spec });
  await bench.turn();
  return bench;
}

test('a custom task becomes a CustomRun with all that its controller needs', async () => {
  const task = waits('a', { params: [{ name: 'p', value: 'hi' }], retries: 2, timeout: '5m' });
  const bench = await begun({ tasks: [task] }, { taskRunTemplate: { serviceAccountName: 'bot' } });
  const [run] = await customRuns(bench);
  assert.deepEqual(run?.spec, {
    params: [{ name: 'p', value: 'hi' }],
    retries: 2,
    serviceAccountName: 'bot',
    timeout: '5m0s',
    customRef: { apiVersion: 'example.dev/v1', kind: 'Wait', name: 'w' },
  });
  assert.equal(run?.metadata.labels?.['tekton.dev/pipelineTask'], 'a');
  const [child] = (await bench.run()).status?.childReferences ?? [];
  assert.deepEqual(child, {
    apiVersion: 'tekton.dev/v1beta1',
    kind: 'CustomRun',
    name: 'run-a',
    pipelineTaskName: 'a',
  });
});

test('an embedded custom task goes to its controller as it is', async () => {
  const taskSpec = { apiVersion: 'example.dev/v1', kind: 'Wait', spec: { seconds: 3 } };
  const bench = await begun({ tasks: [{ name: 'a', taskSpec }] });
  const [run] = await customRuns(bench);
  assert.deepEqual(run?.spec.customSpec, taskSpec);
});

test('a CustomRun is waited for, and its results go on', async () => {
  const next = {
    name: 'b',
    params: [{ name: 'x', value: '$(tasks.a.results.said)' }],
    taskSpec: { ...says('b'), params: [{ name: 'x' }] },
  };
  const bench = await begun({ tasks: [waits('a', { params: [{ name: 'p', value: 'hi' }] }), next] });
  assert.deepEqual(await bench.started(), []);
  await end(bench, (await customRuns(bench))[0]!);
  await bench.turn();
  assert.deepEqual((await bench.taskRun('b')).spec.params, [{ name: 'x', value: 'hi' }]);
  await bench.settle();
  assert.equal(
    await bench.verdict(),
    'True Succeeded: Tasks Completed: 2 (Failed: 0, Cancelled 0), Skipped: 0',
  );
});

test('a CustomRun that fails fails the run', async () => {
  const bench = await begun({ tasks: [waits('a')] });
  await end(bench, (await customRuns(bench))[0]!, 'Broken');
  await bench.turn();
  assert.match(await bench.verdict(), /^False Failed: Tasks Completed: 1 \(Failed: 1/);
});

test('a cancelled run cancels its CustomRuns, one out of time says so', async () => {
  const bench = await begun({ tasks: [waits('a')] });
  await bench.patchRun({ status: 'CancelledRunFinally' });
  await bench.turn();
  const [cancelled] = await customRuns(bench);
  assert.equal(cancelled?.spec.status, 'RunCancelled');
  assert.match(cancelled?.spec.statusMessage ?? '', /has been cancelled/);
  await end(bench, cancelled!, 'CustomRunCancelled');
  await bench.turn();
  assert.match(await bench.verdict(), /^False Cancelled/);

  const late = await begun({ tasks: [waits('a')] }, { timeouts: { pipeline: '1m' } });
  late.clock.advance(61_000);
  await late.turn();
  assert.match((await customRuns(late))[0]?.spec.statusMessage ?? '', /has timed out/);
  assert.match(await late.verdict(), /^False PipelineRunTimeout/);
});

test('a matrix of custom tasks fans out', async () => {
  const bench = await begun({
    tasks: [waits('a', { matrix: { params: [{ name: 'p', value: ['x', 'y'] }] } })],
  });
  const runs = await customRuns(bench);
  assert.deepEqual(runs.map(({ metadata }) => metadata.name).sort(), ['run-a-0', 'run-a-1']);
  for (const run of runs) await end(bench, run);
  await bench.turn();
  assert.match(await bench.verdict(), /^True Succeeded/);
});

test('a controller beside this one ends its runs', { timeout: 10_000 }, async () => {
  const bench = new Bench();
  const running: { controllers?: Controllers } = {};
  const pipelineRuns = createPipelineRunController({ client: bench.client, clock: bench.clock });
  const waiter = {
    name: 'wait',
    resource: CustomRuns,
    async reconcile(_key: unknown, run: CustomRun | undefined) {
      if (run && !isDone(run)) await end(bench, run);
      return undefined;
    },
  };
  running.controllers = startControllers(bench.client, [pipelineRuns as never, waiter as never]);
  await bench.post({ pipelineSpec: { tasks: [waits('a'), waits('b', { runAfter: ['a'] })] } });
  const events = bench.user.watch(PipelineRuns, {
    namespace: 'default',
    signal: AbortSignal.timeout(9000),
  });
  for await (const event of events) if (event.type !== 'BOOKMARK' && isDone(event.object)) break;
  await running.controllers.stop();
  assert.match(await bench.verdict(), /^True Succeeded: Tasks Completed: 2/);
});
