import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { snapshotName } from './snapshot-name.ts';

const time = new Date('2026-06-01T12:34:56.789Z');

test('the name holds the moment', () => {
  assert.match(snapshotName('shop', time, 'uid'), /^shop-20260601-123456-789-[a-z0-9]{2}$/);
});

test('the same build always gives the same name, another build another', () => {
  assert.equal(snapshotName('shop', time, 'uid-1'), snapshotName('shop', time, 'uid-1'));
  assert.notEqual(snapshotName('shop', time, 'uid-1'), snapshotName('shop', time, 'uid-2'));
});

test('every name is a label: at most 63 characters, no dash before the moment but its own', () => {
  const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,60}[a-z0-9])?$/);
  fc.assert(
    fc.property(label, fc.string(), (prefix, seed) => {
      const name = snapshotName(prefix, time, seed);
      assert.ok(name.length <= 63, name);
      assert.match(name, /^[a-z]([-a-z0-9]*[a-z0-9])?$/);
      assert.doesNotMatch(name, /--2026/);
    }),
  );
});
