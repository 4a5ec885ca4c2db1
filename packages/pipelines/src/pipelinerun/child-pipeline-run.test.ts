import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timestamp } from '@assay/kube';
import { localFeatureFlags, PipelineRuns, type PipelineSpec } from '@assay/tekton';
import { Bench, says } from './testing/bench.ts';

const inner: PipelineSpec = { tasks: [{ name: 'i', taskSpec: says('inner') }] };
const make = () => new Bench({ featureFlags: localFeatureFlags });
const child = (bench: Bench) => bench.user.get(PipelineRuns, 'default', 'run-a');

async function end(bench: Bench, reason?: string): Promise<void> {
  const status = reason === undefined ? 'True' : 'False';
  const lastTransitionTime = timestamp(bench.clock.now());
  await bench.client.updateStatus(PipelineRuns, {
    ...(await child(bench)),
    status: {
      conditions: [
        { type: 'Succeeded', status, reason: reason ?? 'Succeeded', message: '', lastTransitionTime },
      ],
    },
  });
}

test('a pipeline in a pipeline becomes a PipelineRun, which is waited for', async () => {
  const bench = make();
  await bench.addPipeline('inner', inner);
  await bench.post({
    pipelineSpec: {
      tasks: [
        { name: 'a', pipelineRef: { name: 'inner' }, params: [{ name: 'p', value: 'v' }] },
        { name: 'b', runAfter: ['a'], taskSpec: says('b') },
      ],
    },
    taskRunTemplate: { serviceAccountName: 'bot' },
  });
  await bench.turn();
  const { spec, metadata } = await child(bench);
  assert.deepEqual(spec.pipelineRef, { name: 'inner' });
  assert.deepEqual(spec.params, [{ name: 'p', value: 'v' }]);
  assert.equal(spec.taskRunTemplate?.serviceAccountName, 'bot');
  assert.equal(metadata.ownerReferences?.[0]?.name, 'run');
  assert.equal(metadata.labels?.['tekton.dev/pipeline'], 'inner');
  assert.equal((await bench.run()).status?.childReferences?.[0]?.kind, 'PipelineRun');
  assert.deepEqual(await bench.started(), []);
  await end(bench);
  await bench.turn();
  assert.deepEqual(await bench.started(), ['b']);
  await bench.settle();
  assert.match(await bench.verdict(), /^True Succeeded: Tasks Completed: 2/);
});

test('one that fails fails the run, and a cancelled run cancels it', async () => {
  const bench = make();
  await bench.post({ pipelineSpec: { tasks: [{ name: 'a', pipelineSpec: inner }] } });
  await bench.turn();
  assert.deepEqual((await child(bench)).spec.pipelineSpec?.tasks?.[0]?.name, 'i');
  await bench.patchRun({ status: 'CancelledRunFinally' });
  await bench.turn();
  assert.equal((await child(bench)).spec.status, 'Cancelled');
  await end(bench, 'Cancelled');
  await bench.turn();
  assert.match(await bench.verdict(), /^False /);
});

test('a Pipeline that runs already further up is not started again', async () => {
  const bench = make();
  await bench.addPipeline('loop', { tasks: [{ name: 'a', pipelineRef: { name: 'loop' } }] });
  await bench.post({ pipelineRef: { name: 'loop' } });
  await bench.turn();
  await bench.turn();
  assert.equal(
    await bench.verdict(),
    'False CreateRunFailed: detected cycle in pipeline-in-pipeline: pipeline "loop" is already running in ancestor chain [loop]',
  );
});

test('a CEL expression decides whether a task runs; one that is no boolean fails the run', async () => {
  const bench = make();
  const guarded = (name: string, cel: string) => ({ name, when: [{ cel }], taskSpec: says(name) });
  await bench.post({
    params: [{ name: 'p', value: 'x' }],
    pipelineSpec: {
      params: [{ name: 'p' }],
      tasks: [guarded('yes', "'$(params.p)' == 'x'"), guarded('no', "'$(params.p)' == 'y'")],
    },
  });
  await bench.turn();
  assert.deepEqual(await bench.started(), ['yes']);
  assert.equal((await bench.skipped())[0]?.reason, 'When Expressions evaluated to false');

  const broken = make();
  await broken.post({ pipelineSpec: { tasks: [guarded('odd', "'x'")] } });
  await broken.turn();
  assert.match(await broken.verdict(), /^False CELEvaluationFailed: .*is not evaluated to a boolean/);
  assert.deepEqual(await broken.started(), []);
});

test('a value that a param does not admit is refused before its TaskRun is made', async () => {
  const bench = make();
  const taskSpec = { ...says('t'), params: [{ name: 'v', enum: ['one', 'two'] }] };
  await bench.post({
    pipelineSpec: {
      tasks: [
        { name: 'a', taskSpec: says('a', ['r']) },
        { name: 'b', params: [{ name: 'v', value: '$(tasks.a.results.r)' }], taskSpec },
      ],
    },
  });
  await bench.turn();
  await bench.finish('a', { results: { r: 'three' } });
  await bench.turn();
  assert.match(await bench.verdict(), /^False InvalidParamValue: .*three is not in the enum list/);
});
