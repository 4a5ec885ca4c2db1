import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparePolicies, policyDigest } from './equivalence.ts';
import type { PolicySpec } from './policy-spec.ts';

const at = new Date('2026-06-01T00:00:00Z');
const spec: PolicySpec = {
  name: 'one',
  sources: [
    {
      policy: ['a', 'b'],
      data: ['d'],
      ruleData: { x: 1, y: [1, 2] },
      config: { include: ['@slsa3', 'cve'] },
    },
    { policy: ['c'] },
  ],
};

test('the order of sources, policies and criteria does not count, nor do names', () => {
  const other: PolicySpec = {
    name: 'two',
    description: 'words',
    sources: [
      { policy: ['c'], name: 'named' },
      {
        policy: ['b', 'a'],
        data: ['d'],
        ruleData: { y: [1, 2], x: 1 },
        config: { include: ['cve', '@slsa3'] },
      },
    ],
  };
  assert.deepEqual(comparePolicies(spec, other, at), { equivalent: true, differences: [] });
  assert.equal(policyDigest(spec, at), policyDigest(other, at));
});

test('what the policy demands counts', () => {
  const change = (more: Partial<PolicySpec>) => comparePolicies(spec, { ...spec, ...more }, at).differences;
  assert.deepEqual(change({ publicKey: 'k' }), ['publicKey']);
  assert.deepEqual(change({ sources: [spec.sources[0]!] }), ['sources']);
  assert.deepEqual(change({ sources: [{ ...spec.sources[0]!, ruleData: { x: 2 } }, spec.sources[1]!] }), [
    'sources',
  ]);
});

test('a volatile entry counts only while it is in force, for the images it is about', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const exclude = [{ value: 'cve', imageDigest: digest, effectiveUntil: '2026-06-30' }];
  const volatile: PolicySpec = {
    sources: [spec.sources[0]!, { policy: ['c'], volatileConfig: { exclude } }],
  };
  const differs = (when: string, target = {}) =>
    !comparePolicies(spec, volatile, new Date(when), target).equivalent;
  assert.ok(differs('2026-06-01', { digest }));
  assert.ok(!differs('2026-07-01', { digest }));
  assert.ok(!differs('2026-06-01', {}));
});
