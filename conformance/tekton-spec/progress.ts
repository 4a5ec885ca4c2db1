import assert from 'node:assert/strict';
import { pipelineRun, type SpecCase, taskRun } from './case.ts';

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** What the specification requires of runs while they run, of their limits, and of what containers may do. */
export const progressCases: readonly SpecCase[] = [
  {
    name: 'step state: running, with its start',
    objects: taskRun(`  taskSpec: {steps: [{name: one, image: busybox, script: "sleep 1"}]}`),
    ends: ['True', 'Succeeded'],
    check({ seen }) {
      const running = seen.flatMap(({ status }) => status?.steps ?? []).find((step) => step.running);
      assert.match(running?.running?.startedAt ?? '', rfc3339);
      const unknown = seen.some(({ status }) => status?.conditions?.[0]?.status === 'Unknown');
      assert.ok(unknown, 'the condition is Unknown while the run runs');
    },
  },
  {
    name: 'step and sidecar: securityContext.privileged false',
    objects: taskRun(`  taskSpec:
    sidecars: [{name: beside, image: busybox, script: "sleep 30", securityContext: {privileged: false}}]
    steps: [{name: one, image: busybox, script: "echo ran", securityContext: {privileged: false}}]`),
    ends: ['True', 'Succeeded'],
    async check({ log }) {
      assert.deepEqual(await log('step-one'), ['ran']);
    },
  },
  {
    name: 'TaskRun: the default timeout is one hour, and 0 means none',
    objects: taskRun(`  timeout: "0"
  taskSpec: {steps: [{name: one, image: busybox, script: "true"}]}`),
    ends: ['True', 'Succeeded'],
    check({ run }) {
      assert.match(run.spec.timeout ?? '', /^0s?$/);
    },
  },
  {
    name: 'PipelineRun: timeouts.finally',
    objects: pipelineRun(`  timeouts: {finally: 1s, tasks: 40s, pipeline: 50s}
  pipelineSpec:
    tasks:
      - name: first
        taskSpec: {steps: [{name: one, image: busybox, script: "true"}]}
    finally:
      - name: long
        taskSpec: {steps: [{name: one, image: busybox, script: "sleep 30"}]}`),
    ends: ['False', 'Failed'],
    check({ taskRuns }) {
      assert.equal(taskRuns.get('first')!.status!.conditions![0]!.status, 'True');
      assert.equal(taskRuns.get('long')!.status!.conditions![0]!.status, 'False');
    },
  },
  {
    name: 'PipelineRun: results of each type',
    objects: pipelineRun(`  pipelineSpec:
    results:
      - {name: text, value: $(tasks.make.results.text)}
      - {name: list, type: array, value: "$(tasks.make.results.list[*])"}
      - {name: map, type: object, value: "$(tasks.make.results.map[*])"}
      - {name: second, value: "$(tasks.make.results.list[1])"}
      - {name: key, value: "$(tasks.make.results.map.k)"}
    tasks:
      - name: make
        taskSpec:
          results: [{name: text}, {name: list, type: array}, {name: map, type: object, properties: {k: {}}}]
          steps:
            - name: one
              image: busybox
              script: |
                printf one > $(results.text.path)
                printf '["a","b"]' > $(results.list.path)
                printf '{"k":"v"}' > $(results.map.path)`),
    ends: ['True', 'Succeeded'],
    check({ run }) {
      const values = Object.fromEntries((run.status!.results ?? []).map(({ name, value }) => [name, value]));
      const expected = { text: 'one', list: ['a', 'b'], map: { k: 'v' }, second: 'b', key: 'v' };
      assert.deepEqual(values, expected);
    },
  },
  {
    name: 'PipelineRun: condition Unknown while its tasks run',
    objects: pipelineRun(`  pipelineSpec:
    tasks:
      - name: first
        taskSpec: {steps: [{name: one, image: busybox, script: "sleep 1"}]}`),
    ends: ['True', 'Succeeded'],
    check({ seen }) {
      const running = seen.find(({ status }) => status?.conditions?.[0]?.reason === 'Running');
      assert.equal(running?.status?.conditions?.[0]?.status, 'Unknown');
      assert.match(running?.status?.startTime ?? '', rfc3339);
    },
  },
];
