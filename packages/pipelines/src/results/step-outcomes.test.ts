import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { noContainers, TaskRunBench, verdict } from '../taskrun/testing/task-run-bench.ts';
import { fitsTerminationMessage } from './termination-message.ts';

test('the message has room for 4096 bytes, as Go writes them', () => {
  // [{"key":"a","value":"...","type":1}]
  const room = 4096 - '[{"key":"a","value":"","type":1}]'.length;
  const fits = (...values: string[]) =>
    fitsTerminationMessage(values.map((value) => ({ key: 'a', value, type: 1 })));
  assert.equal(fits('x'.repeat(room)), true);
  assert.equal(fits('x'.repeat(room + 1)), false);
  assert.equal(fits('<'.repeat(room)), false, 'six bytes for one');
  assert.equal(fits('x'.repeat(2000), 'x'.repeat(2100)), false, 'results share it');
});

describe('results', { skip: noContainers }, () => {
  const large = (bytes: number) => ({
    taskSpec: {
      results: [{ name: 'small' }, { name: 'large' }],
      steps: [
        { name: 'a', image: 'host', script: 'echo -n kept >$(results.small.path)' },
        { name: 'b', image: 'host', script: `head -c ${bytes} /dev/zero >$(results.large.path)` },
        { name: 'c', image: 'host', script: 'true' },
      ],
    },
  });
  let free: TaskRunBench;
  let limited: TaskRunBench;
  before(async () => {
    free = await TaskRunBench.start();
    limited = await TaskRunBench.start({ resultsLimit: 'tekton' });
  });
  after(async () => {
    await free.stop();
    await limited.stop();
  });

  test('may have a megabyte', async () => {
    const ended = await free.run('large', large(1_000_000));
    assert.match(verdict(ended), /^True/);
    assert.equal(ended.status?.results?.[1]?.value.length, 1_000_000);
  });

  test('fail their step above the limit of a cluster, where that is asked for', async () => {
    const ended = await limited.run('limited', large(4000));
    assert.equal(verdict(ended), 'False StepFailed: "step-b" exited with code 1: Error');
    assert.match(await limited.log(ended, 'step-b'), /Termination message is above max allowed size 4096/);
    assert.deepEqual(ended.status?.results, [{ name: 'small', type: 'string', value: 'kept' }]);
    assert.equal(ended.status?.steps?.[2]?.terminationReason, 'Skipped');
    assert.match(verdict(await limited.run('fits', large(500))), /^True/);
  });
});
