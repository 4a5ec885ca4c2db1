import assert from 'node:assert/strict';
import { type SpecCase, taskRun } from './case.ts';

/** What the specification requires of params. */
export const paramCases: readonly SpecCase[] = [
  {
    name: 'param: string',
    objects: taskRun(`  params: [{name: word, value: yes}]
  taskSpec:
    params: [{name: word, type: string}]
    steps: [{name: say, image: busybox, script: "echo $(params.word)"}]`).replace(
      'value: yes',
      'value: "yes"',
    ),
    ends: ['True', 'Succeeded'],
    async check({ log }) {
      assert.deepEqual(await log('step-say'), ['yes']);
    },
  },
  {
    name: 'param: array, whole and by index',
    objects: taskRun(`  params: [{name: words, value: [one, "two three", four]}]
  taskSpec:
    params: [{name: words, type: array}]
    steps:
      - {name: whole, image: busybox, command: [printf, "%s\\n"], args: ["$(params.words[*])"]}
      - {name: index, image: busybox, script: "echo $(params.words[1])"}`),
    ends: ['True', 'Succeeded'],
    async check({ log }) {
      assert.deepEqual(await log('step-whole'), ['one', 'two three', 'four']);
      assert.deepEqual(await log('step-index'), ['two three']);
    },
  },
  {
    name: 'param: object, by key',
    objects: taskRun(`  params: [{name: repo, value: {url: "https://example.test", branch: main}}]
  taskSpec:
    params: [{name: repo, type: object, properties: {url: {type: string}, branch: {type: string}}}]
    steps: [{name: say, image: busybox, script: "echo $(params.repo.url) $(params.repo.branch)"}]`),
    ends: ['True', 'Succeeded'],
    async check({ log }) {
      assert.deepEqual(await log('step-say'), ['https://example.test main']);
    },
  },
  {
    name: 'param: default, of string and array, and none taken where a value is given',
    objects: taskRun(`  params: [{name: given, value: mine}]
  taskSpec:
    params:
      - {name: given, default: unused}
      - {name: text, default: fallback}
      - {name: list, type: array, default: [a, b]}
    steps:
      - name: say
        image: busybox
        command: [echo]
        args: ["$(params.given)", "$(params.text)", "$(params.list[*])"]`),
    ends: ['True', 'Succeeded'],
    async check({ log }) {
      assert.deepEqual(await log('step-say'), ['mine fallback a b']);
    },
  },
  {
    name: 'param: description is kept',
    objects: taskRun(`  params: [{name: word, value: x}]
  taskSpec:
    params: [{name: word, description: What is said.}]
    steps: [{name: say, image: busybox, script: "true"}]`),
    ends: ['True', 'Succeeded'],
    check({ run }) {
      assert.equal(run.spec.taskSpec!.params![0]!.description, 'What is said.');
      assert.equal(run.status!.taskSpec!.params![0]!.description, 'What is said.');
    },
  },
  {
    name: 'param: a missing one fails the run',
    objects: taskRun(`  taskSpec:
    params: [{name: word}]
    steps: [{name: say, image: busybox, script: "true"}]`),
    ends: ['False', 'TaskRunValidationFailed'],
  },
];
