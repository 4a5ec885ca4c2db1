import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TektonError } from '../error.ts';
import type { PipelineSpec, PipelineTask } from '../types/pipeline.ts';
import { pipelineRunOutcome } from './outcome.ts';
import { planRun } from './plan.ts';
import type { RunState, TaskState } from './run-state.ts';
import { combineTaskStates, taskStateOf } from './run-state.ts';
import { buildTaskGraph, dependencies, schedulable } from './task-graph.ts';
import { whenAllows } from './when.ts';

const ok = (results: Record<string, string | string[]> = {}): TaskState => ({
  status: 'Succeeded',
  reason: 'Succeeded',
  results: Object.entries(results).map(([name, value]) => ({ name, value })),
});
const failed: TaskState = { status: 'Failed', reason: 'StepFailed', results: [] };
const running: TaskState = { status: 'Running', reason: 'Running', results: [] };
const never = [{ input: 'a', operator: 'in', values: ['b'] }];

function state(
  spec: PipelineSpec,
  tasks: Record<string, TaskState> = {},
  more: Partial<RunState> = {},
): RunState {
  return { name: 'run', spec, tasks: new Map(Object.entries(tasks)), ...more };
}
const starts = (run: RunState) => planRun(run).start.map(({ name }) => name);
const skips = (run: RunState) =>
  Object.fromEntries(planRun(run).skipped.map(({ name, reason }) => [name, reason]));

const chain: PipelineTask[] = [{ name: 'a' }, { name: 'b', runAfter: ['a'] }, { name: 'c', runAfter: ['b'] }];

describe('the graph', () => {
  test('depends on runAfter and on results used in params, when, matrix and steps, and nowhere else', () => {
    const task: PipelineTask = {
      name: 'x',
      runAfter: ['z'],
      params: [{ name: 'p', value: '$(tasks.a.results.r)' }],
      when: [{ input: '$(tasks.b.results.r)', operator: 'in', values: [] }],
      matrix: { params: [{ name: 'm', value: ['$(tasks.c.results.r)'] }] },
      taskRef: { resolver: 'git', params: [{ name: 'rev', value: '$(tasks.d.results.r)' }] },
      taskSpec: {
        description: '$(tasks.f.results.r)',
        steps: [{ script: '$(tasks.e.results.r)', env: [{ name: 'E', value: '$(tasks.g.results.r)' }] }],
      },
      displayName: '$(tasks.h.results.r)',
      workspaces: [{ name: 'w', subPath: '$(tasks.i.results.r)' }],
    };
    assert.deepEqual(dependencies(task), ['a', 'b', 'c', 'e', 'g', 'z']);
  });
  test('a cycle names the first task and what it waits for', () => {
    const tasks = [
      { name: 'b', runAfter: ['a'] },
      { name: 'a', runAfter: ['b'] },
    ];
    assert.throws(
      () => buildTaskGraph(tasks),
      (error) => error instanceof TektonError && error.message === 'cycle detected; task "a" depends on "b"',
    );
  });
  test('a dependency that is not there', () => {
    assert.throws(
      () => buildTaskGraph([{ name: 'a', runAfter: ['b'] }]),
      /task a depends on b but b wasn't present in Pipeline/,
    );
  });
  test('a task twice', () => {
    assert.throws(() => buildTaskGraph([{ name: 'a' }, { name: 'a' }]), /task a is already present in Graph/);
  });
  test('tasks whose parents are done can be scheduled', () => {
    const graph = buildTaskGraph(chain);
    assert.deepEqual(schedulable(graph, new Set()), ['a']);
    assert.deepEqual(schedulable(graph, new Set(['a'])), ['b']);
  });
});

describe('when', () => {
  test('all expressions must hold', () => {
    const yes = { input: 'a', operator: 'in', values: ['a'] };
    assert.equal(whenAllows([yes, { input: 'a', operator: 'notin', values: ['b'] }]), true);
    assert.equal(whenAllows([yes, { input: 'a', operator: 'notin', values: ['a'] }]), false);
    assert.equal(whenAllows(undefined), true);
  });
});

describe('starting', () => {
  test('roots first, then what they free', () => {
    assert.deepEqual(starts(state({ tasks: chain })), ['a']);
    assert.deepEqual(starts(state({ tasks: chain }, { a: running })), []);
    assert.deepEqual(starts(state({ tasks: chain }, { a: ok() })), ['b']);
  });
  test('results are replaced in what starts', () => {
    const tasks: PipelineTask[] = [
      { name: 'a' },
      { name: 'b', params: [{ name: 'p', value: '$(tasks.a.results.r)-$(tasks.a.results.list[1])' }] },
    ];
    const [b] = planRun(state({ tasks }, { a: ok({ r: 'x', list: ['0', '1'] }) })).start;
    assert.deepEqual(b?.params, [{ name: 'p', value: 'x-1' }]);
  });
  test('a failure to be ignored lets its children start', () => {
    const tasks = [
      { name: 'a', onError: 'continue' },
      { name: 'b', runAfter: ['a'] },
    ];
    assert.deepEqual(starts(state({ tasks }, { a: failed })), ['b']);
  });
});

describe('skipping', () => {
  test('when false skips the task alone; tasks that only follow it run', () => {
    const tasks: PipelineTask[] = [
      { name: 'a', when: never },
      { name: 'b', runAfter: ['a'] },
    ];
    const run = state({ tasks });
    assert.deepEqual(starts(run), ['b']);
    assert.deepEqual(planRun(run).skipped, [
      { name: 'a', reason: 'When Expressions evaluated to false', whenExpressions: never },
    ]);
  });
  test('who needs results of a task skipped by when is skipped for missing results, and its children with it', () => {
    const tasks: PipelineTask[] = [
      { name: 'a', when: never },
      { name: 'b', params: [{ name: 'p', value: '$(tasks.a.results.r)' }] },
      { name: 'c', runAfter: ['b'] },
    ];
    assert.deepEqual(skips(state({ tasks })), {
      a: 'When Expressions evaluated to false',
      b: 'Results were missing',
      c: 'Parent Tasks were skipped',
    });
  });
  test('a failure stops what has not started; what runs goes on', () => {
    const tasks = [{ name: 'a' }, { name: 'b' }, { name: 'c', runAfter: ['b'] }];
    const run = state({ tasks }, { a: failed, b: running });
    assert.deepEqual(skips(run), { c: 'PipelineRun was stopping' });
    assert.equal(planRun(run).tasksDone, false);
  });
  test('stopping outranks when', () => {
    const tasks = [{ name: 'a' }, { name: 'b', when: never }];
    assert.deepEqual(skips(state({ tasks }, { a: failed })), { b: 'PipelineRun was stopping' });
  });
  test('graceful cancel and stop', () => {
    assert.equal(
      skips(state({ tasks: chain }, { a: ok() }, { specStatus: 'CancelledRunFinally' })).b,
      'PipelineRun was gracefully cancelled',
    );
    assert.equal(
      skips(state({ tasks: chain }, { a: ok() }, { specStatus: 'StoppedRunFinally' })).b,
      'PipelineRun was gracefully stopped',
    );
  });
  test('the tasks timeout', () => {
    const run = state({ tasks: chain }, { a: ok() }, { timedOut: { tasks: true } });
    assert.deepEqual(skips(run), {
      b: 'PipelineRun Tasks timeout has been reached',
      c: 'Parent Tasks were skipped',
    });
  });
  test('an empty matrix', () => {
    const tasks = [{ name: 'a', matrix: { params: [{ name: 'm', value: [] }] } }];
    assert.deepEqual(skips(state({ tasks })), { a: 'Matrix Parameters have an empty array' });
  });
  test('missing results of a task that goes on after errors', () => {
    const tasks: PipelineTask[] = [
      { name: 'a', onError: 'continue' },
      { name: 'b', onError: 'continue', params: [{ name: 'p', value: '$(tasks.a.results.r)' }] },
    ];
    assert.deepEqual(skips(state({ tasks }, { a: failed })), { b: 'Results were missing' });
  });
});

describe('missing results', () => {
  const tasks: PipelineTask[] = [
    { name: 'a' },
    { name: 'b', params: [{ name: 'p', value: '$(tasks.a.results.r)' }] },
  ];
  test('of a task that succeeded fail the run and let finally run', () => {
    const run = state({ tasks, finally: [{ name: 'f' }] }, { a: ok() });
    const plan = planRun(run);
    assert.deepEqual(plan.start, []);
    assert.deepEqual([...plan.validationFailed.keys()], ['b']);
    assert.deepEqual(
      plan.startFinally.map(({ name }) => name),
      ['f'],
    );
    const done = pipelineRunOutcome(state(run.spec, { a: ok(), f: ok() }));
    assert.equal(done.reason, 'PipelineValidationFailed');
    assert.equal(
      done.message,
      'Tasks Completed: 2 (Failed: 0, Cancelled 0), Skipped: 0, Failed Validation: 1 (task "a" completed successfully but did not emit the result "r", which is referenced by task "b")',
    );
  });
});

describe('finally', () => {
  const spec: PipelineSpec = {
    tasks: [{ name: 'a' }, { name: 'b', when: never }],
    finally: [
      {
        name: 'f',
        params: [
          { name: 'a', value: '$(tasks.a.status)/$(tasks.a.reason)' },
          { name: 'b', value: '$(tasks.b.status)' },
          { name: 'all', value: '$(tasks.status)' },
        ],
      },
      { name: 'g', params: [{ name: 'r', value: '$(tasks.a.results.r)' }] },
    ],
  };
  test('waits for all tasks, then sees their status', () => {
    assert.deepEqual(planRun(state(spec, { a: running })).startFinally, []);
    const [f] = planRun(state(spec, { a: ok({ r: '1' }) })).startFinally;
    assert.deepEqual(
      f?.params?.map(({ value }) => value),
      ['Succeeded/Succeeded', 'None', 'Completed'],
    );
  });
  test('sees failures, and is skipped for results it misses', () => {
    const plan = planRun(state(spec, { a: failed }));
    assert.deepEqual(
      plan.startFinally.map(({ name }) => name),
      ['f'],
    );
    assert.deepEqual(
      plan.startFinally[0]?.params?.map(({ value }) => value),
      ['Failed/StepFailed', 'None', 'Failed'],
    );
    assert.deepEqual(plan.skipped.at(-1), { name: 'g', reason: 'Results were missing' });
  });
  test('does not start after a hard cancel or the pipeline timeout', () => {
    assert.deepEqual(planRun(state(spec, { a: failed }, { specStatus: 'Cancelled' })).startFinally, []);
    assert.deepEqual(planRun(state(spec, { a: failed }, { timedOut: { pipeline: true } })).startFinally, []);
  });
  test('runs after a graceful cancel and the tasks timeout', () => {
    const timedOut: TaskState = { status: 'TimedOut', reason: 'TaskRunCancelled', results: [] };
    assert.equal(
      planRun(state(spec, { a: failed }, { specStatus: 'CancelledRunFinally' })).startFinally.length,
      1,
    );
    assert.equal(planRun(state(spec, { a: timedOut }, { timedOut: { tasks: true } })).startFinally.length, 1);
  });
});

describe('the outcome', () => {
  const reasonOf = (...args: Parameters<typeof state>) => {
    const { status, reason, message } = pipelineRunOutcome(state(...args));
    return [status, reason, message];
  };
  test('running', () => {
    assert.deepEqual(reasonOf({ tasks: chain }, { a: running }), [
      'Unknown',
      'Running',
      'Tasks Completed: 0 (Failed: 0, Cancelled 0), Incomplete: 3, Skipped: 0',
    ]);
  });
  test('succeeded', () => {
    assert.deepEqual(reasonOf({ tasks: chain }, { a: ok(), b: ok(), c: ok() }), [
      'True',
      'Succeeded',
      'Tasks Completed: 3 (Failed: 0, Cancelled 0), Skipped: 0',
    ]);
  });
  test('completed when something was skipped', () => {
    const outcome = reasonOf({ tasks: [{ name: 'a' }, { name: 'b', when: never }] }, { a: ok() });
    assert.deepEqual(outcome, [
      'True',
      'Completed',
      'Tasks Completed: 1 (Failed: 0, Cancelled 0), Skipped: 1',
    ]);
  });
  test('failed', () => {
    assert.deepEqual(reasonOf({ tasks: chain }, { a: failed }), [
      'False',
      'Failed',
      'Tasks Completed: 1 (Failed: 1, Cancelled 0), Skipped: 2',
    ]);
  });
  test('an ignored failure succeeds and is counted', () => {
    assert.deepEqual(reasonOf({ tasks: [{ name: 'a', onError: 'continue' }] }, { a: failed }), [
      'True',
      'Succeeded',
      'Tasks Completed: 1 (Failed: 1 (Ignored: 1), Cancelled 0), Skipped: 0',
    ]);
  });
  test('stopping while another task still runs', () => {
    const [, reason] = reasonOf({ tasks: [{ name: 'a' }, { name: 'b' }] }, { a: failed, b: running });
    assert.equal(reason, 'PipelineRunStopping');
  });
  test('running while finally is still to come after a failure', () => {
    const [, reason] = reasonOf({ tasks: [{ name: 'a' }], finally: [{ name: 'f' }] }, { a: failed });
    assert.equal(reason, 'Running');
  });
  test('cancelled children', () => {
    const cancelled: TaskState = { status: 'Cancelled', reason: 'TaskRunCancelled', results: [] };
    const [status, reason] = reasonOf({ tasks: [{ name: 'a' }] }, { a: cancelled });
    assert.deepEqual([status, reason], ['False', 'Cancelled']);
  });
  test('graceful cancel', () => {
    const outcome = reasonOf({ tasks: chain }, { a: ok() }, { specStatus: 'CancelledRunFinally' });
    assert.deepEqual(outcome, ['False', 'Cancelled', 'PipelineRun "run" was cancelled']);
  });
  test('the pipeline timeout', () => {
    const outcome = reasonOf(
      { tasks: chain },
      { a: running },
      { timedOut: { pipeline: true }, timeouts: { pipeline: 3_600_000 } },
    );
    assert.deepEqual(outcome, [
      'False',
      'PipelineRunTimeout',
      'PipelineRun "run" failed to finish within "1h0m0s"',
    ]);
  });
  test('the tasks timeout waits for finally', () => {
    const spec = { tasks: [{ name: 'a' }], finally: [{ name: 'f' }] };
    const late: TaskState = { status: 'TimedOut', reason: 'TaskRunCancelled', results: [] };
    const more = { timedOut: { tasks: true }, timeouts: { tasks: 1_800_000 } };
    assert.equal(reasonOf(spec, { a: late }, more)[1], 'PipelineRunTimeoutRunningFinally');
    assert.deepEqual(reasonOf(spec, { a: late, f: ok() }, more), [
      'False',
      'PipelineRunTimeout',
      'PipelineRun "run" failed due to tasks failed to finish within "30m0s"',
    ]);
  });
});

describe('states', () => {
  const run = (status: 'True' | 'False' | 'Unknown', reason: string, statusMessage?: string) => ({
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    metadata: { name: 'tr' },
    spec: statusMessage === undefined ? {} : { statusMessage },
    status: { conditions: [{ type: 'Succeeded', status, reason }], results: [{ name: 'r', value: 'x' }] },
  });
  test('come from the child', () => {
    assert.equal(taskStateOf(run('True', 'Succeeded')).status, 'Succeeded');
    assert.equal(taskStateOf(run('False', 'StepFailed')).status, 'Failed');
    assert.equal(taskStateOf(run('False', 'TaskRunCancelled')).status, 'Cancelled');
    assert.equal(
      taskStateOf(
        run('False', 'TaskRunCancelled', 'TaskRun cancelled as the PipelineRun it belongs to has timed out.'),
      ).status,
      'TimedOut',
    );
    assert.deepEqual(taskStateOf(run('Unknown', 'Running')).results, []);
  });
  test('of several children are one, with their results in a list', () => {
    const both = combineTaskStates([ok({ r: '1' }), ok({ r: '2' })]);
    assert.deepEqual(both?.results, [{ name: 'r', type: 'array', value: ['1', '2'] }]);
    assert.equal(combineTaskStates([ok(), running])?.status, 'Running');
    assert.equal(combineTaskStates([failed, running])?.anyFailed, true);
    assert.equal(combineTaskStates([ok(), failed])?.status, 'Failed');
    assert.equal(combineTaskStates([]), undefined);
  });
  test('of an only child of a matrix has lists for results, too', () => {
    const only = combineTaskStates([ok({ r: '1' })]);
    assert.deepEqual([only?.results, only?.runs], [[{ name: 'r', type: 'array', value: ['1'] }], 1]);
  });
});
