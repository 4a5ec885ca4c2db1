import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaskRun, TaskRunStatus } from '@assay/tekton';
import { podName } from '@assay/tekton';
import { deletedPodsAnnotation, withDeletedPod } from './deleted-pods.ts';
import { podsOfTaskRun, taskRunsOfPod } from './pods-of-task-run.ts';

const started = '2026-01-01T00:00:00Z';

function taskRun(status?: TaskRunStatus): TaskRun {
  return {
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    metadata: {
      name: 'build',
      namespace: 'team',
      uid: '00000000-0000-4000-8000-ffffffffffff',
      resourceVersion: '7',
      creationTimestamp: started,
      labels: { app: 'shop' },
    },
    spec: {},
    ...(status && { status }),
  };
}

const taskSpec = {
  steps: [{ name: 'main', image: 'localhost/toolbox' }],
  sidecars: [{ name: 'db', image: 'db' }],
};
const succeeded = (status: 'True' | 'False' | 'Unknown', reason: string) => [
  { type: 'Succeeded', status, reason },
];
const attempt: TaskRunStatus = {
  podName: 'build-pod',
  startTime: started,
  taskSpec,
  steps: [{ name: 'main', container: 'step-main', imageID: 'x@sha256:0', running: { startedAt: started } }],
  sidecars: [{ name: 'db', container: 'sidecar-db', running: { startedAt: started } }],
  conditions: succeeded('Unknown', 'Running'),
};

test('a TaskRun that has not started has no pod', () => {
  assert.deepEqual(podsOfTaskRun(taskRun()), []);
});

test('a running TaskRun is a running, ready pod that the TaskRun owns', () => {
  const [pod] = podsOfTaskRun(taskRun(attempt));
  assert.equal(pod!.metadata.name, 'build-pod');
  assert.equal(pod!.metadata.labels!['tekton.dev/taskRun'], 'build');
  assert.equal(pod!.metadata.labels!.app, 'shop');
  assert.equal(pod!.metadata.ownerReferences![0]!.uid, taskRun().metadata.uid);
  assert.equal(pod!.metadata.resourceVersion, '7');
  assert.equal(pod!.status!.phase, 'Running');
  assert.equal(pod!.status!.conditions!.find((condition) => condition.type === 'Ready')!.status, 'True');
  assert.deepEqual(
    pod!.spec!.containers.map((container) => container.name),
    ['step-main', 'sidecar-db'],
  );
  assert.deepEqual(
    pod!.status!.containerStatuses!.map(({ name, image, ready, state }) => ({ name, image, ready, state })),
    [
      {
        name: 'step-main',
        image: 'localhost/toolbox',
        ready: true,
        state: { running: { startedAt: started } },
      },
      { name: 'sidecar-db', image: 'db', ready: true, state: { running: { startedAt: started } } },
    ],
  );
});

test('a step that waits leaves the pod pending', () => {
  const waiting = { name: 'main', container: 'step-main', waiting: { reason: 'PodInitializing' } };
  const [pod] = podsOfTaskRun(taskRun({ ...attempt, steps: [waiting] }));
  assert.equal(pod!.status!.phase, 'Pending');
  assert.deepEqual(pod!.status!.containerStatuses![0]!.state, { waiting: { reason: 'PodInitializing' } });
});

test('the phase follows the end of the TaskRun', () => {
  const phase = (status: 'True' | 'False', reason: string) =>
    podsOfTaskRun(taskRun({ ...attempt, conditions: succeeded(status, reason) }))[0]!.status!.phase;
  assert.equal(phase('True', 'Succeeded'), 'Succeeded');
  assert.equal(phase('False', 'StepFailed'), 'Failed');
});

test('every attempt has a pod of its own, the earlier ones failed', () => {
  const retried = taskRun({ ...attempt, podName: 'build-pod-retry1', retriesStatus: [attempt] });
  const pods = podsOfTaskRun(retried);
  assert.deepEqual(
    pods.map((pod) => [pod.metadata.name, pod.status!.phase]),
    [
      ['build-pod', 'Failed'],
      ['build-pod-retry1', 'Running'],
    ],
  );
  assert.notEqual(pods[0]!.metadata.uid, pods[1]!.metadata.uid);
  assert.match(pods[1]!.metadata.uid!, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
});

test('the containers of later steps run, as they do in pods of Tekton, and wait there', () => {
  const steps = [
    { name: 'main', container: 'step-main', running: { startedAt: '2026-01-01T00:00:05Z' } },
    { name: 'next', container: 'step-next', waiting: { reason: 'PodInitializing' } },
  ];
  const [pod] = podsOfTaskRun(taskRun({ ...attempt, steps }));
  const [, next] = pod!.status!.containerStatuses!;
  assert.deepEqual(next!.state, { running: { startedAt: started } });
  assert.equal(pod!.status!.conditions!.find(({ type }) => type === 'Ready')!.status, 'True');
});

test('a pod that was deleted ends, and is then there no more', () => {
  const deleted = (status: TaskRunStatus) => {
    const run = taskRun(status);
    run.metadata.annotations = withDeletedPod(run, 'build-pod', '2026-01-01T00:01:00Z');
    run.metadata.annotations = withDeletedPod(run, 'build-pod', '2026-01-01T00:02:00Z');
    return podsOfTaskRun(run);
  };
  assert.equal(deleted(attempt)[0]!.metadata.deletionTimestamp, '2026-01-01T00:01:00Z');
  assert.deepEqual(deleted({ ...attempt, conditions: succeeded('False', 'StepFailed') }), []);
  const names = deleted({ ...attempt, podName: 'build-pod-retry1', retriesStatus: [attempt] });
  assert.deepEqual(
    names.map(({ metadata }) => [metadata.name, metadata.deletionTimestamp]),
    [['build-pod-retry1', undefined]],
  );
});

test('an annotation that somebody else has written breaks nothing', () => {
  for (const text of ['', '[', '[1]', 'null', '{"build-pod":7}', '"x"']) {
    const run = taskRun(attempt);
    run.metadata.annotations = { [deletedPodsAnnotation]: text };
    assert.equal(podsOfTaskRun(run).length, 1, text);
  }
});

test('the name of a pod tells its TaskRun, unless it was too long for it', () => {
  assert.deepEqual(taskRunsOfPod(podName('build')), ['build']);
  assert.deepEqual(taskRunsOfPod(podName('a-pod', 12)), ['a-pod']);
  assert.deepEqual(taskRunsOfPod('other'), []);
  assert.equal(taskRunsOfPod(podName('x'.repeat(60))), undefined);
  assert.equal(taskRunsOfPod(podName('x'.repeat(80), 3)), undefined);
});
