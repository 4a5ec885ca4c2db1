import assert from 'node:assert/strict';
import { type SpecCase, taskRun } from './case.ts';

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** What the specification requires of a TaskRun as a whole. */
export const taskRunCases: readonly SpecCase[] = [
  {
    name: 'TaskRun: condition Succeeded of a run that succeeds',
    objects: taskRun(`  taskSpec: {steps: [{name: one, image: busybox, script: "exit 0"}]}`),
    ends: ['True', 'Succeeded'],
    check({ run }) {
      const [condition] = run.status!.conditions!;
      assert.equal(condition!.type, 'Succeeded');
      assert.notEqual(condition!.message ?? '', '');
    },
  },
  {
    name: 'TaskRun: condition Succeeded of a run that fails',
    objects: taskRun(`  taskSpec: {steps: [{name: one, image: busybox, script: "exit 3"}]}`),
    ends: ['False', 'StepFailed'],
    check({ run }) {
      assert.notEqual(run.status!.conditions![0]!.message ?? '', '');
    },
  },
  {
    name: 'TaskRun: metadata and times',
    objects: taskRun(`  taskSpec: {steps: [{name: one, image: busybox, script: "true"}]}`),
    ends: ['True', 'Succeeded'],
    check({ run }) {
      const { name, uid, labels, annotations, creationTimestamp } = run.metadata;
      assert.equal(name, 'run');
      assert.ok(uid);
      assert.equal(labels!.suite, 'spec');
      assert.equal(annotations!.suite, 'spec');
      const { startTime, completionTime } = run.status!;
      for (const time of [creationTimestamp, startTime, completionTime]) assert.match(time!, rfc3339);
      assert.ok(Date.parse(completionTime!) >= Date.parse(startTime!));
    },
  },
  {
    name: 'TaskRun: metadata.generateName',
    objects: taskRun(`  taskSpec: {steps: [{name: one, image: busybox, script: "true"}]}`).replace(
      'name: run',
      'generateName: many-',
    ),
    ends: ['True', 'Succeeded'],
    check({ run }) {
      assert.match(run.metadata.name!, /^many-[a-z0-9]{5}$/);
    },
  },
  {
    name: 'TaskRun: status.taskSpec of a Task taken by name',
    objects: `apiVersion: tekton.dev/v1
kind: Task
metadata: {name: greet}
spec:
  description: Says hello.
  params: [{name: whom}]
  steps: [{name: hello, image: busybox, command: [echo], args: ["hello $(params.whom)"]}]
---
${taskRun(`  taskRef: {name: greet}\n  params: [{name: whom, value: world}]`)}`,
    ends: ['True', 'Succeeded'],
    async check({ run, log }) {
      assert.equal(run.status!.taskSpec!.description, 'Says hello.');
      assert.equal(run.status!.taskSpec!.steps![0]!.name, 'hello');
      assert.deepEqual(await log('step-hello'), ['hello world']);
    },
  },
  {
    name: 'TaskRun: results of each type',
    objects: taskRun(`  taskSpec:
    results:
      - {name: text}
      - {name: list, type: array}
      - {name: map, type: object, properties: {one: {}, two: {}}}
    steps:
      - name: write
        image: busybox
        script: |
          printf plain > $(results.text.path)
          printf '["a","b"]' > $(results.list.path)
          printf '{"one":"1","two":"2"}' > $(results.map.path)`),
    ends: ['True', 'Succeeded'],
    check({ run }) {
      assert.deepEqual(run.status!.results, [
        { name: 'text', type: 'string', value: 'plain' },
        { name: 'list', type: 'array', value: ['a', 'b'] },
        { name: 'map', type: 'object', value: { one: '1', two: '2' } },
      ]);
    },
  },
  {
    name: 'TaskRun: a workspace is shared by the steps',
    objects: taskRun(`  workspaces: [{name: shared, emptyDir: {}}]
  taskSpec:
    workspaces: [{name: shared}]
    steps:
      - {name: write, image: busybox, script: "echo kept > $(workspaces.shared.path)/file"}
      - {name: read, image: busybox, script: "cat $(workspaces.shared.path)/file"}`),
    ends: ['True', 'Succeeded'],
    async check({ log }) {
      assert.deepEqual(await log('step-read'), ['kept']);
    },
  },
  {
    name: 'TaskRun: timeout',
    objects: taskRun(`  timeout: 1s
  taskSpec: {steps: [{name: long, image: busybox, script: "sleep 30"}]}`),
    ends: ['False', 'TaskRunTimeout'],
    check({ run }) {
      assert.match(run.status!.conditions![0]!.message!, /failed to finish within "1s"/);
      assert.match(run.status!.completionTime!, rfc3339);
    },
  },
  {
    name: 'TaskRun: status TaskRunCancelled',
    objects: taskRun(`  status: TaskRunCancelled
  taskSpec: {steps: [{name: long, image: busybox, script: "sleep 30"}]}`),
    ends: ['False', 'TaskRunCancelled'],
  },
];
