import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PipelineRun } from '@assay/tekton';
import { ownedBy, runMarks, taskRunMarks } from './metadata.ts';

function run(metadata: PipelineRun['metadata'], spec: PipelineRun['spec'] = {}): PipelineRun {
  const identity = { name: 'r', namespace: 'n', uid: 'u' };
  return { apiVersion: 'tekton.dev/v1', kind: 'PipelineRun', metadata: { ...identity, ...metadata }, spec };
}

test("a run takes its pipeline's labels and annotations on, and its own win", () => {
  const marks = runMarks(run({ labels: { a: 'run' }, annotations: { x: 'run' } }), {
    name: 'p',
    labels: { a: 'pipeline', b: 'pipeline' },
    annotations: { x: 'pipeline', y: 'pipeline', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
  });
  assert.deepEqual(marks, {
    labels: { a: 'run', b: 'pipeline', 'tekton.dev/pipeline': 'p' },
    annotations: { x: 'run', y: 'pipeline' },
  });
});

test("a pipeline cannot mark a run as the observer's", () => {
  const marks = runMarks(run({}), { name: 'p', annotations: { 'chains.tekton.dev/signed': 'true' } });
  assert.deepEqual(marks.annotations, {});
});

test('an embedded pipeline is called after the run, or its generateName', () => {
  assert.equal(runMarks(run({}), undefined).labels['tekton.dev/pipeline'], 'r');
  assert.equal(runMarks(run({ generateName: 'build-' }), undefined).labels['tekton.dev/pipeline'], 'build');
});

test('a referenced pipeline that is not found still names the run', () => {
  const marks = runMarks(run({}, { pipelineRef: { name: 'p' } }), undefined);
  assert.equal(marks.labels['tekton.dev/pipeline'], 'p');
});

test('taskRunSpecs metadata wins over the run, and the run over taskSpec', () => {
  const marks = taskRunMarks(
    run(
      { labels: { a: 'run', b: 'run' }, annotations: { a: 'run' } },
      {
        taskRunSpecs: [
          { pipelineTaskName: 't', metadata: { labels: { a: 'override' }, annotations: { c: 'o' } } },
        ],
      },
    ),
    {
      name: 't',
      taskSpec: { metadata: { labels: { a: 'task', b: 'task', c: 'task' }, annotations: { a: 'task' } } },
    },
    'tasks',
  );
  assert.deepEqual(marks, {
    labels: {
      a: 'override',
      b: 'run',
      c: 'task',
      'tekton.dev/pipelineRun': 'r',
      'tekton.dev/pipelineRunUID': 'u',
      'tekton.dev/pipelineTask': 't',
      'tekton.dev/memberOf': 'tasks',
    },
    annotations: { a: 'run', c: 'o' },
  });
});

test('labels that say what a TaskRun belongs to cannot be overridden', () => {
  const metadata = { labels: { 'tekton.dev/pipelineRunUID': 'other', 'tekton.dev/memberOf': 'x' } };
  const marks = taskRunMarks(
    run({}, { taskRunSpecs: [{ pipelineTaskName: 't', metadata }] }),
    { name: 't' },
    'finally',
  );
  assert.equal(marks.labels['tekton.dev/pipelineRunUID'], 'u');
  assert.equal(marks.labels['tekton.dev/memberOf'], 'finally');
});

test('annotations of the observer and of kubectl do not pass to TaskRuns; onError does', () => {
  const annotations = {
    'chains.tekton.dev/signed': 'true',
    'kubectl.kubernetes.io/last-applied-configuration': '{}',
  };
  const marks = taskRunMarks(run({ annotations }), { name: 't', onError: 'continue' }, 'tasks');
  assert.deepEqual(marks.annotations, { 'pipeline.tekton.dev/pipeline-task-on-error': 'continue' });
});

test('children name the run as their controller', () => {
  assert.deepEqual(ownedBy(run({})), {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    name: 'r',
    uid: 'u',
    controller: true,
    blockOwnerDeletion: true,
  });
});
