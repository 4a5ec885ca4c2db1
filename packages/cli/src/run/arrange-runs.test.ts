import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@assay/kube';
import { arrangeRuns, type RunOverrides } from './arrange-runs.ts';

const object = (
  kind: string,
  name: string,
  spec: Record<string, unknown> = {},
  namespace?: string,
): KubeObject =>
  ({
    apiVersion: 'tekton.dev/v1',
    kind,
    metadata: { name, ...(namespace && { namespace }) },
    spec,
  }) as KubeObject;
const arrange = (objects: KubeObject[], overrides: Partial<RunOverrides> = {}) =>
  arrangeRuns(objects, { params: [], workspaces: [], ...overrides });

test('definitions and runs are told apart, all in the namespace default', () => {
  const { definitions, runs } = arrange([
    object('TaskRun', 'r'),
    object('Task', 't'),
    object('PipelineRun', 'p'),
  ]);
  assert.deepEqual(
    [definitions, runs].map((list) => list.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)),
    [['default/t'], ['default/r', 'default/p']],
  );
});

test('-n names the namespace of objects that name none, and contradicts no other', () => {
  const { runs } = arrange([object('TaskRun', 'r'), object('TaskRun', 's', {}, 'team')], {
    namespace: 'team',
  });
  assert.deepEqual(
    runs.map(({ metadata }) => metadata.namespace),
    ['team', 'team'],
  );
  assert.throws(() => arrange([object('TaskRun', 's', {}, 'theirs')], { namespace: 'team' }), {
    code: 'Usage',
    message: 'TaskRun s is in namespace theirs, not in team',
  });
});

test('a Pipeline alone is run, its Tasks beside it', () => {
  const { definitions, runs } = arrange([object('Task', 'a'), object('Task', 'b'), object('Pipeline', 'p')]);
  assert.equal(definitions.length, 3);
  assert.equal(runs[0]?.kind, 'PipelineRun');
  assert.equal(runs[0]?.metadata.generateName, 'p-');
  assert.deepEqual((runs[0]!.spec as { pipelineRef?: unknown }).pipelineRef, { name: 'p' });
});

test('what to run must be clear', () => {
  assert.throws(() => arrange([]), { code: 'Usage', message: 'there is nothing to run in the file' });
  assert.throws(() => arrange([object('Task', 'a'), object('Task', 'b')]), {
    code: 'Usage',
    message: 'which of them is to be run: a, b?',
  });
});

test('params take the type that the Task declares, wherever it stands, and replace those of the run', () => {
  const params = [{ name: 'text' }, { name: 'list', type: 'array' }, { name: 'map', type: 'object' }];
  const task = object('Task', 't', { params, steps: [] });
  const run = object('TaskRun', 'r', { taskRef: { name: 't' }, params: [{ name: 'text', value: 'old' }] });
  const { runs } = arrange([task, run], { params: ['text=a=b', 'list=x,y', 'map={"k":"v"}', 'unknown=1'] });
  assert.deepEqual(runs[0]?.spec.params, [
    { name: 'text', value: 'a=b' },
    { name: 'list', value: ['x', 'y'] },
    { name: 'map', value: { k: 'v' } },
    { name: 'unknown', value: '1' },
  ]);
  assert.deepEqual(
    (run as { spec?: { params?: unknown } }).spec?.params,
    [{ name: 'text', value: 'old' }],
    'not in place',
  );
});

test('an empty list is empty, and an object must be JSON', () => {
  const params = [
    { name: 'list', type: 'array' },
    { name: 'map', type: 'object' },
  ];
  const run = object('TaskRun', 'r', { taskSpec: { params, steps: [] } });
  assert.deepEqual(arrange([run], { params: ['list='] }).runs[0]?.spec.params, [{ name: 'list', value: [] }]);
  assert.throws(() => arrange([run], { params: ['map=k'] }), { code: 'Usage', message: /not JSON/ });
  for (const text of ['novalue', '=x']) {
    assert.throws(() => arrange([run], { params: [text] }), { code: 'Usage', message: /is not NAME=VALUE/ });
  }
});

test('workspaces and the timeout go where the kind of run has them', () => {
  const { runs } = arrange(
    [
      object('TaskRun', 'r', { workspaces: [{ name: 'w', secret: { secretName: 's' } }] }),
      object('PipelineRun', 'p', { timeouts: { tasks: '1h' } }),
    ],
    { workspaces: [{ name: 'w', emptyDir: {} }], timeout: '90s' },
  );
  assert.deepEqual(
    runs.map(({ spec }) => spec.workspaces),
    [[{ name: 'w', emptyDir: {} }], [{ name: 'w', emptyDir: {} }]],
  );
  assert.equal((runs[0]!.spec as { timeout?: string }).timeout, '90s');
  assert.deepEqual((runs[1]!.spec as { timeouts?: unknown }).timeouts, { pipeline: '90s' });
});
