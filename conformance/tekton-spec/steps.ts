import assert from 'node:assert/strict';
import type { StepState } from '@assay/tekton';
import { type EndedRun, type SpecCase, taskRun } from './case.ts';

/** The state of a step that ended, without what differs from run to run. */
function stateOf({ run }: EndedRun, name: string): StepState {
  const state = run.status!.steps!.find((step) => step.name === name);
  assert.ok(state, `no state of step ${name}`);
  return state;
}

/** What the specification requires of steps. */
export const stepCases: readonly SpecCase[] = [
  {
    name: 'step: script without and with an interpreter line',
    objects: taskRun(`  taskSpec:
    steps:
      - {name: plain, image: busybox, script: "echo plain"}
      - name: named
        image: busybox
        script: |
          #!/bin/sh
          echo named
          echo "$0" | grep -c /`),
    ends: ['True', 'Succeeded'],
    async check({ log }) {
      assert.deepEqual(await log('step-plain'), ['plain']);
      assert.deepEqual(await log('step-named'), ['named', '1']);
    },
  },
  {
    name: 'step: command and args',
    objects: taskRun(`  taskSpec:
    steps: [{name: say, image: busybox, command: [echo, one], args: [two, three]}]`),
    ends: ['True', 'Succeeded'],
    async check({ log }) {
      assert.deepEqual(await log('step-say'), ['one two three']);
    },
  },
  {
    name: 'step: env',
    objects: taskRun(`  taskSpec:
    steps:
      - name: show
        image: busybox
        env: [{name: COLOUR, value: green}]
        script: echo "$COLOUR"`),
    ends: ['True', 'Succeeded'],
    async check({ log }) {
      assert.deepEqual(await log('step-show'), ['green']);
    },
  },
  {
    name: 'step: workingDir',
    objects: taskRun(`  taskSpec:
    steps: [{name: where, image: busybox, workingDir: /tmp, script: pwd}]`),
    ends: ['True', 'Succeeded'],
    async check({ log }) {
      assert.deepEqual(await log('step-where'), ['/tmp']);
    },
  },
  {
    name: 'step: steps run in order',
    objects: taskRun(`  workspaces: [{name: w, emptyDir: {}}]
  taskSpec:
    workspaces: [{name: w}]
    steps:
      - {name: first, image: busybox, script: "sleep 1; echo first >> $(workspaces.w.path)/order"}
      - {name: second, image: busybox, script: "echo second >> $(workspaces.w.path)/order"}
      - {name: third, image: busybox, script: "cat $(workspaces.w.path)/order"}`),
    ends: ['True', 'Succeeded'],
    async check({ log }) {
      assert.deepEqual(await log('step-third'), ['first', 'second']);
    },
  },
  {
    name: 'step state: imageID',
    objects: taskRun(`  taskSpec: {steps: [{name: one, image: busybox, script: "true"}]}`),
    ends: ['True', 'Succeeded'],
    check(ended) {
      assert.match(stateOf(ended, 'one').imageID!, /@sha256:[0-9a-f]{64}$/);
    },
  },
  {
    name: 'step state: names, in the order of the steps',
    objects: taskRun(`  taskSpec:
    steps:
      - {name: one, image: busybox, script: "true"}
      - {image: busybox, script: "true"}
      - {name: three, image: busybox, script: "true"}`),
    ends: ['True', 'Succeeded'],
    check({ run }) {
      assert.deepEqual(
        run.status!.steps!.map(({ name }) => name),
        ['one', 'unnamed-1', 'three'],
      );
    },
  },
  {
    name: 'step state: terminated, of steps that succeed',
    objects: taskRun(`  taskSpec: {steps: [{name: one, image: busybox, script: "true"}]}`),
    ends: ['True', 'Succeeded'],
    check(ended) {
      const { terminated, running, waiting } = stateOf(ended, 'one');
      assert.equal(running, undefined);
      assert.equal(waiting, undefined);
      const { exitCode, reason, startedAt, finishedAt } = terminated!;
      assert.deepEqual({ exitCode, reason }, { exitCode: 0, reason: 'Completed' });
      assert.ok(Date.parse(startedAt!) <= Date.parse(finishedAt!));
    },
  },
  {
    name: 'step state: terminated, of a step that fails and one that is not reached',
    objects: taskRun(`  taskSpec:
    steps:
      - {name: fails, image: busybox, script: "exit 7"}
      - {name: unreached, image: busybox, script: "true"}`),
    ends: ['False', 'StepFailed'],
    check(ended) {
      const fails = stateOf(ended, 'fails').terminated!;
      assert.deepEqual([fails.exitCode, fails.reason], [7, 'Error']);
      assert.notEqual(stateOf(ended, 'unreached').terminated!.exitCode, 0);
    },
  },
];
