import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PipelineRunSpec } from '../types/pipelinerun.ts';
import type { TaskSpec } from '../types/task.ts';
import type { TaskRunSpec } from '../types/taskrun.ts';
import { checkOptionalWorkspaces, checkPipelineRun, checkTaskRun } from './checks.ts';
import { propagatedParams, taskWorkspaceBindings, withPropagatedWorkspaces } from './propagation.ts';

const pipelineRun = (spec: PipelineRunSpec) => ({
  apiVersion: 'tekton.dev/v1',
  kind: 'PipelineRun',
  metadata: { name: 'n', namespace: 'ns' },
  spec,
});
const taskRun = (spec: TaskRunSpec) => ({ ...pipelineRun({}), kind: 'TaskRun', spec });

describe('a PipelineRun with its Pipeline', () => {
  test('missing params', () => {
    assert.deepEqual(checkPipelineRun(pipelineRun({}), 'p', { params: [{ name: 'x' }] }), {
      reason: 'ParameterMissing',
      message:
        '[User error] PipelineRun ns/n is missing some parameters required by Pipeline ns/p: pipelineRun missing parameters: [x]',
    });
  });
  test('params of the wrong type', () => {
    const problem = checkPipelineRun(pipelineRun({ params: [{ name: 'x', value: ['a'] }] }), 'p', {
      params: [{ name: 'x' }],
    });
    assert.equal(problem?.reason, 'ParameterTypeMismatch');
    assert.match(problem?.message ?? '', /parameters have inconsistent types : \[x\]$/);
  });
  test('missing object keys', () => {
    const params = [{ name: 'o', type: 'object', properties: { a: {}, b: {} } }];
    const problem = checkPipelineRun(pipelineRun({ params: [{ name: 'o', value: { a: '1' } }] }), 'p', {
      params,
    });
    assert.equal(problem?.reason, 'ObjectParameterMissKeys');
    assert.match(problem?.message ?? '', /pipelineRun missing object keys for parameters: map\[o:\[b\]\]$/);
  });
  test('an index that the array does not have', () => {
    const spec = {
      params: [{ name: 'l', type: 'array' }],
      tasks: [{ name: 't', params: [{ name: 'x', value: '$(params.l[1])' }] }],
    };
    const problem = checkPipelineRun(pipelineRun({ params: [{ name: 'l', value: ['a'] }] }), 'p', spec);
    assert.equal(problem?.reason, 'ParamArrayIndexingInvalid');
  });
  test('a workspace that is not bound, optional ones aside', () => {
    const problem = checkPipelineRun(pipelineRun({}), 'p', {
      workspaces: [{ name: 'o', optional: true }, { name: 'w' }],
    });
    assert.equal(problem?.reason, 'InvalidWorkspaceBindings');
    assert.match(
      problem?.message ?? '',
      /pipeline requires workspace with name "w" be provided by pipelinerun$/,
    );
  });
  test('overrides of a task that is not there', () => {
    const problem = checkPipelineRun(pipelineRun({ taskRunSpecs: [{ pipelineTaskName: 't' }] }), 'p', {});
    assert.equal(problem?.reason, 'InvalidTaskRunSpecs');
  });
  test('a cycle', () => {
    const problem = checkPipelineRun(pipelineRun({}), 'p', { tasks: [{ name: 'a', runAfter: ['a'] }] });
    assert.equal(problem?.reason, 'PipelineInvalidGraph');
    assert.match(
      problem?.message ?? '',
      /^\[User error\] PipelineRun ns\/n's Pipeline DAG is invalid: cycle detected/,
    );
  });
  test('an optional workspace feeding a task that requires it', () => {
    const spec = {
      workspaces: [{ name: 'w', optional: true }],
      tasks: [{ name: 't', workspaces: [{ name: 'src', workspace: 'w' }] }],
    };
    const problem = checkOptionalWorkspaces(spec, new Map([['t', { workspaces: [{ name: 'src' }] }]]));
    assert.equal(problem?.reason, 'RequiredWorkspaceMarkedOptional');
  });
  test('nothing wrong', () =>
    assert.equal(checkPipelineRun(pipelineRun({}), 'p', { tasks: [{ name: 'a' }] }), undefined));
});

describe('a TaskRun with its Task', () => {
  const messageOf = (run: TaskRunSpec, spec: Parameters<typeof checkTaskRun>[2]) =>
    checkTaskRun(taskRun(run), 't', spec)?.message;
  test('missing params', () => {
    assert.equal(
      messageOf({}, { params: [{ name: 'x' }] }),
      '[User error] invalid input params for task t: missing values for these params which have no default values: [x]',
    );
  });
  test('extra params are fine', () =>
    assert.equal(messageOf({ params: [{ name: 'x', value: '1' }] }, {}), undefined));
  test('workspaces', () => {
    assert.match(
      messageOf({}, { workspaces: [{ name: 'w' }] }) ?? '',
      /declared workspace "w" is required but has not been bound$/,
    );
    assert.match(
      messageOf({ workspaces: [{ name: 'b' }] }, {}) ?? '',
      /workspace binding "b" does not match any declared workspace$/,
    );
  });
  test('overrides', () => {
    assert.match(
      messageOf({ stepSpecs: [{ name: 's' }] }, { steps: [{ name: 'x' }] }) ?? '',
      /invalid StepOverride: No Step named s$/,
    );
  });
});

describe('propagation', () => {
  test('workspaces go by name, renamed, with their paths joined', () => {
    const bindings = taskWorkspaceBindings(
      {
        name: 't',
        taskRef: { name: 'x' },
        workspaces: [{ name: 'src', workspace: 'shared', subPath: 'b' }, { name: 'gone' }],
      },
      [
        { name: 'shared', subPath: 'a', emptyDir: {} },
        { name: 'other', emptyDir: {} },
      ],
    );
    assert.deepEqual(bindings, [{ name: 'src', subPath: 'a/b', emptyDir: {} }]);
  });
  test('an embedded spec gets the workspaces it mentions', () => {
    const taskSpec: TaskSpec = { steps: [{ script: 'ls $(workspaces.shared.path)' }] };
    const bindings = taskWorkspaceBindings({ name: 't', taskSpec }, [
      { name: 'shared', emptyDir: {} },
      { name: 'other', emptyDir: {} },
    ]);
    assert.deepEqual(bindings, [{ name: 'shared', emptyDir: {} }]);
    assert.deepEqual(withPropagatedWorkspaces(taskSpec, bindings).workspaces, [{ name: 'shared' }]);
  });
  test('a reference gets only what it is given', () => {
    assert.deepEqual(
      taskWorkspaceBindings({ name: 't', taskRef: { name: 'x' } }, [{ name: 'w', emptyDir: {} }]),
      [],
    );
  });
  test('inner params and inner defaults beat outer values', () => {
    const params = propagatedParams(
      [{ name: 'd', default: 'inner' }],
      [{ name: 'a', value: 'inner' }],
      [
        { name: 'a', value: 'outer' },
        { name: 'd', value: 'outer' },
        { name: 'c', value: 'outer' },
      ],
    );
    assert.deepEqual(params, [
      { name: 'a', value: 'inner' },
      { name: 'c', value: 'outer' },
    ]);
  });
});
