import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { adminIdentity, createStore, runnerIdentity, type Store } from '@assay/kube';
import { createLogStore, type LogStore } from '@assay/pipelines';
import { PipelineRuns, type TaskRun, TaskRuns, tektonApiVersion } from '@assay/tekton';
import { followedLines, logSources, mergedLines } from './run-logs.ts';

const directory = mkdtempSync(join(tmpdir(), 'assay-run-logs-'));
let store: Store;
let logs: LogStore;
let now = 0;

before(async () => {
  store = createStore({ path: ':memory:', resources: [PipelineRuns, TaskRuns] });
  logs = createLogStore(directory, () => new Date(++now * 1000));
  const user = store.client(adminIdentity);
  const runner = store.client(runnerIdentity);
  const metadata = { name: 'run', namespace: 'default' };
  const spec = { pipelineSpec: { tasks: [{ name: 'a' }, { name: 'b' }] } };
  const run = await user.create(PipelineRuns, {
    apiVersion: tektonApiVersion,
    kind: 'PipelineRun',
    metadata,
    spec,
  });
  for (const task of ['b', 'a']) {
    const taskRun = await user.create(TaskRuns, {
      apiVersion: tektonApiVersion,
      kind: 'TaskRun',
      metadata: { name: `run-${task}`, namespace: 'default' },
      spec: {},
    });
    const steps = [{ name: 's', container: 'step-s' }];
    const status = { steps, ...(task === 'a' && { retriesStatus: [{ steps }] }) } as TaskRun['status'];
    await runner.updateStatus(TaskRuns, { ...taskRun, status: status! });
  }
  const childReferences = ['b', 'a'].map((task) => ({
    apiVersion: tektonApiVersion,
    kind: 'TaskRun',
    name: `run-${task}`,
    pipelineTaskName: task,
  }));
  const conditions = [{ type: 'Succeeded', status: 'True' as const, reason: '', message: '' }];
  await runner.updateStatus(PipelineRuns, { ...run, status: { childReferences, conditions } });
  const open = async (task: string, pod: string) =>
    logs.create({
      namespace: 'default',
      pod,
      uid: (await user.get(TaskRuns, 'default', `run-${task}`)).metadata.uid!,
      container: 'step-s',
    });
  const first = await open('a', 'run-a-pod');
  const second = await open('a', 'run-a-pod-retry1');
  const other = await open('b', 'run-b-pod');
  first.write(Buffer.from('one\n'));
  other.write(Buffer.from('two\n'));
  second.write(Buffer.from('three\n'));
  other.write(Buffer.from('four\n'));
});
after(() => {
  store.close();
  rmSync(directory, { recursive: true });
});

const run = () => store.client(adminIdentity).get(PipelineRuns, 'default', 'run');
const client = () => store.client(adminIdentity);

test("a pipeline's logs are those of all attempts, tasks in its order", async () => {
  const sources = await logSources(client(), await run());
  assert.deepEqual(
    sources.map(({ task, step, attempt }) => `${task} ${step} ${attempt}`),
    ['a s 0', 'a s 1', 'b s 0'],
  );
  assert.equal((await logSources(client(), await run(), { task: 'b', step: 's' })).length, 1);
  assert.equal((await logSources(client(), await run(), { step: 'other' })).length, 0);
});

test('they come in the order of time', async () => {
  const lines: string[] = [];
  for await (const { text, source } of mergedLines(logs, await logSources(client(), await run())))
    lines.push(`${source.task}${source.attempt} ${text}`);
  assert.deepEqual(lines, ['a0 one', 'b0 two', 'a1 three', 'b0 four']);
});

test('following a run that has ended gives all and ends', { timeout: 5000 }, async () => {
  const lines: string[] = [];
  const { signal } = new AbortController();
  for await (const { text } of followedLines(client(), logs, await run(), {}, signal)) lines.push(text);
  assert.deepEqual(lines.sort(), ['four', 'one', 'three', 'two']);
});
