import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaskRun } from '@assay/tekton';
import { defaultSlots, parallelTasksAnnotation, slotMessage, slotRequest, waitingForSlot } from './slots.ts';

const GiB = 1024 ** 3;

test('slots follow the cores, as far as memory lasts', () => {
  assert.equal(defaultSlots(2, 16 * GiB), 16);
  assert.equal(defaultSlots(16, 8 * GiB), 32);
  assert.equal(defaultSlots(1, GiB / 8), 2);
});

test('TaskRuns of a PipelineRun ask as one, with the limit of their run', () => {
  const metadata = { namespace: 'n', uid: 't' };
  const request = (more: object) => slotRequest({ metadata: { ...metadata, ...more } } as TaskRun);
  assert.deepEqual(request({}), { namespace: 'n', run: 't' });
  assert.equal(request({ labels: { 'tekton.dev/pipelineRunUID': 'p' } }).run, 'p');
  const limit = (text: string) => request({ annotations: { [parallelTasksAnnotation]: text } }).runLimit;
  assert.deepEqual(['3', '0', '-1', 'x', '1.5', ''].map(limit), [3, ...Array(5).fill(undefined)]);
});

test('only what waits for a slot is told to', () => {
  const told = (status: string, reason: string, message: string) =>
    waitingForSlot({ status: { conditions: [{ type: 'Succeeded', status, reason, message }] } } as TaskRun);
  assert.equal(told('Unknown', 'Pending', slotMessage('all 3 are taken')), 'all 3 are taken');
  assert.equal(told('Unknown', 'Pending', 'something else'), undefined);
  assert.equal(told('False', 'TaskRunCancelled', slotMessage('x')), undefined);
});
