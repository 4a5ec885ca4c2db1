import assert from 'node:assert/strict';
import { test } from 'node:test';
import { localFeatureFlags, type PipelineSpec, TaskRuns } from '@assay/tekton';
import { Bench, says } from './testing/bench.ts';

async function settled(
  pipelineSpec: PipelineSpec,
  endings: Parameters<Bench['settle']>[0] = {},
): Promise<Bench> {
  const bench = new Bench();
  await bench.post({ pipelineSpec });
  await bench.settle(endings);
  return bench;
}

test('a task whose when does not hold is skipped; what only runs after it is not', async () => {
  const when = [{ input: 'a', operator: 'in', values: ['b'] }];
  const bench = await settled({
    tasks: [
      { name: 'a', taskSpec: says('a', ['r']), when },
      { name: 'b', taskSpec: says('b'), runAfter: ['a'] },
      { name: 'c', taskSpec: says('$(tasks.a.results.r)') },
      { name: 'd', taskSpec: says('d'), runAfter: ['c'] },
    ],
  });
  assert.deepEqual(await bench.started(), ['b']);
  assert.deepEqual(await bench.skipped(), [
    { name: 'a', reason: 'When Expressions evaluated to false', whenExpressions: when },
    { name: 'c', reason: 'Results were missing' },
    { name: 'd', reason: 'Parent Tasks were skipped' },
  ]);
  assert.equal(
    await bench.verdict(),
    'True Completed: Tasks Completed: 1 (Failed: 0, Cancelled 0), Skipped: 3',
  );
});

test('when expressions with results are recorded with their values', async () => {
  const bench = await settled(
    {
      tasks: [
        { name: 'a', taskSpec: says('a', ['r']) },
        {
          name: 'b',
          taskSpec: says('b'),
          when: [{ input: '$(tasks.a.results.r)', operator: 'in', values: ['yes'] }],
        },
      ],
    },
    { a: { results: { r: 'yes' } } },
  );
  assert.deepEqual((await bench.run()).status?.childReferences?.[1]?.whenExpressions, [
    { input: 'yes', operator: 'in', values: ['yes'] },
  ]);
});

test('after a failure nothing new starts, what runs goes on, and finally runs', async () => {
  const bench = new Bench();
  await bench.post({
    pipelineSpec: {
      tasks: [
        { name: 'a', taskSpec: says('a') },
        { name: 'b', taskSpec: says('b') },
        { name: 'c', taskSpec: says('c'), runAfter: ['b'] },
      ],
      finally: [
        {
          name: 'f',
          taskSpec: says('f'),
          params: [
            { name: 'a', value: '$(tasks.a.status) $(tasks.a.reason)' },
            { name: 'c', value: '$(tasks.c.status)' },
            { name: 'all', value: '$(tasks.status)' },
          ],
        },
      ],
    },
  });
  await bench.turn();
  await bench.finish('a', { reason: 'StepFailed' });
  await bench.turn();
  assert.deepEqual(await bench.started(), ['a', 'b']);
  await bench.finish('b');
  await bench.turn();
  assert.deepEqual(await bench.started(), ['a', 'b', 'f']);
  assert.equal((await bench.taskRun('f')).metadata.labels?.['tekton.dev/memberOf'], 'finally');
  assert.deepEqual((await bench.taskRun('f')).spec.params, [
    { name: 'a', value: 'Failed StepFailed' },
    { name: 'c', value: 'None' },
    { name: 'all', value: 'Failed' },
  ]);
  assert.equal((await bench.run()).status?.finallyStartTime, '2026-01-01T00:00:00Z');
  await bench.settle();
  assert.deepEqual(await bench.skipped(), [{ name: 'c', reason: 'PipelineRun was stopping' }]);
  assert.equal(
    await bench.verdict(),
    'False Failed: Tasks Completed: 3 (Failed: 1, Cancelled 0), Skipped: 1',
  );
});

test('a failure without finally shows that the run is stopping while others still run', async () => {
  const bench = new Bench();
  await bench.post({
    pipelineSpec: {
      tasks: [
        { name: 'a', taskSpec: says('a') },
        { name: 'b', taskSpec: says('b') },
      ],
    },
  });
  await bench.turn();
  await bench.finish('a', { reason: 'StepFailed' });
  await bench.turn();
  assert.match(await bench.verdict(), /^Unknown PipelineRunStopping: /);
});

test('a failure that is to be ignored is counted and does not stop the run', async () => {
  const bench = await settled(
    {
      tasks: [
        { name: 'a', taskSpec: says('a'), onError: 'continue' },
        { name: 'b', taskSpec: says('b'), runAfter: ['a'] },
      ],
    },
    { a: { reason: 'FailureIgnored' } },
  );
  const { metadata } = await bench.taskRun('a');
  assert.equal(metadata.annotations?.['pipeline.tekton.dev/pipeline-task-on-error'], 'continue');
  assert.deepEqual(await bench.started(), ['a', 'b']);
  assert.equal(
    await bench.verdict(),
    'True Succeeded: Tasks Completed: 2 (Failed: 1 (Ignored: 1), Cancelled 0), Skipped: 0',
  );
});

test('a task that needs a result which was not written fails the run; finally runs all the same', async () => {
  const bench = await settled({
    tasks: [
      { name: 'a', taskSpec: says('a', ['r']) },
      { name: 'b', taskSpec: says('$(tasks.a.results.r)') },
    ],
    finally: [{ name: 'f', taskSpec: says('f') }],
  });
  assert.deepEqual(await bench.started(), ['a', 'f']);
  assert.match(
    await bench.verdict(),
    /^False PipelineValidationFailed: Tasks Completed: 2 \(Failed: 0, Cancelled 0\), Skipped: 0, Failed Validation: 1 \(.+\)$/,
  );
});

test('a finally task that needs a result which was not written is skipped', async () => {
  const bench = await settled({
    tasks: [{ name: 'a', taskSpec: says('a', ['r']) }],
    finally: [
      { name: 'f', taskSpec: says('$(tasks.a.results.r)') },
      {
        name: 'g',
        taskSpec: says('g'),
        when: [{ input: '$(tasks.a.status)', operator: 'in', values: ['Failed'] }],
      },
    ],
  });
  assert.deepEqual(await bench.skipped(), [
    { name: 'f', reason: 'Results were missing' },
    {
      name: 'g',
      reason: 'When Expressions evaluated to false',
      whenExpressions: [{ input: 'Succeeded', operator: 'in', values: ['Failed'] }],
    },
  ]);
  assert.match(await bench.verdict(), /^True Completed: /);
});

test('a failed finally task fails the run', async () => {
  const bench = await settled(
    { tasks: [{ name: 'a', taskSpec: says('a') }], finally: [{ name: 'f', taskSpec: says('f') }] },
    { f: { reason: 'StepFailed' } },
  );
  assert.equal(
    await bench.verdict(),
    'False Failed: Tasks Completed: 2 (Failed: 1, Cancelled 0), Skipped: 0',
  );
});

test("a user's cancelling of one task cancels the run", async () => {
  const bench = await settled(
    { tasks: [{ name: 'a', taskSpec: says('a') }] },
    { a: { reason: 'TaskRunCancelled' } },
  );
  assert.equal(
    await bench.verdict(),
    'False Cancelled: Tasks Completed: 1 (Failed: 0, Cancelled 1), Skipped: 0',
  );
});

test('results of the pipeline come from tasks and finally tasks', async () => {
  const bench = await settled(
    {
      tasks: [
        { name: 'a', taskSpec: { ...says('a'), results: [{ name: 's' }, { name: 'l', type: 'array' }] } },
      ],
      finally: [{ name: 'f', taskSpec: says('f', ['r']) }],
      results: [
        { name: 'text', value: '$(tasks.a.results.s)' },
        { name: 'list', value: '$(tasks.a.results.l[*])' },
        { name: 'second', value: '$(tasks.a.results.l[1])' },
        { name: 'last', value: '$(finally.f.results.r)' },
      ],
    },
    { a: { results: { s: 'one', l: ['x', 'y'] } }, f: { results: { r: 'end' } } },
  );
  const results = (await bench.run()).status?.results?.map(({ name, value }) => [name, value]);
  assert.deepEqual(results, [
    ['text', 'one'],
    ['list', ['x', 'y']],
    ['second', 'y'],
    ['last', 'end'],
  ]);
});

test('a failed run keeps the results it has, and leaves out those of tasks that did not write them', async () => {
  const bench = await settled(
    {
      tasks: [
        { name: 'a', taskSpec: says('a', ['r']) },
        { name: 'b', taskSpec: says('b', ['r']), runAfter: ['a'] },
      ],
      results: [
        { name: 'a', value: '$(tasks.a.results.r)' },
        { name: 'b', value: '$(tasks.b.results.r)' },
      ],
    },
    { a: { results: { r: 'one' } }, b: { reason: 'StepFailed' } },
  );
  assert.deepEqual(
    (await bench.run()).status?.results?.map(({ name, value }) => [name, value]),
    [['a', 'one']],
  );
  assert.match(await bench.verdict(), /^False Failed: /);
});

test('a result that its task did not write though it succeeded fails the run', async () => {
  const bench = await settled({
    tasks: [{ name: 'a', taskSpec: says('a', ['r']) }],
    results: [{ name: 'x', value: '$(tasks.a.results.r)' }],
  });
  assert.equal(
    (await bench.verdict()).replace('[User error] ', ''),
    "False CouldntGetPipelineResult: Failed to get PipelineResult from TaskRun Results for PipelineRun run: invalid pipelineresults [x], the referenced results don't exist",
  );
});

test('bound workspaces reach the tasks, with variables filled in', async () => {
  const bench = new Bench();
  await bench.post({
    params: [{ name: 'claim', value: 'disk' }],
    workspaces: [
      {
        name: 'shared',
        subPath: 'in/$(context.pipelineRun.name)',
        persistentVolumeClaim: { claimName: '$(params.claim)' },
      },
      { name: 'late', configMap: { name: '$(tasks.a.results.r)' } },
    ],
    pipelineSpec: {
      params: [{ name: 'claim' }],
      workspaces: [{ name: 'shared' }, { name: 'late' }, { name: 'none', optional: true }],
      tasks: [
        {
          name: 'a',
          taskSpec: { ...says('$(workspaces.source.path)', ['r']), workspaces: [{ name: 'source' }] },
          params: [{ name: 'p', value: '$(workspaces.shared.bound) $(workspaces.none.bound)' }],
          workspaces: [{ name: 'source', workspace: 'shared', subPath: 'src' }],
        },
        { name: 'b', runAfter: ['a'], taskSpec: says('$(workspaces.late.path)') },
      ],
    },
  });
  await bench.turn();
  const a = await bench.taskRun('a');
  assert.deepEqual(a.spec.workspaces, [
    { name: 'source', subPath: 'in/run/src', persistentVolumeClaim: { claimName: 'disk' } },
  ]);
  assert.deepEqual(a.spec.params, [{ name: 'p', value: 'true false' }]);
  await bench.finish('a', { results: { r: 'config' } });
  await bench.turn();
  assert.deepEqual((await bench.taskRun('b')).spec.workspaces, [
    { name: 'late', configMap: { name: 'config' } },
  ]);
});

test('the artifacts of a task are known to those after it, as JSON', async () => {
  const bench = new Bench({ featureFlags: localFeatureFlags });
  await bench.post({
    pipelineSpec: {
      tasks: [
        { name: 'a', taskSpec: says('a') },
        {
          name: 'b',
          taskSpec: says('b'),
          params: [{ name: 'image', value: '$(tasks.a.outputs.image)' }],
          runAfter: ['a'],
        },
      ],
    },
  });
  await bench.turn();
  await bench.finish('a');
  const { status, ...taskRun } = await bench.taskRun('a');
  const artifacts = { outputs: [{ name: 'image', values: [{ uri: 'pkg:i' }] }] };
  await bench.client.updateStatus(TaskRuns, { ...taskRun, status: { ...status, artifacts } });
  await bench.turn();
  assert.deepEqual((await bench.taskRun('b')).spec.params, [{ name: 'image', value: '[{"uri":"pkg:i"}]' }]);
});
