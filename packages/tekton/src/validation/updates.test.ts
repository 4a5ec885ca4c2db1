import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setDefaults } from '../defaults/set-defaults.ts';
import { formatFieldErrors } from './field-error.ts';
import { unsupportedFeatures } from './unsupported.ts';
import { validatePipelineRunUpdate, validateTaskRunUpdate } from './updates.ts';

const object = (kind: string, spec: object) => ({
  apiVersion: 'tekton.dev/v1',
  kind,
  metadata: { name: 'x' },
  spec,
});
const taskSpec = { steps: [{ name: 's', image: 'i' }] };

describe('updates', () => {
  const run = (spec: object, done = false) => ({
    ...object('TaskRun', spec),
    ...(done ? { status: { conditions: [{ type: 'Succeeded', status: 'True' as const }] } } : {}),
  });
  test('a running TaskRun may be cancelled, nothing else', () => {
    assert.deepEqual(
      validateTaskRunUpdate(run({ taskSpec }), run({ taskSpec, status: 'TaskRunCancelled' })),
      [],
    );
    assert.equal(
      formatFieldErrors(validateTaskRunUpdate(run({ taskSpec }), run({ taskSpec, retries: 2 }))),
      'invalid value: Once the TaskRun has started, only status and statusMessage updates are allowed: spec',
    );
  });
  test('a done run may change by defaults alone', () => {
    const old = run({ taskSpec }, true);
    assert.deepEqual(validateTaskRunUpdate(old, setDefaults(old)), []);
    assert.match(
      formatFieldErrors(validateTaskRunUpdate(old, run({ taskSpec, retries: 1 }))),
      /Once the TaskRun is complete/,
    );
  });
  test('managedBy is immutable', () => {
    const old = object('PipelineRun', { managedBy: 'a' });
    assert.match(
      formatFieldErrors(validatePipelineRunUpdate(old, object('PipelineRun', { managedBy: 'b' }))),
      /managedBy is immutable/,
    );
  });
});

describe('what is not supported', () => {
  test('is named by its field', () => {
    const spec = {
      tasks: [
        { name: 'a', taskSpec },
        { name: 'b', taskSpec: { steps: [{ image: 'i', script: '#!win\ndir' }] } },
      ],
    };
    assert.equal(
      formatFieldErrors(unsupportedFeatures(object('Pipeline', spec))),
      'a Windows script is not supported here: spec.tasks[1].taskSpec.steps[0].script',
    );
  });
  test('ordinary tasks pass', () => assert.deepEqual(unsupportedFeatures(object('Task', taskSpec)), []));
});
