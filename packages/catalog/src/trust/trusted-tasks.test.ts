import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { merge, promote, revoke, type TrustedTasks, trustKey } from './trusted-tasks.ts';

const now = new Date('2026-06-01T12:00:00Z');
const key = 'oci://registry.test/task-lint:0.1';
const overlap = { now, overlapDays: 60 };

test('a bundle is trusted under its repository and tag', () => {
  assert.equal(trustKey({ repository: 'registry.test/task-lint', tag: '0.1' }), key);
  assert.equal(trustKey({ repository: 'registry.test/task-lint' }), 'oci://registry.test/task-lint');
});

test('what is promoted is newest and has no expiry; what was newest has time to go', () => {
  const first = promote({}, key, 'sha256:a', overlap);
  const second = promote(first, key, 'sha256:b', overlap);
  assert.deepEqual(second[key], [
    { ref: 'sha256:b' },
    { ref: 'sha256:a', expires_on: '2026-07-31T12:00:00Z' },
  ]);
  assert.equal(promote(second, key, 'sha256:b', overlap), second, 'twice is once');
});

test('what is revoked is trusted no longer, and never longer than before', () => {
  const tasks = promote(promote({}, key, 'sha256:a', overlap), key, 'sha256:b', overlap);
  assert.deepEqual(revoke(tasks, key, 'sha256:b', now)[key]![0], {
    ref: 'sha256:b',
    expires_on: '2026-06-01T12:00:00Z',
  });
  const all = revoke(tasks, key, undefined, now)[key]!;
  assert.deepEqual(
    all.map((entry) => entry.expires_on),
    ['2026-06-01T12:00:00Z', '2026-06-01T12:00:00Z'],
  );
  const later = revoke(revoke(tasks, key, undefined, now), key, undefined, new Date('2027-01-01'));
  assert.deepEqual(later[key], all);
});

test('what is not trusted cannot be revoked', () => {
  assert.throws(() => revoke({}, key, undefined, now), { code: 'NotTrusted', hint: /is empty/ });
  const tasks = promote({}, key, 'sha256:a', overlap);
  assert.throws(() => revoke(tasks, key, 'sha256:x', now), { code: 'NotTrusted', hint: /trusted are: oci/ });
});

const time = fc.integer({ min: 0, max: 5 }).map((day) => `2026-06-0${day + 1}T00:00:00Z`);
const entry = fc.record(
  { ref: fc.constantFrom('sha256:a', 'sha256:b', 'sha256:c'), expires_on: time, effective_on: time },
  { requiredKeys: ['ref'], noNullPrototype: true },
);
const tasksArbitrary: fc.Arbitrary<TrustedTasks> = fc.dictionary(
  fc.constantFrom('oci://x:1', 'oci://y:1'),
  fc.uniqueArray(entry, { selector: ({ ref }) => ref, minLength: 1 }),
  { noNullPrototype: true },
);

test('versions come together in any order, any number of times, to the same', () => {
  fc.assert(
    fc.property(tasksArbitrary, tasksArbitrary, tasksArbitrary, (a, b, c) => {
      assert.deepEqual(merge(a, b), merge(b, a));
      assert.deepEqual(merge(merge(a, b), c), merge(a, merge(b, c)));
      assert.deepEqual(merge(merge(a, b), b), merge(a, b));
    }),
  );
});

test('no entry is lost, and none lives longer than any version said', () => {
  fc.assert(
    fc.property(tasksArbitrary, tasksArbitrary, (a, b) => {
      const merged = merge(a, b);
      for (const [name, entries] of [...Object.entries(a), ...Object.entries(b)]) {
        for (const { ref, expires_on = '~' } of entries) {
          const found = merged[name]!.find((one) => one.ref === ref);
          assert.ok(found);
          assert.ok((found.expires_on ?? '~') <= expires_on);
        }
      }
    }),
  );
});
