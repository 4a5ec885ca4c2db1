import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isDone, type TaskRun, type TaskRunSpec } from '@assay/tekton';
import { pausedStepAnnotation } from './breakpoints.ts';
import { noContainers, TaskRunBench, verdict } from './testing/task-run-bench.ts';

describe('a breakpoint', { skip: noContainers }, () => {
  let bench: TaskRunBench;
  before(async () => {
    bench = await TaskRunBench.start();
  });
  after(() => bench.stop());

  const failing = (script = 'echo left >/tmp/left; exit 3'): TaskRunSpec => ({
    debug: { breakpoints: { onFailure: 'enabled' } },
    taskSpec: {
      steps: [
        { name: 'bad', image: 'host', script },
        { name: 'next', image: 'host', script: 'echo went on' },
      ],
    },
  });
  const paused = (name: string) =>
    bench.until(name, ({ metadata }) => metadata.annotations?.[pausedStepAnnotation] !== undefined);
  const inside = async (taskRun: TaskRun, container: string, command: string) => {
    let output = '';
    const key = { namespace: 'default', name: taskRun.metadata.name! };
    const running = await bench.controller.exec(key, container, {
      args: ['sh', '-c', command],
      onOutput: (chunk) => {
        output += Buffer.from(chunk).toString();
      },
    });
    return { code: await running.exit, output };
  };

  test('keeps a failed step as it is until it is told to go on', async () => {
    await bench.create('continue', failing());
    const stopped = await paused('continue');
    assert.equal(stopped.metadata.annotations?.[pausedStepAnnotation], 'step-bad');
    assert.ok(stopped.status?.steps?.[0]?.running);
    assert.deepEqual(await inside(stopped, 'step-bad', 'cat /tmp/left'), { code: 0, output: 'left\n' });
    assert.equal((await inside(stopped, 'step-bad', '/tekton/debug/scripts/debug-continue')).code, 0);
    const ended = await bench.until('continue', isDone);
    assert.match(verdict(ended), /^True Succeeded/);
    assert.match(await bench.log(ended, 'step-bad'), /debug onFailure breakpoint has taken effect/);
    assert.equal(await bench.log(ended, 'step-next'), 'went on\n');
    assert.equal(ended.metadata.annotations?.[pausedStepAnnotation], undefined);
  });

  test('lets a failed step fail with its own code', async () => {
    await bench.create('fail', failing());
    const stopped = await paused('fail');
    await inside(stopped, 'step-bad', '/tekton/debug/scripts/debug-fail-continue');
    const ended = await bench.until('fail', isDone);
    assert.equal(verdict(ended), 'False StepFailed: "step-bad" exited with code 3: Error');
    assert.equal(ended.status?.steps?.[1]?.terminationReason, 'Skipped');
  });

  test('is not met by a run that does well', async () => {
    assert.match(verdict(await bench.run('well', failing('true'))), /^True/);
  });

  test('before a step holds it back, and may have it fail', async () => {
    const spec: TaskRunSpec = {
      debug: { breakpoints: { beforeSteps: ['bad'] } },
      taskSpec: { steps: [{ name: 'bad', image: 'host', script: 'echo ran' }] },
    };
    await bench.create('before', spec);
    const stopped = await paused('before');
    const key = { namespace: 'default', name: 'before' };
    assert.deepEqual(bench.controller.paused(key), { container: 'step-bad', at: 'beforeStep' });
    await inside(stopped, 'step-bad', '/tekton/debug/scripts/debug-beforestep-continue');
    const ended = await bench.until('before', isDone);
    assert.match(verdict(ended), /^True/);
    assert.match(await bench.log(ended, 'step-bad'), /debug before step breakpoint.*\nran\n$/s);

    await bench.create('held', spec);
    await paused('held');
    bench.controller.release({ namespace: 'default', name: 'held' }, 'fail');
    assert.match(
      verdict(await bench.until('held', isDone)),
      /^False StepFailed: "step-bad" exited with code 1/,
    );
  });

  test('does not hold a run that is cancelled', async () => {
    await bench.create('cancel', failing());
    await paused('cancel');
    const { TaskRuns } = await import('@assay/tekton');
    await bench.user.patch(TaskRuns, 'default', 'cancel', { spec: { status: 'TaskRunCancelled' } });
    assert.match(verdict(await bench.until('cancel', isDone)), /^False TaskRunCancelled/);
  });
});
