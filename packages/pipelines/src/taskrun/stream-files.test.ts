import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Step } from '@assay/tekton';
import { noContainers, TaskRunBench, verdict } from './testing/task-run-bench.ts';

describe("copies of a step's streams", { skip: noContainers }, () => {
  let bench: TaskRunBench;
  before(async () => {
    bench = await TaskRunBench.start();
  });
  after(() => bench.stop());

  const talk = 'echo out; echo err >&2';
  const run = (name: string, steps: Step[]) =>
    bench.run(name, {
      workspaces: [{ name: 'w', emptyDir: {} }],
      taskSpec: {
        workspaces: [{ name: 'w' }],
        results: [{ name: 'said' }],
        steps: steps.map((step, index) => ({ name: `s${index}`, image: 'host', ...step })),
      },
    });

  test('are in a workspace, each in its file, and in the log', async () => {
    const ended = await run('apart', [
      {
        script: talk,
        stdoutConfig: { path: '/workspace/w/deep/out' },
        stderrConfig: { path: '/workspace/w/err' },
      },
      { script: 'cat /workspace/w/deep/out; cat /workspace/w/err' },
    ]);
    assert.match(verdict(ended), /^True/);
    assert.equal(await bench.log(ended, 'step-s1'), 'out\nerr\n');
    assert.deepEqual((await bench.log(ended, 'step-s0')).split('\n').sort(), ['', 'err', 'out']);
  });

  test('may share a file, which is appended to', async () => {
    const config = { stdoutConfig: { path: '/workspace/both' }, stderrConfig: { path: '/workspace/both' } };
    const ended = await run('shared', [
      { script: talk, ...config },
      { script: 'echo again', ...config },
      { script: 'cat /workspace/both' },
    ]);
    const lines = (await bench.log(ended, 'step-s2')).trim().split('\n');
    assert.deepEqual([lines.slice(0, 2).sort(), lines[2]], [['err', 'out'], 'again']);
  });

  test('may be a result', async () => {
    const ended = await run('result', [
      { script: 'echo -n value', stdoutConfig: { path: '/tekton/results/said' } },
    ]);
    assert.deepEqual(ended.status?.results, [{ name: 'said', type: 'string', value: 'value' }]);
  });

  test('never go through a link that a step has put there', async () => {
    const ended = await run('link', [
      { script: 'ln -s /etc/passwd /workspace/out' },
      { script: talk, stdoutConfig: { path: '/workspace/out' } },
    ]);
    assert.match(verdict(ended), /^False StepFailed: "step-s1" exited with code 1: Error/);
    assert.match(await bench.log(ended, 'step-s1'), /error opening \/workspace\/out: it is a symbolic link/);
  });

  test('are refused in what is read-only', async () => {
    const ended = await run('frozen', [{ script: talk, stdoutConfig: { path: '/tekton/bin/x' } }]);
    assert.match(await bench.log(ended, 'step-s0'), /read-only file system/);
  });
});
