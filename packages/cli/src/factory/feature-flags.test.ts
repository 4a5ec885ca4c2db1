import assert from 'node:assert/strict';
import { test } from 'node:test';
import { localFeatureFlags } from '@assay/tekton';
import { recordedFeatureFlags } from './feature-flags.ts';

test('runs tell the level and the switches that are on, in the spelling of the status', () => {
  const recorded = recordedFeatureFlags(localFeatureFlags);
  assert.equal(recorded.enableAPIFields, 'alpha');
  assert.equal(recorded.enableParamEnum, true);
  assert.equal(recorded.coschedule, 'disabled');
  assert.equal('disableInlineSpec' in recorded, false);
  assert.equal('enableApiFields' in recorded, false);
});

test('what is switched off is not told', () => {
  const recorded = recordedFeatureFlags({
    enableParamEnum: false,
    disableInlineSpec: ['taskrun', 'pipeline'],
  });
  assert.equal('enableParamEnum' in recorded, false);
  assert.equal(recorded.disableInlineSpec, 'taskrun,pipeline');
  assert.equal(recorded.enableAPIFields, 'beta');
});
