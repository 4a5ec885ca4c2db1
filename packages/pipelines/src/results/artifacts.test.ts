import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { StepState } from '@assay/tekton';
import {
  type AttemptLayout,
  createLayout,
  stepArtifactsDirectory,
  taskArtifactsDirectory,
} from '../taskrun/layout.ts';
import { withStepArtifacts, withStepResults } from '../taskrun/step-results.ts';
import { collectArtifacts } from './collect.ts';

const values = [{ uri: 'pkg:a' }];
let directory: string;
let layout: AttemptLayout;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'assay-artifacts-'));
  const owner = { uid: process.getuid!(), gid: process.getgid!() };
  layout = createLayout(join(directory, 'attempt'), [{ name: 'a' }, { name: 'b' }], owner);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function write(place: string, content: unknown): void {
  writeFileSync(join(place, 'provenance.json'), JSON.stringify(content));
}

test('the artifacts of a step go into its state, those of the Task to the run', () => {
  const state: StepState = { name: 'b' };
  write(stepArtifactsDirectory(layout, 1), { outputs: [{ name: 'o', values }] });
  write(taskArtifactsDirectory(layout), { inputs: [{ name: 'i', values }] });
  assert.deepEqual(collectArtifacts(layout, 1, state), { artifacts: { inputs: [{ name: 'i', values }] } });
  assert.deepEqual(state, { name: 'b', outputs: [{ name: 'o', values }] });
  assert.deepEqual(Object.keys(collectArtifacts(layout, 0, { name: 'a' })), ['artifacts']);
});

test('a file that is no JSON of artifacts, or a link out of the run, is a problem', () => {
  write(stepArtifactsDirectory(layout, 0), ['x']);
  assert.match(collectArtifacts(layout, 0, {}).problem ?? '', /not JSON of inputs and outputs/);
  symlinkSync('/etc/hostname', join(stepArtifactsDirectory(layout, 1), 'provenance.json'));
  assert.match(collectArtifacts(layout, 1, {}).problem ?? '', /symbolic link/);
});

test('later steps see them as JSON in scripts, commands and the environment', () => {
  const states: StepState[] = [{ name: 'a', outputs: [{ name: 'o', values }] }];
  const json = '[{"uri":"pkg:a"}]';
  assert.equal(
    withStepArtifacts("echo '$(steps.a.outputs.o)' $(steps.a.results.r)", states),
    `echo '${json}' $(steps.a.results.r)`,
  );
  const container = { args: ['$(steps.a.outputs.o)'], env: { A: '$(steps.a.outputs.o)' } };
  const replaced = withStepResults(container as unknown as Parameters<typeof withStepResults>[0], states);
  assert.deepEqual([replaced.args, replaced.env], [[json], { A: json }]);
});
