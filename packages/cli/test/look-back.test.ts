import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { FactoryHome } from './testing/factory-home.ts';

/** What the observer adds to a run's provenance. */
// biome-ignore lint/suspicious/noExplicitAny: any JSON
function runRecord(run: { metadata: { annotations: Record<string, string> } }): any {
  const [, payload = ''] =
    Object.entries(run.metadata.annotations).find(([key]) => key.startsWith('chains.tekton.dev/payload-')) ??
    [];
  const statement = JSON.parse(Buffer.from(payload, 'base64').toString());
  const found = statement.predicate.runDetails.byproducts.find(({ name }: { name: string }) =>
    name.endsWith('/run-record/v1'),
  );
  return JSON.parse(Buffer.from(found.content, 'base64').toString());
}

describe('what a run has left', () => {
  let home: FactoryHome;
  before(async () => {
    home = await FactoryHome.create();
    const created = await home.run(
      `
apiVersion: v1
kind: ConfigMap
metadata: { name: switch }
data: { answer: "no" }
---
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: { name: build }
spec:
  pipelineSpec:
    tasks:
      - name: make
        taskSpec:
          results: [{ name: version }]
          steps:
            - { name: one, image: localhost/toolbox, script: 'echo made; printf 1.0 >$(results.version.path)' }
            - { name: two, image: localhost/toolbox, script: 'echo warned >&2' }
      - name: check
        params: [{ name: v, value: $(tasks.make.results.version) }]
        workspaces: [{ name: w, workspace: settings }]
        taskSpec:
          params: [{ name: v }]
          workspaces: [{ name: w }]
          steps:
            - name: main
              image: localhost/toolbox
              script: 'echo checks $(params.v); test "$(cat $(workspaces.w.path)/answer)" = yes'
      - name: after
        runAfter: [check]
        taskSpec: { steps: [{ name: main, image: localhost/toolbox, script: 'true' }] }
    finally:
      - name: report
        taskSpec: { steps: [{ name: main, image: localhost/toolbox, script: 'echo reports' }] }
      - name: praise
        when: [{ input: $(tasks.status), operator: in, values: [Succeeded] }]
        taskSpec: { steps: [{ name: main, image: localhost/toolbox, script: 'true' }] }
    workspaces: [{ name: settings }]
  workspaces: [{ name: settings, configMap: { name: switch } }]
`,
      '--no-sign',
    );
    assert.equal(created.code, 1, created.stderr);
  });
  after(() => home.remove());

  it('assay logs prints it by task and step, and as data', async () => {
    const all = await home.assay(['logs', 'build']);
    assert.equal(all.code, 0, all.stderr);
    assert.deepEqual(all.stdout.split('\n').filter(Boolean).sort(), [
      '[check : main] checks 1.0',
      '[make : one] made',
      '[make : two] warned',
      '[report : main] reports',
    ]);
    const one = await home.assay(['logs', '--last', '--task', 'make', '--step', 'two', '-o', 'json']);
    const { time, ...line } = JSON.parse(one.stdout);
    assert.ok(Date.parse(time));
    assert.deepEqual(line, {
      ...{ task: 'make', step: 'two', container: 'step-two', stream: 'stdout', text: 'warned' },
    });
    const none = await home.assay(['logs', 'other']);
    assert.equal(none.code, 5);
    assert.match(none.stderr, /there is no PipelineRun or TaskRun other(.|\n)*the last ones there: build/);
  });

  it('assay describe draws it as a tree: states, reasons, results, and why something was skipped', async () => {
    const { stdout } = await home.assay(['describe', 'build']);
    const told = stdout.replace(/started .*/, 'started').replaceAll(/(< )?\d+(\.\d)? s\b/g, 'TIME');
    assert.equal(
      told,
      `✖ PipelineRun default/build Failed TIME
  Tasks Completed: 3 (Failed: 1, Cancelled 0), Skipped: 2
  started
├ ✔ make TIME
│   version = 1.0
│ ├ ✔ one TIME
│ └ ✔ two TIME
├ ✖ check StepFailed TIME
│   "step-main" exited with code 1: Error
│ └ ✖ main exit code 1 Error TIME
├ - after PipelineRun was stopping
├ ✔ report (finally) TIME
│ └ ✔ main TIME
└ - praise (finally) When Expressions evaluated to false
    when "Failed" in ["Succeeded"]
`,
    );
    const data = JSON.parse((await home.assay(['describe', 'build', '-o', 'json'])).stdout);
    assert.deepEqual(
      data.tasks.map(({ name, state }: { name: string; state: string }) => `${name} ${state}`),
      ['make succeeded', 'check failed', 'after skipped', 'report succeeded', 'praise skipped'],
    );
  });

  it('assay rerun --from-failed takes over what did well, and provenance says from where', async () => {
    const yes = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: switch }\ndata: { answer: "yes" }\n';
    const changed = await home.run(
      `${yes}---
apiVersion: tekton.dev/v1
kind: Task
metadata: { name: nothing }
spec: { steps: [{ name: main, image: localhost/toolbox, script: 'true' }] }
`,
      '--no-sign',
    );
    assert.equal(changed.code, 0, changed.stderr);
    const rerun = await home.assay(['rerun', 'pr/build', '--from-failed', '-o', 'json']);
    assert.equal(rerun.code, 0, rerun.stderr);
    const run = JSON.parse(rerun.stdout);
    assert.match(run.metadata.name, /^build-/);
    assert.equal(run.status.childReferences[0].name, 'build-make');
    assert.doesNotMatch(rerun.stderr, /\] made/);
    assert.match(rerun.stderr, /\[check : main\] checks 1\.0/);
    const record = runRecord(run);
    const maker = record.children.find(({ name }: { name: string }) => name === 'build-make');
    assert.deepEqual([maker.reusedFrom.kind, maker.reusedFrom.name], ['PipelineRun', 'build']);
    assert.equal(record.children.filter((child: object) => 'reusedFrom' in child).length, 1);
    const { stdout } = await home.assay(['describe', run.metadata.name]);
    assert.match(stdout, /repeats build\n/);
    assert.match(stdout, /✔ make.* reused from an earlier run\n/);
    const again = await home.assay(['rerun', run.metadata.name, '--from-failed']);
    assert.equal(again.code, 2);
    assert.match(again.stderr, /nothing of PipelineRun default\/build-.* has failed/);
  });

  it('a cache goes from run to run, provenance says so, and prune takes it away', async () => {
    const cached = `
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: { generateName: cached-, annotations: { assay.dev/cache: kept=words } }
spec:
  workspaces: [{ name: kept, emptyDir: {} }]
  taskSpec:
    workspaces: [{ name: kept }]
    steps: [{ name: main, image: localhost/toolbox, script: 'cd $(workspaces.kept.path); ls; touch word' }]
`;
    const first = await home.run(cached, '-o', 'json');
    const second = await home.run(cached, '-o', 'json');
    assert.doesNotMatch(first.stderr, /\] word/);
    assert.match(second.stderr, /\[main\] word/);
    const [maker, user] = [first, second].map(({ stdout }) => JSON.parse(stdout));
    const { name, uid } = maker.metadata;
    assert.deepEqual(runRecord(user).caches, [
      { from: { taskRun: name, uid }, key: 'words', workspace: 'kept' },
    ]);
    const dry = await home.assay(['prune', '--caches', '--dry-run']);
    assert.match(dry.stdout, /cache words of default\/default used 2/);
    assert.equal((await home.assay(['prune', '--caches', '--older-than', '1h', '--yes'])).stdout, '');
    assert.equal((await home.assay(['prune', '--caches', '--yes'])).code, 0);
    assert.doesNotMatch((await home.run(cached, '--no-sign')).stdout, /word/);
  });
});

describe('a factory that runs one TaskRun at a time', () => {
  let home: FactoryHome;
  before(async () => {
    home = await FactoryHome.create();
  });
  after(async () => {
    await home.assay(['down']);
    home.remove();
  });

  const taskRun = (name: string, script: string) => `
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: { name: ${name} }
spec: { taskSpec: { steps: [{ name: main, image: localhost/toolbox, script: '${script}' }] } }
`;

  it('tells who waits, follows logs of who runs, and goes on after its end', async () => {
    const limit = { ASSAY_MAX_TASKRUNS: '1' };
    const wrong = await home.assay(['up'], '', { ASSAY_MAX_TASKRUNS: 'none' });
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /ASSAY_MAX_TASKRUNS=none is not a number of TaskRuns/);
    const up = await home.assay(['up'], '', limit);
    assert.equal(up.code, 0, up.stderr);
    const holder = home.startRun(taskRun('holds', 'echo begun; sleep 30'), '--no-sign');
    await holder.says('begun');
    const waiter = home.startRun(taskRun('waits', 'echo mine'), '--no-sign');
    await waiter.says('waits for a slot (all 1 are taken)');
    const { stdout } = await home.assay(['describe', 'waits']);
    assert.match(stdout, /^· TaskRun default\/waits waits for a slot.*\(all 1 are taken\)\n/);
    const data = JSON.parse((await home.assay(['describe', 'waits', '-o', 'json'])).stdout);
    assert.deepEqual(
      [data.state, data.waitingForSlot, data.reason],
      ['waiting', 'all 1 are taken', 'Pending'],
    );
    const follower = home.start(['logs', 'waits', '-f']);
    holder.signal('SIGINT');
    assert.equal((await holder.outcome).code, 130);
    assert.equal((await waiter.outcome).code, 0);
    assert.equal((await follower.outcome).stdout, '[main] mine\n');
  });
});
