import assert from 'node:assert/strict';
import { type EndedRun, pipelineRun, type SpecCase } from './case.ts';

const nothing = `taskSpec: {steps: [{name: one, image: busybox, script: "true"}]}`;
const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

function logOf({ taskRuns, log }: EndedRun, task: string, step: string): Promise<string[]> {
  const taskRun = taskRuns.get(task);
  assert.ok(taskRun, `no TaskRun of ${task}`);
  return log(`step-${step}`, taskRun);
}

/** What the specification requires of PipelineRuns. */
export const pipelineRunCases: readonly SpecCase[] = [
  {
    name: 'PipelineRun: condition Succeeded of a run that succeeds, and times',
    objects: pipelineRun(`  pipelineSpec:\n    tasks: [{name: a, ${nothing}}]`),
    ends: ['True', 'Succeeded'],
    check({ run }) {
      assert.equal(run.status!.conditions![0]!.type, 'Succeeded');
      assert.notEqual(run.status!.conditions![0]!.message ?? '', '');
      const { startTime, completionTime } = run.status!;
      for (const time of [run.metadata.creationTimestamp, startTime, completionTime])
        assert.match(time!, rfc3339);
    },
  },
  {
    name: 'PipelineRun: condition Succeeded of a run that fails',
    objects: pipelineRun(`  pipelineSpec:
    tasks:
      - name: a
        taskSpec: {steps: [{name: one, image: busybox, script: "exit 1"}]}
      - {name: b, runAfter: [a], ${nothing}}`),
    ends: ['False', 'Failed'],
    check({ taskRuns }) {
      assert.deepEqual([...taskRuns.keys()], ['a']);
    },
  },
  {
    name: 'PipelineRun: a Pipeline and a Task taken by name',
    objects: `apiVersion: tekton.dev/v1
kind: Task
metadata: {name: greet}
spec:
  params: [{name: whom}]
  steps: [{name: hello, image: busybox, script: "echo hello $(params.whom)"}]
---
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: greeting}
spec:
  params: [{name: whom, default: nobody}]
  tasks:
    - name: say
      taskRef: {name: greet}
      params: [{name: whom, value: "$(params.whom)"}]
---
${pipelineRun(`  pipelineRef: {name: greeting}\n  params: [{name: whom, value: world}]`)}`,
    ends: ['True', 'Succeeded'],
    async check(ended) {
      assert.deepEqual(await logOf(ended, 'say', 'hello'), ['hello world']);
      assert.equal(ended.run.status!.pipelineSpec!.tasks![0]!.name, 'say');
    },
  },
  {
    name: 'PipelineRun: params of a task',
    objects: pipelineRun(`  params: [{name: base, value: "1"}]
  pipelineSpec:
    params: [{name: base}]
    tasks:
      - name: sum
        params:
          - {name: left, value: "$(params.base)"}
          - {name: right, value: "2"}
        taskSpec:
          params: [{name: left}, {name: right}]
          steps: [{name: add, image: busybox, script: "echo $(( $(params.left) + $(params.right) ))"}]`),
    ends: ['True', 'Succeeded'],
    async check(ended) {
      assert.deepEqual(await logOf(ended, 'sum', 'add'), ['3']);
    },
  },
  {
    name: 'PipelineRun: runAfter orders tasks',
    objects: pipelineRun(`  pipelineSpec:
    tasks:
      - {name: last, runAfter: [first], ${nothing}}
      - name: first
        taskSpec: {steps: [{name: one, image: busybox, script: "sleep 1"}]}`),
    ends: ['True', 'Succeeded'],
    check({ taskRuns }) {
      const [first, last] = [taskRuns.get('first')!, taskRuns.get('last')!];
      assert.ok(Date.parse(first.status!.completionTime!) <= Date.parse(last.status!.startTime!));
    },
  },
  {
    name: 'PipelineRun: results from tasks, given on and reported',
    objects: pipelineRun(`  pipelineSpec:
    results:
      - {name: total, value: "$(tasks.twice.results.out)"}
      - {name: sentence, value: "$(tasks.make.results.out) and $(tasks.twice.results.out)"}
    tasks:
      - name: make
        taskSpec:
          results: [{name: out}]
          steps: [{name: one, image: busybox, script: "printf 21 > $(results.out.path)"}]
      - name: twice
        params: [{name: half, value: "$(tasks.make.results.out)"}]
        taskSpec:
          params: [{name: half}]
          results: [{name: out}]
          steps: [{name: one, image: busybox, script: "printf $(( $(params.half) * 2 )) > $(results.out.path)"}]`),
    ends: ['True', 'Succeeded'],
    check({ run }) {
      assert.deepEqual(run.status!.results, [
        { name: 'total', value: '42' },
        { name: 'sentence', value: '21 and 42' },
      ]);
    },
  },
  {
    name: 'PipelineRun: a workspace shared by tasks',
    objects: pipelineRun(`  workspaces:
    - name: shared
      volumeClaimTemplate:
        spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 16Mi}}}
  pipelineSpec:
    workspaces: [{name: shared}]
    tasks:
      - name: write
        workspaces: [{name: out, workspace: shared}]
        taskSpec:
          workspaces: [{name: out}]
          steps: [{name: one, image: busybox, script: "echo kept > $(workspaces.out.path)/file"}]
      - name: read
        runAfter: [write]
        workspaces: [{name: in, workspace: shared}]
        taskSpec:
          workspaces: [{name: in}]
          steps: [{name: one, image: busybox, script: "cat $(workspaces.in.path)/file"}]`),
    ends: ['True', 'Succeeded'],
    async check(ended) {
      assert.deepEqual(await logOf(ended, 'read', 'one'), ['kept']);
    },
  },
  {
    name: 'PipelineRun: timeout of a task',
    objects: pipelineRun(`  pipelineSpec:
    tasks:
      - name: long
        timeout: 1s
        taskSpec: {steps: [{name: one, image: busybox, script: "sleep 30"}]}`),
    ends: ['False', 'Failed'],
    check({ taskRuns }) {
      assert.equal(taskRuns.get('long')!.status!.conditions![0]!.reason, 'TaskRunTimeout');
    },
  },
  {
    name: 'PipelineRun: timeouts.pipeline',
    objects: pipelineRun(`  timeouts: {pipeline: 1s}
  pipelineSpec:
    tasks:
      - name: long
        taskSpec: {steps: [{name: one, image: busybox, script: "sleep 30"}]}`),
    ends: ['False', 'PipelineRunTimeout'],
  },
  {
    name: 'PipelineRun: timeouts.tasks leaves time for finally',
    objects: pipelineRun(`  timeouts: {tasks: 1s, pipeline: 50s}
  pipelineSpec:
    tasks:
      - name: long
        taskSpec: {steps: [{name: one, image: busybox, script: "sleep 30"}]}
    finally: [{name: after, ${nothing}}]`),
    ends: ['False', 'PipelineRunTimeout'],
    check({ taskRuns }) {
      assert.equal(taskRuns.get('after')!.status!.conditions![0]!.status, 'True');
    },
  },
  {
    name: 'PipelineRun: finally runs after a failure, with results and statuses',
    objects: pipelineRun(`  pipelineSpec:
    tasks:
      - name: works
        taskSpec:
          results: [{name: out}]
          steps: [{name: one, image: busybox, script: "printf made > $(results.out.path)"}]
      - name: fails
        runAfter: [works]
        taskSpec: {steps: [{name: one, image: busybox, script: "exit 1"}]}
    finally:
      - name: report
        params:
          - {name: made, value: "$(tasks.works.results.out)"}
          - {name: failed, value: "$(tasks.fails.status)"}
          - {name: all, value: "$(tasks.status)"}
        taskSpec:
          params: [{name: made}, {name: failed}, {name: all}]
          steps: [{name: say, image: busybox, script: "echo $(params.made) $(params.failed) $(params.all)"}]`),
    ends: ['False', 'Failed'],
    async check(ended) {
      assert.deepEqual(await logOf(ended, 'report', 'say'), ['made Failed Failed']);
    },
  },
  {
    name: 'PipelineRun: childReferences',
    objects: pipelineRun(`  pipelineSpec:
    tasks: [{name: a, ${nothing}}, {name: b, ${nothing}}]`),
    ends: ['True', 'Succeeded'],
    check({ run }) {
      assert.deepEqual(
        run
          .status!.childReferences!.map(({ apiVersion, kind, name, pipelineTaskName }) =>
            [apiVersion, kind, name, pipelineTaskName].join(' '),
          )
          .sort(),
        ['tekton.dev/v1 TaskRun run-a a', 'tekton.dev/v1 TaskRun run-b b'],
      );
    },
  },
];
