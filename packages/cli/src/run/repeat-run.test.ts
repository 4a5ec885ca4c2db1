import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PipelineRun } from '@assay/tekton';
import { repeatedRun } from './repeat-run.ts';

const ended = (status: 'True' | 'False', more: Partial<PipelineRun['spec']> = {}): PipelineRun => ({
  apiVersion: 'tekton.dev/v1',
  kind: 'PipelineRun',
  metadata: {
    name: 'nightly-x7k2p',
    namespace: 'ci',
    uid: 'u1',
    labels: { team: 'a', 'tekton.dev/pipeline': 'nightly' },
    annotations: { note: 'n', 'chains.tekton.dev/signed': 'true', 'assay.dev/rerun-of': 'older' },
  },
  spec: { pipelineRef: { name: 'nightly' }, ...more },
  status: { conditions: [{ type: 'Succeeded', status, reason: 'Failed', message: '' }] },
});

test('a run is repeated under a name of its own, without what others wrote on it', () => {
  const { metadata, spec, status } = repeatedRun(ended('False', { status: 'Cancelled' }), false);
  assert.deepEqual(metadata, {
    generateName: 'nightly-',
    namespace: 'ci',
    labels: { team: 'a' },
    annotations: { note: 'n', 'assay.dev/rerun-of': 'nightly-x7k2p' },
  });
  assert.deepEqual([spec, status], [{ pipelineRef: { name: 'nightly' } }, undefined]);
});

test('from what failed, it takes results over and uses the same claims', () => {
  const workspaces = [{ name: 'w', volumeClaimTemplate: { spec: {} } }];
  const { metadata, spec } = repeatedRun(ended('False', { workspaces }), true);
  assert.equal(metadata.annotations?.['assay.dev/reuse-results-of'], 'nightly-x7k2p');
  assert.match(spec.workspaces?.[0]?.persistentVolumeClaim?.claimName ?? '', /^pvc-[0-9a-f]{10}$/);
});

test('there must be something that failed, and the run must have ended', () => {
  assert.throws(() => repeatedRun(ended('True'), true), { code: 'Usage' });
  assert.throws(() => repeatedRun({ ...ended('True'), status: {} }, false), { code: 'RunExists' });
});
