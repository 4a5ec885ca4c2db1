import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  stepFailedMessage,
  stepTimeoutMessage,
  taskCountsMessage,
  taskRunCancelledMessage,
  taskRunTimeoutMessage,
} from './messages.ts';
import { withSucceeded } from './succeeded.ts';

const counts = {
  succeeded: 2,
  failed: 1,
  ignored: 0,
  cancelled: 1,
  skipped: 3,
  skippedByTimeout: 0,
  validationFailed: 0,
  incomplete: 0,
};

test('a failed step is told with its code and the reason of its container', () => {
  assert.equal(stepFailedMessage('step-x', 1), '"step-x" exited with code 1');
  assert.equal(stepFailedMessage('step-x', 1, 'Error'), '"step-x" exited with code 1: Error');
});

test('a step timeout has its own words', () => {
  assert.equal(
    stepTimeoutMessage('step-x'),
    '"step-x" exited because the step exceeded the specified timeout limit',
  );
});

test('cancelling tells what it interrupted, unless that was just running', () => {
  const previous = {
    type: 'Succeeded',
    status: 'Unknown',
    reason: 'ExceededNodeResources',
    message: 'full',
  } as const;
  assert.equal(
    taskRunCancelledMessage('x', 'why', previous),
    'TaskRun "x" was cancelled. why\nPrevious status: [ExceededNodeResources] full',
  );
  assert.equal(
    taskRunCancelledMessage('x', 'why', { ...previous, reason: 'Running' }),
    'TaskRun "x" was cancelled. why',
  );
});

test('a timeout is written as Go writes it', () => {
  assert.equal(taskRunTimeoutMessage('x', 3_600_000), 'TaskRun "x" failed to finish within "1h0m0s"');
});

test('counts of a finished run', () => {
  assert.equal(taskCountsMessage(counts), 'Tasks Completed: 4 (Failed: 1, Cancelled 1), Skipped: 3');
  assert.equal(
    taskCountsMessage({ ...counts, ignored: 1 }),
    'Tasks Completed: 4 (Failed: 1 (Ignored: 1), Cancelled 1), Skipped: 3',
  );
});

test('counts of a running run', () => {
  assert.equal(
    taskCountsMessage({ ...counts, incomplete: 5 }),
    'Tasks Completed: 4 (Failed: 1, Cancelled 1), Incomplete: 5, Skipped: 3',
  );
});

test('the transition time moves only when the condition changes', () => {
  const next = { status: 'Unknown', reason: 'Running', message: 'm' } as const;
  const first = withSucceeded(undefined, next, '2026-01-01T00:00:00Z');
  const again = withSucceeded(first, next, '2026-01-01T00:00:09Z');
  assert.deepEqual(again, first);
  const changed = withSucceeded(first, { ...next, status: 'True' }, '2026-01-01T00:00:09Z');
  assert.equal(changed[0]?.lastTransitionTime, '2026-01-01T00:00:09Z');
});
