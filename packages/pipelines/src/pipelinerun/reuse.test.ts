import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PipelineRuns, type PipelineSpec, setDefaults, type TaskRun, TaskRuns } from '@assay/tekton';
import { reuseAnnotation } from './reuse.ts';
import { Bench, says } from './testing/bench.ts';

const pipelineSpec: PipelineSpec = {
  params: [{ name: 'p', default: 'x' }],
  tasks: [
    {
      name: 'a',
      params: [{ name: 'p', value: '$(params.p)' }],
      taskSpec: { ...says('a', ['r']), params: [{ name: 'p' }] },
    },
    {
      name: 'b',
      params: [{ name: 'r', value: '$(tasks.a.results.r)' }],
      taskSpec: { ...says('b'), params: [{ name: 'r' }] },
    },
  ],
};

/** The first run, whose `b` failed, renamed `first`; the bench's `run` is then the second. */
async function failedOnce(): Promise<Bench> {
  const bench = new Bench();
  await bench.post({ pipelineSpec });
  await bench.settle({ a: { results: { r: 'made' } }, b: { reason: 'StepFailed' } });
  const first = await bench.run();
  await bench.user.delete(PipelineRuns, 'default', 'run', { propagationPolicy: 'Orphan' });
  const { uid: _uid, resourceVersion: _version, ...metadata } = first.metadata;
  const copy = await bench.user.create(PipelineRuns, { ...first, metadata: { ...metadata, name: 'first' } });
  await bench.client.updateStatus(PipelineRuns, { ...copy, status: first.status! });
  for (const taskRun of await bench.taskRuns()) {
    const { apiVersion, kind } = copy;
    const owner = { apiVersion, kind, name: 'first', uid: copy.metadata.uid!, controller: true };
    // As the factory's API keeps it: with defaults.
    const { spec } = setDefaults(taskRun) as TaskRun;
    await bench.client.patch(TaskRuns, 'default', taskRun.metadata.name!, {
      metadata: { ownerReferences: [owner] },
      spec,
    });
  }
  return bench;
}

test('what did well is not done again: its results and its TaskRun are taken over', async () => {
  const bench = await failedOnce();
  await bench.post({ pipelineSpec }, { name: 'run', annotations: { [reuseAnnotation]: 'first' } });
  const before = (await bench.taskRuns()).length;
  await bench.turn();
  const run = await bench.run();
  assert.deepEqual(
    run.status?.childReferences?.map(({ name, pipelineTaskName }) => `${pipelineTaskName}=${name}`),
    ['a=run-a'],
  );
  assert.equal((await bench.taskRuns()).length, before);
  const owners = (await bench.taskRun('a')).metadata.ownerReferences?.map(({ name }) => name);
  assert.deepEqual(owners, ['first', 'run']);
  assert.equal(run.status?.startTime, '2026-01-01T00:00:00Z');
});

test('what has other params now is done again', async () => {
  const bench = await failedOnce();
  await bench.user.delete(TaskRuns, 'default', 'run-b');
  const annotations = { [reuseAnnotation]: 'first' };
  await bench.post({ pipelineSpec, params: [{ name: 'p', value: 'other' }] }, { name: 'run', annotations });
  await bench.turn();
  assert.match(await bench.verdict(), /run-a" already exists|Unknown/);
  assert.notEqual((await bench.taskRun('a')).metadata.ownerReferences?.length, 2);
});

test('TaskRuns of a run that is not there are not looked for', async () => {
  const bench = new Bench();
  await bench.post({ pipelineSpec }, { annotations: { [reuseAnnotation]: 'gone' } });
  await bench.settle({ a: { results: { r: 'made' } } });
  assert.match(await bench.verdict(), /^True Succeeded/);
});
