import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { FactoryHome } from './testing/factory-home.ts';
import { assertNothingRemains, sandboxOwners } from './testing/remains.ts';

let home: FactoryHome;

before(async () => {
  home = await FactoryHome.create();
});
after(() => home.remove());

const pipelineRun = (script: string, cleanup: string) => `
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: { generateName: interrupted- }
spec:
  pipelineSpec:
    tasks:
      - name: work
        taskSpec: { steps: [{ name: main, image: localhost/toolbox, script: ${JSON.stringify(script)} }] }
      - name: later
        runAfter: [work]
        taskSpec: { steps: [{ name: main, image: localhost/toolbox, script: echo later }] }
    finally:
      - name: clean-up
        taskSpec: { steps: [{ name: main, image: localhost/toolbox, script: ${JSON.stringify(cleanup)} }] }
`;
const gentle = 'trap "echo stopping; exit 0" TERM\necho begun; sleep 30 & wait';

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} cancels: the step is stopped, finally tasks run, and the command exits 130`, async () => {
    const running = home.startRun(pipelineRun(gentle, 'echo cleaned up'), '--no-sign');
    await running.says('begun');
    const owners = sandboxOwners(home.root);
    running.signal(signal);
    const { code, stdout, stderr } = await running.outcome;
    assert.equal(code, 130, stderr);
    assert.match(stderr, /cancelling; once more to kill/);
    assert.equal(stdout, '[work : main] begun\n[work : main] stopping\n[clean-up : main] cleaned up\n');
    assert.match(stderr, /✖ work TaskRunCancelled/);
    assert.match(stderr, /- later skipped: PipelineRun was /);
    assert.match(stderr, /✖ PipelineRun interrupted-\w+ Cancelled/);
    await assertNothingRemains(home.root, owners);
  });
}

test('a second signal does not wait for the grace period', async () => {
  const running = home.startRun(
    pipelineRun('trap "" TERM; echo begun; while true; do sleep 1; done', 'echo cleaned'),
  );
  await running.says('begun');
  const owners = sandboxOwners(home.root);
  running.signal('SIGINT');
  await running.says('cancelling');
  const signalled = Date.now();
  running.signal('SIGINT');
  const { code, stdout, stderr } = await running.outcome;
  assert.equal(code, 130, stderr);
  assert.ok(Date.now() - signalled < 4000, `took ${Date.now() - signalled} ms`);
  assert.match(stderr, /killing/);
  assert.doesNotMatch(stderr, /✖ PipelineRun/, 'a run whose end nobody waited for has no end to tell');
  assert.equal(stdout, '[work : main] begun\n');
  assert.doesNotMatch(stderr, /^\s+at |node:internal/m);
  await assertNothingRemains(home.root, owners);
});

test('a command that ends first lets the run of one that came later end, too', async () => {
  const taskRun = (name: string, script: string) => `
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: { name: ${name} }
spec: { taskSpec: { steps: [{ name: main, image: localhost/toolbox, script: ${JSON.stringify(script)} }] } }
`;
  const first = home.startRun(taskRun('first', 'echo begun; sleep 1.2'));
  await first.says('begun');
  const second = home.startRun(taskRun('second', 'echo begun; sleep 2; echo done'));
  await second.says('begun');
  const owners = sandboxOwners(home.root);
  const ended = await Promise.all([first.outcome, second.outcome]);
  assert.deepEqual(
    ended.map(({ code }) => code),
    [0, 0],
    JSON.stringify(ended),
  );
  assert.match(ended[0].stderr, /waiting for 1 more that other commands started/);
  assert.match(ended[1].stdout, /done/);
  assert.match(ended[1].stderr, /provenance signed/);
  await assertNothingRemains(home.root, owners);
});
