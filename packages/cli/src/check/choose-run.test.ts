import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@assay/kube';
import type { LoadedObject } from '../run/load-manifest.ts';
import { broughtAlong, chooseRun } from './choose-run.ts';

function loaded(name: string, annotations: Record<string, string> = {}, kind = 'PipelineRun'): LoadedObject {
  const own = Object.entries(annotations).map(([key, value]) => [`pipelinesascode.tekton.dev/${key}`, value]);
  const object = {
    apiVersion: 'tekton.dev/v1',
    kind,
    metadata: { name, annotations: Object.fromEntries(own) },
  } as KubeObject;
  return {
    object,
    locate: () => ({ file: `.tekton/${name}.yaml`, line: 1, column: 1, text: '' }),
    strictWarnings: () => [],
  };
}
const chosen = (files: LoadedObject[], branch = 'main') => chooseRun(files, branch)?.object.metadata.name;

const pull = loaded('pull', { 'on-event': '[pull_request]' });
const push = loaded('push', { 'on-event': '[pull_request, push]', 'on-target-branch': '[main]' });

test('the only run is taken whatever it is for, among others the one for pushes', () => {
  assert.equal(chosen([pull]), 'pull');
  assert.equal(chosen([pull, push, loaded('task', {}, 'Task')]), 'push');
});

test("an expression says it in place of the event, as in Konflux's own files", () => {
  const cel = (event: string) => ({
    'on-event': '[push]',
    'on-cel-expression': `event == "${event}" && target_branch == "main"`,
  });
  assert.equal(chosen([loaded('a', cel('pull_request')), loaded('b', cel('push'))]), 'b');
});

test('of several for pushes the branch decides', () => {
  const release = loaded('release', { 'on-event': 'push', 'on-target-branch': '[refs/heads/release-*]' });
  const main = loaded('main', { 'on-cel-expression': "event == 'push' && target_branch == 'main'" });
  assert.equal(chosen([release, main]), 'main');
  assert.equal(chosen([release, main], 'release-1.x'), 'release');
  assert.throws(() => chosen([release, main], 'feature'), {
    code: 'Usage',
    message: /2 of them are for pushes:\n {2}release in \.tekton\/release\.yaml\n {2}main in/,
    hint: /-f/,
  });
});

test('several for nothing, and none at all, are wrong usage', () => {
  assert.throws(() => chosen([loaded('a'), loaded('b')]), { code: 'Usage', message: /none of them/ });
  assert.throws(() => chosen([loaded('t', {}, 'Task')]), {
    code: 'Usage',
    message: /there is no PipelineRun/,
  });
});

test('a Pipeline alone is taken as it is', () => {
  assert.equal(chooseRun([loaded('p', {}, 'Pipeline')], 'main'), undefined);
});

test('what a run brings along is read from all its annotations', () => {
  const run = loaded('r', {
    'task-1': '[git-clone, ".tekton/tasks/a.yaml"]',
    task: 'https://host/t.yaml',
    pipeline: 'p.yaml',
    'on-event': 'push',
  });
  assert.deepEqual(broughtAlong(run.object), [
    'git-clone',
    '.tekton/tasks/a.yaml',
    'https://host/t.yaml',
    'p.yaml',
  ]);
});
