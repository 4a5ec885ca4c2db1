import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { trackReferences } from './track-references.ts';

const now = new Date('2026-06-01T00:00:00Z');
const key = 'oci://quay.io/org/task:1';
const later = '2026-07-31T00:00:00Z';

test('a first reference never expires', () => {
  assert.deepEqual(trackReferences([{ key, ref: 'sha256:a' }], { now }), {
    trusted_tasks: { [key]: [{ ref: 'sha256:a' }] },
  });
});

test('a newer one comes first, and the one before expires in 60 days', () => {
  const present = stringify({ trusted_tasks: { [key]: [{ ref: 'sha256:a' }] }, other: 1 });
  assert.deepEqual(trackReferences([{ key, ref: 'sha256:b' }], { now, present }), {
    trusted_tasks: { [key]: [{ ref: 'sha256:b' }, { ref: 'sha256:a', expires_on: later }] },
    other: 1,
  });
});

test('the newest once more changes nothing; an old one that returns is the newest again', () => {
  const records = [{ ref: 'sha256:b' }, { ref: 'sha256:a', expires_on: '2026-06-30T00:00:00Z' }];
  const present = stringify({ trusted_tasks: { [key]: records } });
  assert.deepEqual(trackReferences([{ key, ref: 'sha256:b' }], { now, present }).trusted_tasks, {
    [key]: records,
  });
  assert.deepEqual(
    trackReferences([{ key, ref: 'sha256:a' }], { now, present, inEffectDays: 1 }).trusted_tasks,
    {
      [key]: [{ ref: 'sha256:a' }, { ref: 'sha256:b', expires_on: '2026-06-02T00:00:00Z' }],
    },
  );
});

test('what has expired is left out unless it is to stay', () => {
  const present = stringify({
    trusted_tasks: { [key]: [{ ref: 'sha256:b' }, { ref: 'sha256:a', expires_on: '2026-05-30T00:00:00Z' }] },
  });
  assert.deepEqual(trackReferences([], { now, present }).trusted_tasks, { [key]: [{ ref: 'sha256:b' }] });
  const kept = trackReferences([], { now, present, prune: false }).trusted_tasks as Record<string, unknown[]>;
  assert.equal(kept[key]!.length, 2);
});

test('what is no list is refused', () => {
  assert.throws(() => trackReferences([], { now, present: 'trusted_tasks: {a: [1]}' }), {
    code: 'InvalidInput',
  });
  assert.throws(() => trackReferences([], { now, present: '- a' }), { code: 'InvalidInput' });
});
