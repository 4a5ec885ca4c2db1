import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PipelineRun } from '@assay/tekton';
import { expiry, runTimeouts, taskRunTimeout } from './timeouts.ts';

const minute = 60_000;
const hour = 60 * minute;
const start = '2026-01-01T00:00:00Z';
const at = (ms: number) => Date.parse(start) + ms;

function runWith(spec: PipelineRun['spec']): PipelineRun {
  return { apiVersion: 'tekton.dev/v1', kind: 'PipelineRun', metadata: { name: 'r' }, spec };
}

test('without timeouts only the default limits the run', () => {
  assert.deepEqual(runTimeouts(runWith({}), hour), { pipeline: hour });
});

test('two limits imply the third', () => {
  const tasks = runTimeouts(runWith({ timeouts: { pipeline: '1h', tasks: '40m' } }), hour);
  assert.deepEqual(tasks, { pipeline: hour, tasks: 40 * minute, finally: 20 * minute });
  const final = runTimeouts(runWith({ timeouts: { pipeline: '1h', finally: '10m' } }), hour);
  assert.deepEqual(final, { pipeline: hour, tasks: 50 * minute, finally: 10 * minute });
});

test('a limit of 0 is none, and leaves nothing to subtract from', () => {
  assert.deepEqual(runTimeouts(runWith({ timeouts: { pipeline: '0', tasks: '5m' } }), hour), {
    pipeline: 0,
    tasks: 5 * minute,
  });
  assert.deepEqual(runTimeouts(runWith({ timeouts: { pipeline: '1h', tasks: '0' } }), hour), {
    pipeline: hour,
    tasks: 0,
  });
});

test('a limit expires at its very end, and says how long until then', () => {
  const limits = { pipeline: hour };
  assert.deepEqual(expiry(limits, at(hour - 1), start, undefined), {
    pipeline: false,
    tasks: false,
    finally: false,
    nextMs: 1,
  });
  assert.deepEqual(expiry(limits, at(hour), start, undefined), {
    pipeline: true,
    tasks: false,
    finally: false,
  });
});

test('the next limit is the nearest; once finally runs, the limit of the tasks is past', () => {
  const limits = { pipeline: hour, tasks: 10 * minute, finally: 5 * minute };
  assert.equal(expiry(limits, at(minute), start, undefined).nextMs, 9 * minute);
  const final = '2026-01-01T00:02:00Z';
  assert.equal(expiry(limits, at(3 * minute), start, final).nextMs, 4 * minute);
});

test('nothing expires before a run has started, or without limits', () => {
  assert.deepEqual(expiry({ pipeline: hour }, at(9 * hour), undefined, undefined), {
    pipeline: false,
    tasks: false,
    finally: false,
  });
  assert.equal(expiry({ pipeline: 0 }, at(99 * hour), start, undefined).pipeline, false);
});

test("a TaskRun's timeout: override, then the task's own, then a section limit above the default", () => {
  const task = { name: 't', timeout: '5m' };
  const spec = { timeouts: { pipeline: '3h', tasks: '2h' } };
  const limits = runTimeouts(runWith(spec), hour);
  const overridden = runWith({ ...spec, taskRunSpecs: [{ pipelineTaskName: 't', timeout: '90s' }] });
  assert.equal(taskRunTimeout(overridden, task, 'tasks', limits, hour), '1m30s');
  assert.equal(taskRunTimeout(runWith(spec), task, 'tasks', limits, hour), '5m0s');
  assert.equal(taskRunTimeout(runWith(spec), { name: 't' }, 'tasks', limits, hour), '2h0m0s');
  assert.equal(taskRunTimeout(runWith(spec), { name: 't' }, 'finally', limits, hour), undefined);
});

test('a section without limit makes TaskRuns without limit', () => {
  const run = runWith({ timeouts: { pipeline: '0', tasks: '0' } });
  assert.equal(taskRunTimeout(run, { name: 't' }, 'tasks', runTimeouts(run, hour), hour), '0s');
});

test('whether the tasks were late is settled when finally begins', () => {
  const limits = { pipeline: hour, tasks: 10 * minute };
  const inTime = '2026-01-01T00:09:59Z';
  const late = '2026-01-01T00:10:00Z';
  assert.equal(expiry(limits, at(30 * minute), start, inTime).tasks, false);
  assert.equal(expiry(limits, at(30 * minute), start, late).tasks, true);
});

test('a limit with a fraction of a second stays passed when finally begins within that second', () => {
  const limits = { pipeline: hour, tasks: 10_500 };
  assert.equal(expiry(limits, at(10_500), start, undefined).tasks, true);
  assert.equal(expiry(limits, at(10_500), start, '2026-01-01T00:00:10Z').tasks, true);
});
