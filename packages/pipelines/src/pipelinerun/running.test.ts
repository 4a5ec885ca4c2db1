import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client, Controller, Controllers } from '@assay/kube';
import { adminIdentity, createStore, runnerIdentity, startControllers } from '@assay/kube';
import type { PipelineSpec, TaskRun } from '@assay/tekton';
import {
  CustomRuns,
  isDone,
  PipelineRuns,
  Pipelines,
  succeededCondition,
  TaskRuns,
  Tasks,
} from '@assay/tekton';
import { childResource } from './child.ts';
import { createPipelineRunController } from './controller.ts';
import { says } from './testing/bench.ts';

/** Ends every TaskRun with success as soon as it sees it, as the TaskRun controller would in the end. */
function instantTaskRuns(client: Client): Controller<TaskRun> {
  return {
    name: 'taskrun',
    resource: TaskRuns,
    async reconcile(_key, taskRun) {
      if (!taskRun || isDone(taskRun)) return undefined;
      const conditions = [{ type: 'Succeeded', status: 'True' as const, reason: 'Succeeded', message: '' }];
      await client.updateStatus(TaskRuns, { ...taskRun, status: { conditions } });
      return undefined;
    },
  };
}

/** Runs `count` runs of a pipeline on the real store, watches and work queues. */
async function runAll(pipelineSpec: PipelineSpec, count: number) {
  const store = createStore({
    path: ':memory:',
    resources: [Pipelines, Tasks, PipelineRuns, TaskRuns, CustomRuns],
  });
  const client = store.client(runnerIdentity);
  const user = store.client(adminIdentity);
  const faults: unknown[] = [];
  const running: { controllers?: Controllers } = {};
  const pipelineRuns = createPipelineRunController({
    client,
    watched: (kind) => ({
      get: (namespace, name) => running.controllers!.lister(childResource(kind)).get(namespace, name),
    }),
  });
  const controllers = startControllers(
    client,
    [pipelineRuns as Controller, instantTaskRuns(client) as Controller],
    {
      onError: (error) => faults.push(error),
    },
  );
  running.controllers = controllers;
  try {
    for (let i = 0; i < count; i++) {
      await user.create(PipelineRuns, {
        apiVersion: 'tekton.dev/v1',
        kind: 'PipelineRun',
        metadata: { name: `run-${i}`, namespace: 'default' },
        spec: { pipelineSpec },
      });
    }
    await controllers.idle();
    const runs = (await user.list(PipelineRuns)).items;
    return { runs, taskRuns: (await user.list(TaskRuns)).items, faults, writes: store.version };
  } finally {
    await controllers.stop();
    store.close();
  }
}

test('on watches and queues, a chain of tasks runs to its end without a timer', async () => {
  const tasks = Array.from({ length: 12 }, (_, i) => ({
    name: `t${i}`,
    taskSpec: says(`${i}`),
    ...(i > 0 && { runAfter: [`t${i - 1}`] }),
  }));
  const { runs, taskRuns, faults } = await runAll(
    { tasks, finally: [{ name: 'f', taskSpec: says('f') }] },
    1,
  );
  assert.deepEqual(
    runs.map((run) => succeededCondition(run)?.reason),
    ['Succeeded'],
  );
  assert.equal(taskRuns.length, 13);
  assert.deepEqual(faults, []);
});

test('many runs at once keep apart, and each task runs once', async () => {
  const tasks = ['a', 'b', 'c'].map((name) => ({ name, taskSpec: says(name) }));
  const { runs, taskRuns } = await runAll({ tasks, finally: [{ name: 'f', taskSpec: says('f') }] }, 10);
  assert.deepEqual(new Set(runs.map((run) => succeededCondition(run)?.reason)), new Set(['Succeeded']));
  assert.equal(taskRuns.length, 40);
});

test('the writes of a run grow with its tasks, not faster', async () => {
  const writesOf = async (length: number) => {
    const tasks = Array.from({ length }, (_, i) => ({ name: `t${i}`, taskSpec: says('x') }));
    return (await runAll({ tasks }, 1)).writes;
  };
  const [ten, forty] = [await writesOf(10), await writesOf(40)];
  assert.ok(forty <= 4.5 * ten, `${ten} writes for 10 tasks, ${forty} for 40`);
});
