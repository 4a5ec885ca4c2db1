import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaskRun } from '@assay/tekton';
import { prunableRuns } from './prunable-runs.ts';

function run(
  name: string,
  day: number,
  more: { task?: string; running?: boolean; owned?: boolean } = {},
): TaskRun {
  const { task = 'build', running = false, owned = false } = more;
  const at = `2026-01-0${day}T00:00:00Z`;
  return {
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    metadata: {
      name,
      namespace: 'default',
      labels: { 'tekton.dev/task': task },
      creationTimestamp: at,
      ...(owned && { ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid: 'x' }] }),
    },
    spec: {},
    status: {
      ...(!running && { completionTime: at }),
      conditions: [{ type: 'Succeeded', status: running ? 'Unknown' : 'True' }],
    },
  } as TaskRun;
}

const names = (runs: readonly { metadata: { name?: string } }[]) => runs.map(({ metadata }) => metadata.name);
const runs = [
  run('a', 1),
  run('b', 2),
  run('c', 3),
  run('t', 1, { task: 'test' }),
  run('r', 1, { running: true }),
  run('o', 1, { owned: true }),
];

test('without a policy everything stays', () => assert.deepEqual(prunableRuns(runs, {}), []));

test('the newest of each task stay, what runs does, and what belongs to another', () => {
  assert.deepEqual(names(prunableRuns(runs, { keep: 1 })), ['a', 'b']);
  assert.deepEqual(names(prunableRuns(runs, { keep: 2 })), ['a']);
  assert.deepEqual(names(prunableRuns(runs, { keep: 0 })), ['a', 't', 'b', 'c']);
});

test('by age the older go', () => {
  const endedBefore = Date.parse('2026-01-02T12:00:00Z');
  assert.deepEqual(names(prunableRuns(runs, { endedBefore })), ['a', 't', 'b']);
});

test('with both, a run goes that neither keeps', () => {
  const endedBefore = Date.parse('2026-01-01T12:00:00Z');
  assert.deepEqual(names(prunableRuns(runs, { keep: 1, endedBefore })), ['a']);
});
