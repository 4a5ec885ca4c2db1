import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cacheLimitOf, slotsOf } from './runner-limits.ts';

test('limits are what the environment says, else what suits the machine', () => {
  assert.equal(slotsOf({ ASSAY_MAX_TASKRUNS: '3' }), 3);
  assert.ok(slotsOf({}) >= 2);
  assert.equal(cacheLimitOf({ ASSAY_MAX_CACHE: '500Mi' }), 500 * 1024 ** 2);
  assert.equal(cacheLimitOf({}), 5 * 1024 ** 3);
});

test('what is no limit is refused', () => {
  for (const text of ['0', '-1', 'many', '1.5'])
    assert.throws(() => slotsOf({ ASSAY_MAX_TASKRUNS: text }), { code: 'Usage' });
  assert.throws(() => cacheLimitOf({ ASSAY_MAX_CACHE: 'much' }), { code: 'Usage' });
});
