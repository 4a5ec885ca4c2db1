import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PipelineRun, WorkspaceBinding } from '@assay/tekton';
import { taskRunWorkspaces, unboundWorkspace } from './task-run-workspaces.ts';

function run(...workspaces: WorkspaceBinding[]): PipelineRun {
  const metadata = { name: 'r', namespace: 'n', uid: 'u' };
  return { apiVersion: 'tekton.dev/v1', kind: 'PipelineRun', metadata, spec: { workspaces } };
}
const taskRef = { name: 'x' };

test("a task gets the run's workspace under its own name, or under that of the pipeline", () => {
  const shared: WorkspaceBinding = { name: 'shared', emptyDir: {} };
  const renamed = { name: 't', taskRef, workspaces: [{ name: 'source', workspace: 'shared' }] };
  assert.deepEqual(taskRunWorkspaces(run(shared), renamed), [{ name: 'source', emptyDir: {} }]);
  assert.deepEqual(taskRunWorkspaces(run(shared), { name: 't', taskRef, workspaces: [{ name: 'shared' }] }), [
    shared,
  ]);
});

test('subPaths of run and task join', () => {
  const subPath = (runPath: string | undefined, taskPath: string | undefined) => {
    const binding = {
      name: 'w',
      persistentVolumeClaim: { claimName: 'c' },
      ...(runPath && { subPath: runPath }),
    };
    const use = { name: 'w', ...(taskPath && { subPath: taskPath }) };
    return taskRunWorkspaces(run(binding), { name: 't', taskRef, workspaces: [use] })[0]?.subPath;
  };
  assert.equal(subPath('a', 'b'), 'a/b');
  assert.equal(subPath(undefined, 'b'), 'b');
  assert.equal(subPath('a', undefined), 'a');
  assert.equal(subPath(undefined, undefined), undefined);
});

test('a claim template is bound as the claim made from it', () => {
  const template = { name: 'w', volumeClaimTemplate: { metadata: { name: 'disk' }, spec: {} } };
  const [binding] = taskRunWorkspaces(run(template), { name: 't', taskRef, workspaces: [{ name: 'w' }] });
  assert.match(binding?.persistentVolumeClaim?.claimName ?? '', /^disk-[0-9a-f]{10}$/);
  assert.equal(binding?.volumeClaimTemplate, undefined);
});

test('an embedded task gets the workspaces its steps mention; a referenced one does not', () => {
  const taskSpec = { steps: [{ image: 'i', script: 'ls $(workspaces.shared.path)' }] };
  const shared = { name: 'shared', emptyDir: {} };
  assert.deepEqual(taskRunWorkspaces(run(shared), { name: 't', taskSpec }), [shared]);
  assert.deepEqual(taskRunWorkspaces(run(shared), { name: 't', taskRef }), []);
});

test('only a workspace that the task calls optional may stay unbound', () => {
  const task = { name: 't', taskRef, workspaces: [{ name: 'w', workspace: 'cache' }] };
  assert.equal(unboundWorkspace(run(), task, { workspaces: [{ name: 'w', optional: true }] }), undefined);
  assert.equal(unboundWorkspace(run(), task, { workspaces: [{ name: 'w' }] }), 'cache');
  assert.equal(unboundWorkspace(run({ name: 'cache', emptyDir: {} }), task, {}), undefined);
});

test('a workspace that an embedded task mentions is needed too', () => {
  const taskSpec = { steps: [{ image: 'i', script: 'ls $(workspaces.shared.path)' }] };
  assert.equal(unboundWorkspace(run(), { name: 't', taskSpec }, taskSpec), 'shared');
});
