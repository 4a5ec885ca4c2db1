import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Release, ReleaseStatus } from '../resources/release.ts';
import { releaseOf } from '../testing/consents.ts';
import { writerBefore } from './order.ts';

const early = '2026-06-01T12:00:00Z';
const late = '2026-06-01T12:00:01Z';

function release(name: string, creationTimestamp: string, status: ReleaseStatus = {}): Release {
  return releaseOf(
    { name, uid: `uid-${name}`, creationTimestamp },
    { artifacts: { targets: ['registry.test/web:1'] }, ...status },
  );
}

const references = ['registry.test/web:1'];
const one = release('one', late);

test('an older unfinished one that writes the same goes first', () => {
  assert.equal(writerBefore(one, references, [one, release('old', early)]), 'team/old');
});

test('itself, younger ones, ended ones, deleted ones, and those that write elsewhere are not waited for', () => {
  const deleted = release('gone', early);
  const others = [
    one,
    release('two', '2026-06-01T12:00:02Z'),
    release('done', early, { completionTime: late }),
    { ...deleted, metadata: { ...deleted.metadata, deletionTimestamp: late } },
    release('elsewhere', early, { artifacts: { targets: ['registry.test/web:2'] } }),
  ];
  assert.equal(writerBefore(one, references, others), undefined);
});

test('one that is being copied goes first, however young', () => {
  const running = release('running', '2026-06-01T12:00:02Z', {
    artifacts: { targets: references },
    managedProcessing: { pipelineRun: 'managed/run' },
  });
  assert.equal(writerBefore(one, references, [running]), 'team/running');
});

test('an older one that has not said yet what it writes is waited for, if it goes by the same plan', () => {
  const unsaid = { ...release('unsaid', early), status: {} };
  assert.equal(writerBefore(one, references, [unsaid]), 'team/unsaid');
  const otherPlan = { ...unsaid, spec: { ...unsaid.spec, releasePlan: 'other' } };
  assert.equal(writerBefore(one, references, [otherPlan]), undefined);
});

test('of two in the same second one waits for the other', () => {
  const [a, b] = [release('a', early), release('b', early)];
  assert.equal(writerBefore(a, references, [a, b]), undefined);
  assert.equal(writerBefore(b, references, [a, b]), 'team/a');
});

const arbitrary = fc.record({
  second: fc.integer({ min: 0, max: 3 }),
  targets: fc.option(fc.subarray(['x', 'y', 'z'], { minLength: 1 }), { nil: undefined }),
});

test('property: some unfinished one can always go on, and never two that write the same', () => {
  fc.assert(
    fc.property(fc.array(arbitrary, { minLength: 1, maxLength: 6 }), (given) => {
      const releases = given.map(({ second, targets }, index) =>
        release(
          `r${index}`,
          `2026-06-01T12:00:0${second}Z`,
          targets ? { artifacts: { targets } } : { artifacts: {} },
        ),
      );
      const may = releases.filter((each) => {
        const targets = each.status?.artifacts?.targets;
        return targets && writerBefore(each, targets, releases) === undefined;
      });
      const unsaid = releases.some((each) => each.status?.artifacts?.targets === undefined);
      assert.ok(unsaid || may.length > 0);
      for (const a of may)
        for (const b of may)
          if (a !== b)
            assert.ok(!a.status!.artifacts!.targets!.some((x) => b.status!.artifacts!.targets!.includes(x)));
    }),
  );
});

test('property: every one ends, one after the other, whatever they write', () => {
  fc.assert(
    fc.property(fc.array(arbitrary, { maxLength: 6 }), (given) => {
      let left = given.map(({ second, targets = ['x'] }, index) =>
        release(`r${index}`, `2026-06-01T12:00:0${second}Z`, { artifacts: { targets } }),
      );
      while (left.length > 0) {
        const next = left.find((each) => !writerBefore(each, each.status!.artifacts!.targets!, left));
        assert.ok(next, 'they wait for each other');
        left = left.filter((each) => each !== next);
      }
    }),
  );
});
