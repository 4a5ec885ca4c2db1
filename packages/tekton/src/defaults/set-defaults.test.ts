import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ParamValue } from '../types/params.ts';
import { setDefaults, setPipelineRunDefaults, setTaskDefaults, setTaskRunDefaults } from './set-defaults.ts';

const of = <S extends object>(kind: string, spec: S) => ({
  apiVersion: 'tekton.dev/v1',
  kind,
  metadata: { name: 'x' },
  spec,
});

describe('defaults', () => {
  test('of a TaskRun', () => {
    const { spec, metadata } = setTaskRunDefaults(of('TaskRun', { taskRef: { name: 't' } }));
    assert.equal(spec.timeout, '1h0m0s');
    assert.equal(spec.serviceAccountName, 'default');
    assert.equal(spec.taskRef?.kind, 'Task');
    assert.deepEqual(metadata.labels, { 'app.kubernetes.io/managed-by': 'tekton-pipelines' });
  });
  test('of a PipelineRun, what is set stays', () => {
    const { spec } = setPipelineRunDefaults(
      of('PipelineRun', { timeouts: { tasks: '10m' }, taskRunTemplate: { serviceAccountName: 'mine' } }),
    );
    assert.deepEqual(spec.timeouts, { tasks: '10m', pipeline: '1h0m0s' });
    assert.equal(spec.taskRunTemplate?.serviceAccountName, 'mine');
  });
  test('types of params and results are inferred', () => {
    const task = setTaskDefaults(
      of('Task', {
        params: [{ name: 'a' }, { name: 'b', default: ['x'] }, { name: 'c', properties: { k: {} } }],
        results: [{ name: 'r' }, { name: 'o', properties: { k: {} } }],
      }),
    );
    assert.deepEqual(
      task.spec.params?.map(({ type }) => type),
      ['string', 'array', 'object'],
    );
    assert.deepEqual(task.spec.params?.[2]?.properties, { k: { type: 'string' } });
    assert.deepEqual(
      task.spec.results?.map(({ type }) => type),
      ['string', 'object'],
    );
  });
  test('numbers and flags given as params become text', () => {
    const run = setTaskRunDefaults(
      of('TaskRun', { params: [{ name: 'n', value: 5 as unknown as ParamValue }] }),
    );
    assert.deepEqual(run.spec.params, [{ name: 'n', value: '5' }]);
  });
  test('reach embedded specs', () => {
    const run = setPipelineRunDefaults(
      of('PipelineRun', {
        pipelineSpec: {
          tasks: [
            { name: 't', taskSpec: { params: [{ name: 'p' }] } },
            { name: 'u', taskRef: { name: 'x' } },
          ],
        },
      }),
    );
    assert.equal(run.spec.pipelineSpec?.tasks?.[0]?.taskSpec?.params?.[0]?.type, 'string');
    assert.equal(run.spec.pipelineSpec?.tasks?.[1]?.taskRef?.kind, 'Task');
  });
  test('a reference through a resolver gets no kind; one without anything gets the configured resolver', () => {
    const remote = setTaskRunDefaults(of('TaskRun', { taskRef: { resolver: 'git' } }));
    assert.deepEqual(remote.spec.taskRef, { resolver: 'git' });
    const bare = setTaskRunDefaults(of('TaskRun', { taskRef: {} }), { resolverType: 'bundles' });
    assert.deepEqual(bare.spec.taskRef, { resolver: 'bundles' });
  });
  test('twice is once', () => {
    for (const kind of ['Task', 'Pipeline', 'TaskRun', 'PipelineRun', 'StepAction']) {
      const once = setDefaults(of(kind, { params: [{ name: 'a', default: 1, value: 2 }] }));
      assert.deepEqual(setDefaults(once), once);
    }
  });
  test('a StepAction of the first version becomes one of the version that is stored', () => {
    const action = { ...of('StepAction', { image: 'i' }), apiVersion: 'tekton.dev/v1alpha1' };
    assert.equal(setDefaults(action).apiVersion, 'tekton.dev/v1beta1');
  });
  test('other kinds and the input are not touched', () => {
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: 'b' } };
    assert.equal(setDefaults(map), map);
    const run = of('TaskRun', {});
    setTaskRunDefaults(run);
    assert.deepEqual(run.spec, {});
  });
});
