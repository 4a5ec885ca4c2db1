import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaskRun } from '@assay/tekton';
import { runExitCode } from './run-exit-code.ts';

const ended = (status: 'True' | 'False' | 'Unknown', reason: string): TaskRun => ({
  apiVersion: 'tekton.dev/v1',
  kind: 'TaskRun',
  metadata: { name: 'r' },
  spec: {},
  status: { conditions: [{ type: 'Succeeded', status, reason }] },
});

test('0 for success, 124 out of time, 1 for all else', () => {
  const codes = [
    ended('True', 'Succeeded'),
    ended('True', 'Completed'),
    ended('False', 'TaskRunTimeout'),
    ended('False', 'PipelineRunTimeout'),
    ended('False', 'StepFailed'),
    ended('Unknown', 'Running'),
    { ...ended('Unknown', ''), status: {} },
  ].map(runExitCode);
  assert.deepEqual(codes, [0, 0, 124, 124, 1, 1, 1]);
});
