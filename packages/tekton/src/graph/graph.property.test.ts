import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PipelineTask } from '../types/pipeline.ts';
import { planRun } from './plan.ts';
import type { RunState, TaskState } from './run-state.ts';
import { buildTaskGraph, schedulable } from './task-graph.ts';

const largest = 9;

/** A Pipeline without a cycle: each task waits for some of those before it. */
const pipelines = fc
  .array(
    fc.record({
      parents: fc.uniqueArray(fc.nat({ max: largest - 1 })),
      allowed: fc.boolean(),
      when: fc.boolean(),
      continues: fc.boolean(),
      fails: fc.boolean(),
    }),
    { minLength: 1, maxLength: largest },
  )
  .map((drawn) =>
    drawn.map(({ parents, allowed, when, continues, fails }, index) => {
      const runAfter = parents.filter((parent) => parent < index).map((parent) => `t${parent}`);
      const task: PipelineTask = {
        name: `t${index}`,
        ...(runAfter.length > 0 && { runAfter }),
        ...(when && { when: [{ input: 'a', operator: 'in', values: [allowed ? 'a' : 'b'] }] }),
        ...(continues && { onError: 'continue' as const }),
      };
      return { task, fails };
    }),
  );

type Drawn = typeof pipelines extends fc.Arbitrary<infer T> ? T : never;

const running: TaskState = { status: 'Running', reason: 'Running', results: [] };
const ended = (fails: boolean): TaskState => ({
  ...{ status: fails ? 'Failed' : 'Succeeded', reason: fails ? 'StepFailed' : 'Succeeded' },
  results: [],
});

/** What happened, in order. */
interface Story {
  events: { kind: 'start' | 'end'; name: string; fails?: boolean }[];
  state: RunState;
}

/** Plays a run to its end; `pick` chooses which of the running tasks ends next. */
function play(drawn: Drawn, finals: readonly string[], pick: (count: number) => number): Story {
  const tasks = new Map<string, TaskState>();
  const spec = { tasks: drawn.map(({ task }) => task), finally: finals.map((name) => ({ name })) };
  const state: RunState = { name: 'run', spec, tasks };
  const fails = new Map(drawn.map(({ task, fails: one }) => [task.name, one]));
  const events: Story['events'] = [];
  for (;;) {
    const plan = planRun(state);
    assert.deepEqual(
      planRun(state).start.map(({ name }) => name),
      plan.start.map(({ name }) => name),
      'asking twice gives the same',
    );
    if (plan.startFinally.length > 0) assert.ok(plan.tasksDone, 'finally comes last');
    for (const { name } of [...plan.start, ...plan.startFinally]) {
      assert.ok(!tasks.has(name), `${name} starts once`);
      tasks.set(name, running);
      events.push({ kind: 'start', name });
    }
    const open = [...tasks].filter(([, { status }]) => status === 'Running').map(([name]) => name);
    if (open.length === 0) {
      assert.ok(plan.finallyDone, 'a run without anything to do has ended');
      return { events, state };
    }
    const name = open[pick(open.length)]!;
    const failed = fails.get(name) ?? false;
    tasks.set(name, ended(failed));
    events.push({ kind: 'end', name, fails: failed });
  }
}

const stories = fc
  .tuple(pipelines, fc.nat({ max: 2 }), fc.infiniteStream(fc.nat()))
  .map(([drawn, count, choices]) => {
    const finals = Array.from({ length: count }, (_, index) => `f${index}`);
    const story = play(drawn, finals, (open) => choices.next().value! % open);
    return { drawn, finals, ...story };
  });

test('every task runs once or is skipped once, and the finally tasks always run', () => {
  fc.assert(
    fc.property(stories, ({ drawn, finals, state }) => {
      const skipped = planRun(state).skipped.map(({ name }) => name);
      assert.equal(new Set(skipped).size, skipped.length);
      for (const { task } of drawn)
        assert.notEqual(state.tasks.has(task.name), skipped.includes(task.name), task.name);
      for (const name of finals) assert.ok(state.tasks.has(name));
    }),
  );
});

test('a task starts after all that it waits for have ended or are skipped', () => {
  fc.assert(
    fc.property(stories, ({ drawn, events, state }) => {
      const at = (kind: string, name: string) =>
        events.findIndex((event) => event.kind === kind && event.name === name);
      for (const { task } of drawn) {
        const start = at('start', task.name);
        if (start < 0) continue;
        for (const parent of task.runAfter ?? []) {
          if (state.tasks.has(parent)) assert.ok(at('end', parent) < start, `${task.name} after ${parent}`);
        }
      }
    }),
  );
});

test('once a task has failed that may not, no other task of the graph starts', () => {
  fc.assert(
    fc.property(stories, ({ drawn, finals, events }) => {
      const continues = new Set(drawn.filter(({ task }) => task.onError).map(({ task }) => task.name));
      const failure = events.findIndex(
        ({ kind, name, fails }) => kind === 'end' && fails && !continues.has(name),
      );
      if (failure < 0) return;
      const later = events
        .slice(failure)
        .filter(({ kind, name }) => kind === 'start' && !finals.includes(name));
      assert.deepEqual(later, []);
    }),
  );
});

test('the order in which tasks are written decides nothing about who waits for whom', () => {
  fc.assert(
    fc.property(pipelines, fc.array(fc.nat()), (drawn, keys) => {
      const tasks = drawn.map(({ task }) => task);
      const shuffled = tasks
        .map((task, index) => ({ task, key: keys[index] ?? 0 }))
        .sort((a, b) => a.key - b.key)
        .map(({ task }) => task);
      const [one, other] = [buildTaskGraph(tasks), buildTaskGraph(shuffled)];
      for (const { name } of tasks) assert.deepEqual(other.parents.get(name), one.parents.get(name));
      assert.deepEqual(schedulable(other, new Set()).sort(), schedulable(one, new Set()).sort());
    }),
  );
});

test('an edge back along a path is a cycle, whatever else there is', () => {
  fc.assert(
    fc.property(pipelines, fc.nat(), (drawn, choice) => {
      const tasks = drawn.map(({ task }) => task);
      const waiting = tasks.filter(({ runAfter }) => runAfter !== undefined);
      const child = waiting[choice % Math.max(1, waiting.length)];
      const closed = tasks.map((task) => {
        const back = child ? child.runAfter![0] : tasks[0]!.name;
        const to = child?.name ?? tasks[0]!.name;
        return task.name === back ? { ...task, runAfter: [...(task.runAfter ?? []), to] } : task;
      });
      assert.throws(() => buildTaskGraph(closed), { code: 'InvalidGraph', message: /cycle detected/ });
    }),
  );
});
