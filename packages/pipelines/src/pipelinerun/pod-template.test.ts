import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergePodTemplates } from './pod-template.ts';

test('one template alone is taken as it is', () => {
  assert.deepEqual(mergePodTemplates({ hostNetwork: true }, undefined), { hostNetwork: true });
  assert.deepEqual(mergePodTemplates(undefined, { hostNetwork: true }), { hostNetwork: true });
  assert.equal(mergePodTemplates(undefined, undefined), undefined);
});

test("the task's fields win over the run's", () => {
  const merged = mergePodTemplates(
    { securityContext: { runAsUser: 1 } },
    { securityContext: { runAsGroup: 2 }, schedulerName: 's' },
  );
  assert.deepEqual(merged, { securityContext: { runAsUser: 1 }, schedulerName: 's' });
});

test('env and volumes merge by name', () => {
  const merged = mergePodTemplates(
    { env: [{ name: 'A', value: 'task' }] },
    {
      env: [
        { name: 'A', value: 'run' },
        { name: 'B', value: 'run' },
      ],
      volumes: [{ name: 'v', emptyDir: {} }],
    },
  );
  assert.deepEqual(merged, {
    env: [
      { name: 'A', value: 'task' },
      { name: 'B', value: 'run' },
    ],
    volumes: [{ name: 'v', emptyDir: {} }],
  });
});
