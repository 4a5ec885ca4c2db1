import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { isDone, labels, succeededCondition, type TaskRun, TaskRuns } from '@assay/tekton';
import { SlotQueue } from '../scheduling/slot-queue.ts';
import { parallelTasksAnnotation, waitingForSlot } from '../scheduling/slots.ts';
import { noContainers, TaskRunBench, verdict } from './testing/task-run-bench.ts';

const sleeps = (seconds: number) => ({
  taskSpec: { steps: [{ name: 's', image: 'host', script: `sleep ${seconds}` }] },
});
const waits = (taskRun: TaskRun) => waitingForSlot(taskRun) !== undefined;
const runs = (taskRun: TaskRun) => taskRun.status?.steps?.[0]?.running !== undefined;

describe('a TaskRun without a slot', { skip: noContainers }, () => {
  let bench: TaskRunBench;
  const slots = new SlotQueue(1);
  before(async () => {
    bench = await TaskRunBench.start({ slots });
  });
  after(() => bench.stop());

  it('says so, waits for the one before it, and is not late by its own timeout', async () => {
    await bench.create('first', sleeps(2));
    await bench.until('first', runs);
    await bench.create('second', { ...sleeps(0), timeout: '1500ms' });
    const waiting = await bench.until('second', waits);
    assert.equal(
      verdict(waiting),
      'Unknown Pending: pod status "PodScheduled":"False"; message: "waiting for a slot: all 1 are taken"',
    );
    assert.ok(waiting.status?.startTime, 'its spec is settled');
    const ended = await bench.until('second', isDone);
    const first = await bench.until('first', isDone);
    assert.match(verdict(ended), /^True Succeeded/);
    assert.ok(ended.status!.startTime! >= first.status!.completionTime!);
    while (slots.taken > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  });

  it('is cancelled, or deleted, where it stands', async () => {
    await bench.create('holds', sleeps(20));
    await bench.until('holds', runs);
    await bench.create('cancelled', sleeps(0));
    await bench.create('deleted', sleeps(0));
    await bench.until('cancelled', waits);
    await bench.until('deleted', waits);
    await bench.user.patch(TaskRuns, 'default', 'cancelled', { spec: { status: 'TaskRunCancelled' } });
    const ended = await bench.until('cancelled', isDone);
    assert.match(
      verdict(ended),
      /^False TaskRunCancelled: TaskRun "cancelled" was cancelled\. \nPrevious status: \[Pending\] pod status .*waiting for a slot/,
    );
    assert.ok(ended.status?.completionTime);
    await bench.user.delete(TaskRuns, 'default', 'deleted');
    while (slots.waiting > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await bench.user.patch(TaskRuns, 'default', 'holds', { spec: { status: 'TaskRunCancelled' } });
    await bench.until('holds', isDone);
    assert.match(verdict(await bench.run('after', sleeps(0))), /^True/);
    assert.deepEqual(bench.errors, []);
  });

  it('is taken up where an earlier runner left it', async () => {
    const { apiVersion, kind, metadata, spec } = await bench.create('left', {
      ...sleeps(0),
      status: 'TaskRunPending',
    });
    const held = await bench.until('left', (taskRun) => succeededCondition(taskRun) !== undefined);
    const [condition] = held.status!.conditions!;
    const message = 'pod status "PodScheduled":"False"; message: "waiting for a slot: all 1 are taken"';
    const status = {
      startTime: '2026-01-01T00:00:00Z',
      conditions: [{ ...condition!, reason: 'Pending', message }],
    };
    const { resourceVersion: _, ...named } = metadata;
    await bench.runner.updateStatus(TaskRuns, { apiVersion, kind, metadata: named, spec, status } as TaskRun);
    await bench.user.patch(TaskRuns, 'default', 'left', { spec: { status: null as unknown as string } });
    const ended = await bench.until('left', isDone);
    assert.match(verdict(ended), /^True Succeeded/);
    assert.notEqual(ended.status?.startTime, status.startTime);
  });

  it('may be one of a run that wants few at once', async () => {
    const wide = await TaskRunBench.start({ slots: new SlotQueue(8) });
    try {
      const of = {
        labels: { [labels.pipelineRunUID]: 'u' },
        annotations: { [parallelTasksAnnotation]: '1' },
      };
      await wide.create('one', sleeps(1), { ...of });
      await wide.until('one', runs);
      await wide.create('two', sleeps(0), { ...of });
      const waiting = await wide.until('two', waits);
      assert.equal(waitingForSlot(waiting), 'this run may have 1 at once');
      assert.match(verdict(await wide.run('other', sleeps(0))), /^True/);
      assert.match(verdict(await wide.until('two', isDone)), /^True/);
    } finally {
      await wide.stop();
    }
  });
});
