import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getCondition, setCondition } from './condition.ts';

const noon = Date.parse('2026-01-01T12:00:00Z');

test('the transition time moves only when the status changes', () => {
  const first = setCondition(undefined, { type: 'Succeeded', status: 'Unknown', reason: 'Started' }, noon);
  assert.equal(first[0]?.lastTransitionTime, '2026-01-01T12:00:00Z');
  const second = setCondition(
    first,
    { type: 'Succeeded', status: 'Unknown', reason: 'Running' },
    noon + 60_000,
  );
  assert.deepEqual(second, [
    { type: 'Succeeded', status: 'Unknown', reason: 'Running', lastTransitionTime: '2026-01-01T12:00:00Z' },
  ]);
  const third = setCondition(second, { type: 'Succeeded', status: 'True' }, noon + 60_000);
  assert.deepEqual(third, [
    { type: 'Succeeded', status: 'True', lastTransitionTime: '2026-01-01T12:01:00Z' },
  ]);
  assert.equal(first[0]?.reason, 'Started', 'the input is not changed');
});

test('conditions are kept apart by type, in its order', () => {
  const one = setCondition([], { type: 'Succeeded', status: 'True' }, noon);
  const two = setCondition(one, { type: 'Ready', status: 'False' }, noon);
  assert.deepEqual(
    two.map((condition) => condition.type),
    ['Ready', 'Succeeded'],
  );
  assert.equal(getCondition(two, 'Ready')?.status, 'False');
  assert.equal(getCondition(undefined, 'Ready'), undefined);
});
