import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { PipelineRun } from '@assay/tekton';
import { FactoryHome } from './testing/factory-home.ts';

let home: FactoryHome;

before(async () => {
  home = await FactoryHome.create();
});
after(() => home.remove());

/** A task with one step. */
const task = (name: string, script: string, more = '') => `
      - name: ${name}
        ${more}
        taskSpec:
          steps:
            - name: main
              image: localhost/toolbox
              script: ${JSON.stringify(script)}`;

const pipelineRun = (name: string, body: string, more = '') => `
---
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata:
  name: ${name}
spec:
  ${more}
  pipelineSpec:
${body}
`;

const skipped = (run: PipelineRun) =>
  (run.status?.skippedTasks ?? []).map(({ name, reason }) => `${name}: ${reason}`);
const condition = (run: PipelineRun) => run.status!.conditions![0]!;

test('results go from task to task, a claim too, and the pipeline has results of its own', async () => {
  const { code, object, stderr } = await home.runToJson(
    pipelineRun(
      'chain',
      `
    params: [{ name: who, default: nobody }]
    workspaces: [{ name: shared }]
    results: [{ name: said, value: $(tasks.second.results.said) }]
    tasks:
      - name: first
        params: [{ name: who, value: $(params.who) }]
        workspaces: [{ name: w, workspace: shared }]
        taskSpec:
          params: [{ name: who }]
          workspaces: [{ name: w }]
          results: [{ name: hello }, { name: list, type: array }]
          steps:
            - name: main
              image: localhost/toolbox
              script: |
                printf 'hello %s' "$(params.who)" | tee $(results.hello.path)
                printf '["a","b c"]' >$(results.list.path)
                echo from the first >$(workspaces.w.path)/file
      - name: second
        params:
          - { name: hello, value: $(tasks.first.results.hello) }
          - { name: list, value: ["$(tasks.first.results.list[*])"] }
        workspaces: [{ name: w, workspace: shared }]
        taskSpec:
          params: [{ name: hello }, { name: list, type: array }]
          workspaces: [{ name: w }]
          results: [{ name: said }]
          steps:
            - name: main
              image: localhost/toolbox
              args: ["$(params.list[*])"]
              script: |
                printf '%s, %s, %s' "$(params.hello)" "$2" "$(cat $(workspaces.w.path)/file)" >$(results.said.path)
      - name: third
        runAfter: [second]
        workspaces: [{ name: w, workspace: shared }]
        taskSpec:
          workspaces: [{ name: w }]
          steps:
            - { name: main, image: localhost/toolbox, script: "cat $(workspaces.w.path)/file" }`,
      `params: [{ name: who, value: overridden }]
  workspaces:
    - name: shared
      volumeClaimTemplate: { spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Mi } } } }`,
    ),
    '-p',
    'who=world',
  );
  assert.equal(code, 0, stderr);
  assert.deepEqual(object.status.results, [{ name: 'said', value: 'hello world, b c, from the first' }]);
  assert.equal(condition(object).message, 'Tasks Completed: 3 (Failed: 0, Cancelled 0), Skipped: 0');
  // With -o json the logs are on standard error, each line under its task and step.
  assert.match(stderr, /\[third : main\] from the first/);
  assert.match(stderr, /✔ first.*\n(.*\n)*.*✔ second.*\n(.*\n)*.*✔ third/);
});

test('when skips a task; failure stops a run; finally tasks run and see how tasks ended', async () => {
  const report = (line: string) => `
      - name: report
        params: [{ name: line, value: "${line}" }]
        taskSpec:
          params: [{ name: line }]
          steps: [{ name: main, image: localhost/toolbox, script: 'echo "$(params.line)"' }]`;
  const when = (input: string) => `when: [{ input: "${input}", operator: in, values: [Succeeded] }]`;
  const { code, object, stderr } = await home.runToJson(
    pipelineRun(
      'conditional',
      `
    tasks:
      - name: unwanted
        ${when('a')}
        taskSpec:
          results: [{ name: r }]
          steps: [{ name: main, image: localhost/toolbox, script: 'echo skipped-ran' }]
      - name: wants-result
        params: [{ name: r, value: $(tasks.unwanted.results.r) }]
        taskSpec:
          params: [{ name: r }]
          steps: [{ name: main, image: localhost/toolbox, script: 'echo skipped-ran' }]${task('after', 'echo after', 'runAfter: [unwanted]')}${task('ignored', 'exit 4', 'onError: continue')}
    finally:${report('after $(tasks.after.status), unwanted $(tasks.unwanted.status), all $(tasks.status)')}`,
    ) +
      pipelineRun(
        'stopping',
        `
    tasks:${task('bad', 'exit 3', 'retries: 1')}${task('after-bad', 'echo skipped-ran', 'runAfter: [bad]')}
    finally:${report('bad $(tasks.bad.status), all $(tasks.status)')}${task('on-success', 'echo skipped-ran', when('$(tasks.status)'))}`,
      ),
  );
  const [conditional, stopping] = object.items;
  assert.equal(code, 1);
  assert.equal(condition(conditional).reason, 'Completed');
  assert.deepEqual(skipped(conditional), [
    'unwanted: When Expressions evaluated to false',
    'wants-result: Results were missing',
  ]);
  assert.match(stderr, /report : main\] after Succeeded, unwanted None, all Failed/);
  assert.equal(condition(stopping).reason, 'Failed');
  assert.deepEqual(skipped(stopping).sort(), [
    'after-bad: PipelineRun was stopping',
    'on-success: When Expressions evaluated to false',
  ]);
  assert.match(stderr, /report : main\] bad Failed, all Failed/);
  assert.match(stderr, /✖ bad StepFailed: "step-main" exited with code 3: Error/);
  assert.match(stderr, /✖ ignored FailureIgnored/);
  assert.doesNotMatch(stderr, /skipped-ran/);
});

test('runs of one file go side by side, and each keeps its name and its namespace', async () => {
  const both = `echo begin $(context.pipelineRun.name); sleep 0.7; echo end $(context.pipelineRun.name)`;
  const named = (name: string) =>
    pipelineRun(
      name,
      `
    tasks:
      - name: only
        params: [{ name: pipeline-run, value: $(context.pipelineRun.name) }]
        taskSpec:
          params: [{ name: pipeline-run }]
          steps: [{ name: main, image: localhost/toolbox, script: "${both.replaceAll('$(context.pipelineRun.name)', '$(params.pipeline-run)')}" }]`,
    );
  const { code, object, stderr } = await home.runToJson(`${named('left')}${named('right')}`, '-n', 'team');
  assert.equal(code, 0, stderr);
  assert.deepEqual(
    object.items.map(({ metadata }: PipelineRun) => `${metadata.namespace}/${metadata.name}`),
    ['team/left', 'team/right'],
  );
  const said = [...stderr.matchAll(/(begin|end) (?:left|right)$/gm)].map(([, word]) => word);
  assert.deepEqual(said, ['begin', 'begin', 'end', 'end'], stderr);
});

test('a file with a Pipeline and its Tasks alone is run with the params and workspaces of the command line', async () => {
  const manifest = `
apiVersion: tekton.dev/v1
kind: Task
metadata: { name: show }
spec:
  params: [{ name: list, type: array }, { name: map, type: object, properties: { k: {} } }]
  workspaces: [{ name: dir }]
  steps:
    - name: main
      image: localhost/toolbox
      args: ["$(params.list[*])"]
      script: 'echo "$# $(params.map.k)" >$(workspaces.dir.path)/x; cat $(workspaces.dir.path)/x'
---
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: { name: shower }
spec:
  params: [{ name: list, type: array }, { name: map, type: object, properties: { k: {} } }]
  workspaces: [{ name: dir }]
  tasks:
    - name: show
      taskRef: { name: show }
      params:
        - { name: list, value: ["$(params.list[*])"] }
        - { name: map, value: "$(params.map[*])" }
      workspaces: [{ name: dir, workspace: dir }]
`;
  const { code, stdout, stderr } = await home.run(
    manifest,
    '-p',
    'list=a,b,c',
    '-p',
    'map={"k":"v"}',
    '-w',
    'dir=emptyDir',
    '--no-sign',
  );
  assert.equal(code, 0, stderr);
  assert.equal(stdout, '[show : main] 3 v\n');
  assert.match(stderr, /^PipelineRun shower-\w{5} started\n/);
});

describe('time', () => {
  test('a PipelineRun out of time stops its tasks and exits 124', async () => {
    const { code, object } = await home.runToJson(
      pipelineRun(
        'slow',
        `
    tasks:${task('sleeper', 'trap "exit 0" TERM; sleep 30 & wait')}${task('later', 'echo ran', 'runAfter: [sleeper]')}`,
      ),
      '--timeout',
      '1s',
    );
    assert.equal(code, 124);
    assert.equal(condition(object).reason, 'PipelineRunTimeout');
    assert.match(condition(object).message!, /PipelineRun "slow" failed to finish within "1s"/);
  });

  test('a TaskRun out of time exits 124, too', async () => {
    const { code, stderr } = await home.run(
      `
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: { name: slow }
spec:
  timeout: 500ms
  taskSpec:
    steps: [{ name: main, image: localhost/toolbox, script: "trap 'exit 0' TERM; sleep 30 & wait" }]
`,
      '--no-sign',
    );
    assert.equal(code, 124);
    assert.match(stderr, /✖ TaskRun slow TaskRunTimeout: TaskRun "slow" failed to finish within "500ms"/);
  });
});

test('a finished run of the same name makes room for the next', async () => {
  const manifest = pipelineRun('again', `\n    tasks:${task('one', 'echo ran')}`);
  const uids = [];
  for (const _ of [1, 2]) {
    const { code, object, stderr } = await home.runToJson(manifest);
    assert.equal(code, 0, stderr);
    uids.push(object.metadata.uid);
  }
  assert.notEqual(uids[0], uids[1]);
});

test('-o name and --progress json are for programs', async () => {
  const { code, stdout, stderr } = await home.run(
    pipelineRun('machine', `\n    tasks:${task('one', "printf 'no newline\\033[2Jat the end'")}`),
    '--no-sign',
    '-o',
    'name',
    '--progress',
    'json',
  );
  assert.equal(code, 0, stderr);
  assert.equal(stdout, 'pipelinerun.tekton.dev/machine\n');
  const events = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    events.map(({ type }) => type),
    ['run-started', 'step-started', 'log', 'task-ended', 'run-ended'],
  );
  assert.deepEqual(events.at(-1).name, 'machine');
});
