import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubeError, PersistentVolumeClaims } from '@assay/kube';
import { isDone, PipelineRuns, Pipelines, TaskRuns, Tasks } from '@assay/tekton';
import { createPipelineRunController } from './controller.ts';
import type { Ending } from './testing/bench.ts';
import { Bench, says, taskOf } from './testing/bench.ts';
import { interruptedAt, Killed } from './testing/interrupted-client.ts';

interface Story {
  prepare(bench: Bench): Promise<void>;
  endings: Record<string, Ending>;
  /** Done by the user before the turn of that number. */
  events?: Record<number, (bench: Bench) => Promise<void>>;
}

const work: Story = {
  async prepare(bench) {
    await bench.addTask('build', { ...says('build', ['image']), workspaces: [{ name: 'source' }] });
    await bench.addPipeline(
      'p',
      {
        params: [{ name: 'who' }],
        workspaces: [{ name: 'shared' }],
        tasks: [
          { name: 'a', taskRef: { name: 'build' }, workspaces: [{ name: 'source', workspace: 'shared' }] },
          { name: 'b', taskSpec: says('$(params.who)') },
          { name: 'c', taskSpec: says('$(tasks.a.results.image)') },
          {
            name: 'd',
            taskSpec: says('d'),
            when: [{ input: '$(params.who)', operator: 'in', values: ['nobody'] }],
          },
          { name: 'e', taskSpec: says('e'), runAfter: ['b', 'c'] },
        ],
        finally: [
          { name: 'f', taskSpec: says('f'), params: [{ name: 's', value: '$(tasks.status)' }] },
          { name: 'g', taskSpec: says('g') },
        ],
        results: [{ name: 'image', value: '$(tasks.a.results.image)' }],
      },
      { labels: { l: 'v' } },
    );
    await bench.post({
      pipelineRef: { name: 'p' },
      params: [{ name: 'who', value: 'you' }],
      workspaces: [{ name: 'shared', volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'] } } }],
    });
  },
  endings: { a: { results: { image: 'registry/i' } } },
};

const image = [{ name: 'p', value: '$(tasks.a.results.images[*])' }];

const matrices: Story = {
  prepare: async (bench) => {
    const params = [{ name: 'p', value: ['x', 'y', 'z'] }];
    await bench.post({
      pipelineSpec: {
        tasks: [
          { name: 'a', taskSpec: { ...says('a'), results: [{ name: 'images', type: 'array' }] } },
          { name: 'b', taskSpec: says('b', ['r']), matrix: { params } },
          { name: 'c', taskSpec: says('c'), matrix: { params: image } },
          { name: 'd', taskSpec: says('d'), params: [{ name: 'all', value: '$(tasks.b.results.r[*])' }] },
        ],
        finally: [{ name: 'f', taskSpec: says('f'), matrix: { params } }],
      },
    });
  },
  endings: { a: { results: { images: ['i', 'j'] } }, b: { results: (name) => ({ r: name }) } },
};

const stories: Record<string, Story> = {
  'with matrices': matrices,
  'with matrices that is gracefully cancelled': {
    ...matrices,
    events: { 3: (bench) => bench.patchRun({ status: 'CancelledRunFinally' }) },
  },
  'that succeeds': work,
  'with a failed task': { ...work, endings: { ...work.endings, b: { reason: 'StepFailed' } } },
  'that is cancelled': { ...work, events: { 2: (bench) => bench.patchRun({ status: 'Cancelled' }) } },
  'that is gracefully cancelled': {
    ...work,
    events: { 2: (bench) => bench.patchRun({ status: 'CancelledRunFinally' }) },
  },
  'that times out': { ...work, events: { 2: async (bench) => bench.clock.advance(3_600_000) } },
  'that is embedded': {
    prepare: async (bench) => {
      await bench.post({
        pipelineSpec: {
          tasks: [
            { name: 'a', taskSpec: says('a') },
            { name: 'b', taskSpec: says('b'), runAfter: ['a'] },
          ],
        },
      });
    },
    endings: {},
  },
};

/** Plays a story with a process that is killed at its n-th write; another one goes on. */
async function play(
  story: Story,
  n: number,
  moment: 'before' | 'after',
): Promise<{ killed: boolean; end: unknown }> {
  const bench = new Bench();
  await story.prepare(bench);
  let client = interruptedAt(bench.client, n, moment);
  let killed = false;
  for (let turn = 1; turn < 30; turn++) {
    await story.events?.[turn]?.(bench);
    try {
      await bench.turn(client);
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      killed = true;
      client = bench.client;
      await bench.turn(client);
    }
    if (isDone(await bench.run())) return { killed, end: await stateOf(bench) };
    for (const taskRun of await bench.taskRuns()) {
      if (isDone(taskRun)) continue;
      const stopped = taskRun.spec.status ? { reason: 'TaskRunCancelled' } : undefined;
      await bench.finishTaskRun(taskRun, stopped ?? story.endings[taskOf(taskRun)]);
    }
  }
  throw new Error('the run does not end');
}

/** Everything of the run but what counts or identifies writes. */
async function stateOf(bench: Bench): Promise<unknown> {
  const lists = await Promise.all([
    bench.user.list(PipelineRuns),
    bench.user.list(TaskRuns),
    bench.user.list(PersistentVolumeClaims),
  ]);
  return lists.map(({ items }) =>
    items
      .map(
        ({
          metadata: { uid: _uid, resourceVersion: _version, generation: _generation, ...metadata },
          ...rest
        }) => ({
          ...rest,
          metadata,
        }),
      )
      .sort((a, b) => (a.metadata.name! < b.metadata.name! ? -1 : 1)),
  );
}

for (const [name, story] of Object.entries(stories)) {
  test(`a run ${name} ends the same however often and wherever its controller is killed`, async () => {
    const undisturbed = await play(story, Number.POSITIVE_INFINITY, 'before');
    assert.equal(undisturbed.killed, false);
    let kills = 0;
    for (let n = 1; ; n++, kills++) {
      const before = await play(story, n, 'before');
      const after = await play(story, n, 'after');
      if (!before.killed) break;
      assert.deepEqual(before.end, undisturbed.end, `killed before write ${n}`);
      assert.deepEqual(after.end, undisturbed.end, `killed after write ${n}`);
    }
    assert.ok(kills >= 4, `only ${kills} writes`);
  });
}

test('a run that is taken up again after its pipeline was changed is of one version, the recorded one', async () => {
  const version = (text: string) => ({
    tasks: [
      { name: 'a', taskSpec: says(text) },
      { name: 'b', taskSpec: says(text), runAfter: ['a'] },
    ],
  });
  for (let n = 1; n <= 4; n++) {
    const bench = new Bench();
    await bench.addPipeline('p', version('first'));
    await bench.post({ pipelineRef: { name: 'p' } });
    await assert.rejects(bench.turn(interruptedAt(bench.client, n, 'after')), Killed);
    await bench.user.delete(Pipelines, 'default', 'p');
    await bench.addPipeline('p', version('second'));
    const run = await bench.settle();
    const recorded = run.status?.pipelineSpec?.tasks?.[0]?.taskSpec?.steps?.[0]?.script;
    for (const taskRun of await bench.taskRuns()) {
      assert.equal(taskRun.spec.taskSpec?.steps?.[0]?.script, recorded, `killed after write ${n}`);
    }
  }
});

test('a controller whose watch lags behind does not start a task twice, and notices what it started', async () => {
  const bench = new Bench({ watched: () => ({ get: () => undefined }) });
  await bench.post({
    pipelineSpec: {
      tasks: [
        { name: 'a', taskSpec: says('a') },
        { name: 'b', taskSpec: says('b'), runAfter: ['a'] },
      ],
    },
  });
  await bench.turn();
  await bench.turn();
  assert.deepEqual(await bench.started(), ['a']);
  await bench.finish('a');
  await bench.turn();
  assert.deepEqual(await bench.started(), ['a', 'b']);
});

test('what a controller created and neither the watch nor the status shows is not created again', async () => {
  const bench = new Bench();
  await bench.post({ pipelineSpec: { tasks: [{ name: 'a', taskSpec: says('a') }] } });
  let creates = 0;
  let statusWorks = false;
  const controller = createPipelineRunController({
    clock: bench.clock,
    watched: () => ({ get: () => undefined }),
    client: Object.assign(interruptedAt(bench.client, Number.POSITIVE_INFINITY, 'before'), {
      create: (...args: Parameters<typeof bench.client.create>) => {
        if (args[0].kind === 'TaskRun') creates++;
        return bench.client.create(...args);
      },
      updateStatus: (...args: Parameters<typeof bench.client.updateStatus>) =>
        statusWorks
          ? bench.client.updateStatus(...args)
          : Promise.reject(new KubeError('Unavailable', 'later')),
    }) as typeof bench.client,
  });
  const key = { namespace: 'default', name: 'run' };
  await assert.rejects(controller.reconcile(key, await bench.run()), { code: 'Unavailable' });
  statusWorks = true;
  await controller.reconcile(key, await bench.run());
  assert.equal(creates, 1);
  assert.equal((await bench.run()).status?.childReferences?.[0]?.name, 'run-a');
});

test('a run that is made invalid after its start fails rather than going round in circles', async () => {
  const bench = new Bench();
  await bench.post({ pipelineSpec: { tasks: [{ name: 'a', taskSpec: says('a') }] } });
  await bench.turn();
  await bench.patchRun({ timeouts: { pipeline: 'soon' } });
  await bench.turn();
  assert.equal(
    await bench.verdict(),
    'False PipelineValidationFailed: [User error] time: invalid duration "soon"',
  );
  assert.equal((await bench.taskRun('a')).spec.status, 'TaskRunCancelled');
});

test('a TaskRun that was deleted is created anew, under its name', async () => {
  const bench = new Bench();
  await bench.post({ pipelineSpec: { tasks: [{ name: 'a', taskSpec: says('a') }] } });
  await bench.turn();
  await bench.user.delete(TaskRuns, 'default', 'run-a');
  await bench.turn();
  assert.equal((await bench.taskRun('a')).metadata.name, 'run-a');
});

test('a run that changes while it is reconciled is read again', async () => {
  const bench = new Bench();
  await bench.post({ pipelineSpec: { tasks: [{ name: 'a', taskSpec: says('a') }] } });
  let raced = false;
  const racing = interruptedAt(bench.client, Number.POSITIVE_INFINITY, 'before');
  await bench.turn({
    ...racing,
    async create(resource, object) {
      if (!raced)
        await bench.user.patch(PipelineRuns, 'default', 'run', { metadata: { labels: { touched: 'yes' } } });
      raced = true;
      return racing.create(resource, object);
    },
  });
  const run = await bench.run();
  assert.equal(run.metadata.labels?.touched, 'yes');
  assert.equal(run.status?.childReferences?.length, 1);
});

test('an old copy of a run does not undo what its user changed since', async () => {
  const bench = new Bench();
  await bench.post(
    { pipelineSpec: { tasks: [{ name: 'a', taskSpec: says('a') }] } },
    { labels: { team: 'old' } },
  );
  const old = await bench.run();
  await bench.user.patch(PipelineRuns, 'default', 'run', { metadata: { labels: { team: 'new' } } });
  const controller = createPipelineRunController({ client: bench.client, clock: bench.clock });
  await controller.reconcile({ namespace: 'default', name: 'run' }, old);
  assert.equal((await bench.run()).metadata.labels?.team, 'new');
  assert.deepEqual(await bench.started(), ['a']);
});

test('a run starts no later than its first TaskRun, whenever that gets on record', async () => {
  const bench = new Bench();
  await bench.post({ pipelineSpec: { tasks: [{ name: 'a', taskSpec: says('a') }] } });
  await assert.rejects(bench.turn(interruptedAt(bench.client, 2, 'after')), Killed);
  assert.deepEqual(await bench.started(), ['a']);
  bench.clock.advance(5000);
  await bench.turn();
  assert.equal((await bench.run()).status?.startTime, '2026-01-01T00:00:00Z');
});

test('the start of finally stays what it was when a TaskRun is created anew', async () => {
  const bench = new Bench();
  await bench.post({
    pipelineSpec: {
      tasks: [{ name: 'a', taskSpec: says('a') }],
      finally: [{ name: 'f', taskSpec: says('f') }],
    },
  });
  await bench.turn();
  await bench.finish('a');
  await bench.turn();
  await bench.user.delete(TaskRuns, 'default', 'run-f');
  bench.clock.advance(5000);
  await bench.turn();
  await bench.turn();
  assert.equal((await bench.run()).status?.finallyStartTime, '2026-01-01T00:00:00Z');
});

test('a task keeps the TaskRun that is on record, whatever its name', async () => {
  const bench = new Bench();
  const run = await bench.post({ pipelineSpec: { tasks: [{ name: 'a', taskSpec: says('a') }] } });
  await bench.turn();
  const { metadata, ...taskRun } = await bench.taskRun('a');
  const { labels, ownerReferences } = metadata;
  await bench.user.delete(TaskRuns, 'default', 'run-a');
  const other = { name: 'other', namespace: 'default', labels: labels!, ownerReferences: ownerReferences! };
  await bench.user.create(TaskRuns, { ...taskRun, metadata: other });
  const recorded = [{ apiVersion: 'tekton.dev/v1', kind: 'TaskRun', name: 'other', pipelineTaskName: 'a' }];
  const { status } = await bench.run();
  await bench.client.patch(
    PipelineRuns,
    run.metadata.namespace!,
    'run',
    { status: { ...status, childReferences: recorded } },
    { subresource: 'status' },
  );
  await bench.turn();
  assert.deepEqual(
    (await bench.taskRuns()).map((found) => found.metadata.name),
    ['other'],
  );
});

test('a Task that is deleted after the run has started does not fail the run', async () => {
  const bench = new Bench();
  await bench.addTask('build', says('build'));
  await bench.post({ pipelineSpec: { tasks: [{ name: 'a', taskRef: { name: 'build' } }] } });
  await bench.turn();
  await bench.user.delete(Tasks, 'default', 'build');
  const run = await bench.settle();
  assert.equal(run.status?.conditions?.[0]?.status, 'True');
});

test("a stranger's TaskRun in the watch is not taken for the run's own", async () => {
  const stranger = {
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    metadata: { name: 'run-a', namespace: 'default' },
    spec: { taskSpec: says('mine') },
  };
  const bench = new Bench({ watched: () => ({ get: () => stranger }) });
  await bench.user.create(TaskRuns, stranger);
  await bench.post({ pipelineSpec: { tasks: [{ name: 'a', taskSpec: says('a') }] } });
  await bench.turn();
  assert.match(await bench.verdict(), /^False CreateRunFailed: /);
});
