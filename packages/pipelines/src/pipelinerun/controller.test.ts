import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PipelineRuns, Pipelines, TaskRuns } from '@assay/tekton';
import { Bench, says } from './testing/bench.ts';

test('a run creates the TaskRuns of tasks without dependencies at once, and the others when it is their turn', async () => {
  const bench = new Bench();
  await bench.post({
    pipelineSpec: {
      tasks: [
        { name: 'a', taskSpec: says('a') },
        { name: 'b', taskSpec: says('b') },
        { name: 'c', taskSpec: says('c'), runAfter: ['a', 'b'] },
      ],
    },
  });
  await bench.turn();
  assert.deepEqual(await bench.started(), ['a', 'b']);
  assert.equal(
    await bench.verdict(),
    'Unknown Running: Tasks Completed: 0 (Failed: 0, Cancelled 0), Incomplete: 3, Skipped: 0',
  );
  await bench.finish('a');
  await bench.turn();
  assert.deepEqual(await bench.started(), ['a', 'b']);
  await bench.finish('b');
  await bench.turn();
  assert.deepEqual(await bench.started(), ['a', 'b', 'c']);
  await bench.finish('c');
  await bench.turn();
  assert.equal(
    await bench.verdict(),
    'True Succeeded: Tasks Completed: 3 (Failed: 0, Cancelled 0), Skipped: 0',
  );
  const { status } = await bench.run();
  assert.deepEqual(
    status?.childReferences?.map(({ name, pipelineTaskName }) => [name, pipelineTaskName]),
    [
      ['run-a', 'a'],
      ['run-b', 'b'],
      ['run-c', 'c'],
    ],
  );
  assert.equal(status?.startTime, '2026-01-01T00:00:00Z');
  assert.equal(status?.completionTime, '2026-01-01T00:00:00Z');
});

test('a run that is done is left alone', async () => {
  const bench = new Bench();
  await bench.post({ pipelineSpec: { tasks: [{ name: 'a', taskSpec: says('a') }] } });
  const done = await bench.settle();
  await bench.turn();
  assert.deepEqual(await bench.run(), done);
});

test('a turn that finds nothing new writes nothing', async () => {
  const bench = new Bench();
  await bench.post({ pipelineSpec: { tasks: [{ name: 'a', taskSpec: says('a') }] } });
  await bench.turn();
  const { version } = bench.store;
  await bench.turn();
  assert.equal(bench.store.version, version);
});

test('a TaskRun belongs to its run: owner, labels, service account, and nothing that was not asked for', async () => {
  const bench = new Bench();
  await bench.post(
    { pipelineSpec: { tasks: [{ name: 'a', taskSpec: says('a') }] } },
    { labels: { team: 'x' } },
  );
  await bench.turn();
  const { metadata, spec } = await bench.taskRun('a');
  const run = await bench.run();
  assert.equal(metadata.name, 'run-a');
  assert.deepEqual(metadata.ownerReferences?.[0]?.uid, run.metadata.uid);
  assert.deepEqual(metadata.labels, {
    team: 'x',
    'tekton.dev/pipeline': 'run',
    'tekton.dev/pipelineRun': 'run',
    'tekton.dev/pipelineRunUID': run.metadata.uid,
    'tekton.dev/pipelineTask': 'a',
    'tekton.dev/memberOf': 'tasks',
  });
  assert.equal(run.metadata.labels?.['tekton.dev/pipeline'], 'run');
  assert.deepEqual(spec.taskSpec?.steps, [{ image: 'toolbox', script: 'echo a' }]);
  assert.deepEqual(Object.keys(spec).sort(), ['serviceAccountName', 'taskSpec']);
});

test('a referenced pipeline gives its labels, and is on record before its tasks start', async () => {
  const bench = new Bench();
  await bench.addTask('build', says('build'));
  await bench.addPipeline(
    'p',
    { tasks: [{ name: 'a', taskRef: { name: 'build' } }] },
    { labels: { kind: 'ci' } },
  );
  await bench.post({ pipelineRef: { name: 'p' } });
  await bench.turn();
  const run = await bench.run();
  assert.equal(run.metadata.labels?.kind, 'ci');
  assert.equal(run.metadata.labels?.['tekton.dev/pipeline'], 'p');
  assert.equal(run.status?.pipelineSpec?.tasks?.[0]?.taskRef?.name, 'build');
  assert.equal((await bench.taskRun('a')).spec.taskRef?.name, 'build');
});

test('what becomes of a pipeline after its run has started does not matter', async () => {
  const bench = new Bench();
  await bench.addPipeline('p', {
    tasks: [
      { name: 'a', taskSpec: says('a') },
      { name: 'b', taskSpec: says('first'), runAfter: ['a'] },
    ],
  });
  await bench.post({ pipelineRef: { name: 'p' } });
  await bench.turn();
  await bench.user.delete(Pipelines, 'default', 'p');
  await bench.settle();
  assert.equal((await bench.taskRun('b')).spec.taskSpec?.steps?.[0]?.script, 'echo first');
});

test('params reach embedded tasks by themselves, and referenced tasks only when passed', async () => {
  const bench = new Bench();
  await bench.addTask('build', {
    params: [{ name: 'to', type: 'array' }],
    steps: [{ image: 'i', args: ['$(params.to[*])'] }],
  });
  await bench.post({
    params: [
      { name: 'who', value: 'you' },
      { name: 'list', value: ['x', 'y'] },
      { name: 'map', value: { k: 'v' } },
    ],
    pipelineSpec: {
      params: [
        { name: 'who', type: 'string' },
        { name: 'list', type: 'array' },
        { name: 'map', type: 'object', properties: { k: { type: 'string' } } },
        { name: 'greeting', type: 'string', default: 'hello $(params.who)' },
      ],
      tasks: [
        {
          name: 'a',
          taskSpec: {
            steps: [
              { image: 'i', script: '$(params.greeting) $(params.map.k)', args: ['$(params.list[*])'] },
            ],
          },
        },
        {
          name: 'b',
          taskRef: { name: 'build' },
          params: [{ name: 'to', value: ['$(params.list[*])', '$(params.list[0])'] }],
        },
      ],
    },
  });
  await bench.turn();
  const step = (await bench.taskRun('a')).spec.taskSpec?.steps?.[0];
  assert.equal(step?.script, 'hello you v');
  assert.deepEqual(step?.args, ['x', 'y']);
  assert.deepEqual((await bench.taskRun('b')).spec.params, [{ name: 'to', value: ['x', 'y', 'x'] }]);
});

test('context variables are known in params', async () => {
  const bench = new Bench();
  const value = '$(context.pipelineRun.name) $(context.pipeline.name) $(context.pipelineTask.retries)';
  await bench.post({
    pipelineSpec: { tasks: [{ name: 'a', taskSpec: says('a'), retries: 2, params: [{ name: 'p', value }] }] },
  });
  await bench.turn();
  const { spec } = await bench.taskRun('a');
  assert.deepEqual(spec.params, [{ name: 'p', value: 'run run 2' }]);
  assert.equal(spec.retries, 2);
});

test('results flow to the tasks that use them, and make them wait', async () => {
  const bench = new Bench();
  await bench.addTask('use', {
    params: [{ name: 'p' }, { name: 'l', type: 'array' }, { name: 'm' }],
    steps: [{ image: 'i' }],
  });
  await bench.post({
    pipelineSpec: {
      tasks: [
        {
          name: 'a',
          taskSpec: {
            steps: [{ image: 'i' }],
            results: [
              { name: 's' },
              { name: 'l', type: 'array' },
              { name: 'm', type: 'object', properties: { k: {} } },
            ],
          },
        },
        {
          name: 'b',
          taskRef: { name: 'use' },
          params: [
            { name: 'p', value: 'got $(tasks.a.results.s) $(tasks.a.results.l[1])' },
            { name: 'l', value: '$(tasks.a.results.l[*])' },
            { name: 'm', value: '$(tasks.a.results.m.k)' },
          ],
        },
        { name: 'c', taskSpec: says('$(tasks.a.results.s)') },
      ],
    },
  });
  await bench.turn();
  assert.deepEqual(await bench.started(), ['a']);
  await bench.finish('a', { results: { s: 'one', l: ['x', 'y'], m: { k: 'v' } } });
  await bench.turn();
  assert.deepEqual((await bench.taskRun('b')).spec.params, [
    { name: 'p', value: 'got one y' },
    { name: 'l', value: ['x', 'y'] },
    { name: 'm', value: 'v' },
  ]);
  assert.equal((await bench.taskRun('c')).spec.taskSpec?.steps?.[0]?.script, 'echo one');
});

test('the text of a result is never expanded again', async () => {
  const bench = new Bench();
  await bench.post({
    params: [{ name: 'secret', value: 'hidden' }],
    pipelineSpec: {
      tasks: [
        { name: 'a', taskSpec: says('a', ['r']) },
        {
          name: 'b',
          taskSpec: says('$(tasks.a.results.r)'),
          params: [{ name: 'p', value: '$(tasks.a.results.r)' }],
        },
      ],
    },
  });
  await bench.turn();
  const text = '$(params.secret) $(context.pipelineRun.uid) $(context.pipelineTask.retries)';
  await bench.finish('a', { results: { r: text } });
  await bench.turn();
  assert.deepEqual((await bench.taskRun('b')).spec.params, [{ name: 'p', value: text }]);
});

test('taskRunSpecs and taskRunTemplate shape the TaskRuns', async () => {
  const bench = new Bench();
  await bench.post({
    taskRunTemplate: {
      serviceAccountName: 'builder',
      podTemplate: { schedulerName: 's', env: [{ name: 'A', value: '1' }] },
    },
    taskRunSpecs: [
      {
        pipelineTaskName: 'a',
        serviceAccountName: 'special',
        podTemplate: { env: [{ name: 'B', value: '2' }] },
        stepSpecs: [{ name: 'x', computeResources: { limits: { cpu: '1' } } }],
        timeout: '5m',
        metadata: { labels: { l: 'v' } },
      },
    ],
    pipelineSpec: {
      tasks: [
        { name: 'a', taskSpec: says('a'), timeout: '1m' },
        { name: 'b', taskSpec: says('b'), timeout: '1m' },
      ],
    },
  });
  await bench.turn();
  const a = await bench.taskRun('a');
  assert.equal(a.spec.serviceAccountName, 'special');
  assert.deepEqual(a.spec.podTemplate, {
    schedulerName: 's',
    env: [
      { name: 'B', value: '2' },
      { name: 'A', value: '1' },
    ],
  });
  assert.deepEqual(a.spec.stepSpecs, [{ name: 'x', computeResources: { limits: { cpu: '1' } } }]);
  assert.equal(a.spec.timeout, '5m0s');
  assert.equal(a.metadata.labels?.l, 'v');
  const b = await bench.taskRun('b');
  assert.equal(b.spec.serviceAccountName, 'builder');
  assert.equal(b.spec.timeout, '1m0s');
});

test('another manager keeps its runs', async () => {
  const bench = new Bench();
  const pipelineSpec = { tasks: [{ name: 'a', taskSpec: says('a') }] };
  await bench.post({ managedBy: 'someone.example/else', pipelineSpec });
  await bench.turn();
  assert.deepEqual(await bench.started(), []);
  assert.equal((await bench.run()).status, undefined);
});

test('a run whose managedBy is tekton.dev/pipeline is ours', async () => {
  const bench = new Bench();
  const pipelineSpec = { tasks: [{ name: 'a', taskSpec: says('a') }] };
  await bench.post({ managedBy: 'tekton.dev/pipeline', pipelineSpec });
  await bench.turn();
  assert.deepEqual(await bench.started(), ['a']);
});

test('a run that is gone, or going, starts nothing', async () => {
  const bench = new Bench();
  await bench.post(
    { pipelineSpec: { tasks: [{ name: 'a', taskSpec: says('a') }] } },
    { finalizers: ['example.com/keep'] },
  );
  await bench.user.delete(PipelineRuns, 'default', 'run');
  await bench.turn();
  assert.deepEqual(await bench.started(), []);
});

test('feature flags and the source of a definition go on record', async () => {
  const bench = new Bench({
    recordedFlags: { coschedule: 'workspaces' },
    resolvers: [
      {
        name: 'git',
        resolve: async () => ({
          object: {
            apiVersion: 'tekton.dev/v1',
            kind: 'Pipeline',
            metadata: { name: 'p' },
            spec: { tasks: [{ name: 'a', taskSpec: says('a') }] },
          },
          source: { uri: 'git+https://example.com/p', digest: { sha1: 'abc' }, entryPoint: 'p.yaml' },
        }),
      },
    ],
  });
  await bench.post({ pipelineRef: { resolver: 'git', params: [] } });
  await bench.settle();
  assert.deepEqual((await bench.run()).status?.provenance, {
    featureFlags: { coschedule: 'workspaces' },
    refSource: { uri: 'git+https://example.com/p', digest: { sha1: 'abc' }, entryPoint: 'p.yaml' },
  });
});

test('displayName is shown on the child reference', async () => {
  const bench = new Bench();
  await bench.post({
    params: [{ name: 'env', value: 'prod' }],
    pipelineSpec: {
      params: [{ name: 'env' }],
      tasks: [{ name: 'a', displayName: 'Deploy to $(params.env)', taskSpec: says('a') }],
    },
  });
  await bench.turn();
  assert.equal((await bench.run()).status?.childReferences?.[0]?.displayName, 'Deploy to prod');
});

test("a stranger's TaskRun of the same name is not adopted", async () => {
  const bench = new Bench();
  await bench.user.create(TaskRuns, {
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    metadata: { name: 'run-a', namespace: 'default' },
    spec: { taskSpec: says('mine') },
  });
  await bench.post({ pipelineSpec: { tasks: [{ name: 'a', taskSpec: says('a') }] } });
  await bench.turn();
  assert.equal(
    await bench.verdict(),
    'False CreateRunFailed: TaskRun "run-a" already exists and does not belong to PipelineRun "run"',
  );
});

test('the time to look again is that of the next limit', async () => {
  const bench = new Bench();
  await bench.post({
    timeouts: { pipeline: '1h', tasks: '10m' },
    pipelineSpec: { tasks: [{ name: 'a', taskSpec: says('a') }] },
  });
  assert.deepEqual(await bench.turn(), { requeueAfterMs: 600_000 });
});
