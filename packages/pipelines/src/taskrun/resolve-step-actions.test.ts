import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adminIdentity, createStore } from '@assay/kube';
import { type Step, StepActions, type TaskRun } from '@assay/tekton';
import { resolveStepActions } from './resolve-step-actions.ts';

async function resolve(steps: Step[]) {
  const store = createStore({ path: ':memory:', resources: [StepActions] });
  const client = store.client(adminIdentity);
  await client.create(StepActions, {
    apiVersion: 'tekton.dev/v1beta1',
    kind: 'StepAction',
    metadata: { name: 'greet', namespace: 'default' },
    spec: {
      image: 'toolbox',
      args: ['$(params.who)'],
      params: [{ name: 'who' }, { name: 'how', default: 'hello' }],
    },
  });
  const taskRun: TaskRun = {
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    metadata: { name: 'run', namespace: 'default' },
    spec: { params: [{ name: 'name', value: 'you' }] },
  };
  try {
    return (await resolveStepActions(taskRun, { spec: { steps } }, { client })).spec.steps;
  } finally {
    store.close();
  }
}

test('a step that names a StepAction of the namespace runs it with the params of the run', async () => {
  const params = [{ name: 'who', value: '$(params.name)' }];
  const plain = { name: 'plain', image: 'i' };
  assert.deepEqual(await resolve([plain, { name: 's', ref: { name: 'greet' }, params }]), [
    plain,
    { name: 's', image: 'toolbox', args: ['you'] },
  ]);
});

test('a StepAction that is missing, or does not fit, or is elsewhere, keeps the run from starting', async () => {
  const words: [Step, RegExp][] = [
    [
      { name: 's', ref: { name: 'none' } },
      /^failed to resolve step ref for step "s" \(index 0\): .*"none" not found$/,
    ],
    [{ ref: { name: 'greet' } }, /step "unnamed-0" \(index 0\): non-existent params in Step: \[who\]$/],
    [{ name: 's', ref: { resolver: 'git' } }, /the resolver "git" is not available/],
  ];
  for (const [step, message] of words) {
    await assert.rejects(resolve([step]), {
      name: 'CannotStart',
      reason: 'TaskRunResolutionFailed',
      message,
    });
  }
});
