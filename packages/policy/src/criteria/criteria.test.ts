import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicySource } from '../spec/policy-spec.ts';
import { Criteria, type CriteriaTarget } from './criteria.ts';
import { matchersOf, scoreOf } from './matchers.ts';

const at = new Date('2026-06-01T00:00:00Z');
const digest = `sha256:${'a'.repeat(64)}`;
const target: CriteriaTarget = { repository: 'quay.io/team/app', digest, component: 'app' };

function source(parts: Omit<PolicySource, 'policy'>): PolicySource {
  return { policy: ['p'], ...parts };
}

function includes(
  parts: Omit<PolicySource, 'policy'>,
  code: string,
  options: { terms?: string[]; collections?: string[]; target?: CriteriaTarget } = {},
): boolean {
  const { terms = [], collections = [] } = options;
  return new Criteria(source(parts), undefined, at).includes(
    { code, terms, collections },
    options.target ?? target,
  );
}

test('a result is named by package, rule, term and collection', () => {
  assert.deepEqual(matchersOf({ code: 'a.b.pkg.rule', terms: ['t', ''], collections: ['slsa3'] }), [
    'pkg',
    'pkg.*',
    'pkg.rule',
    'pkg:t',
    'pkg.*:t',
    'pkg.rule:t',
    '*',
    '@slsa3',
  ]);
  assert.deepEqual(matchersOf({ code: 'alone', terms: ['t'], collections: ['x'] }), ['*', '@x']);
});

for (const [criterion, score] of [
  ['*', 1],
  ['pkg', 10],
  ['pkg.*', 10],
  ['pkg.rule', 110],
  ['pkg.rule:t', 210],
  ['a.b.rule', 120],
  ['*.rule', 101],
  ['@x', 10],
  ['pkg:t', 110],
] as const) {
  test(`the criterion ${criterion} scores ${score}`, () => assert.equal(scoreOf(criterion), score));
}

test('without criteria everything counts', () => assert.ok(includes({}, 'pkg.rule')));

test('the more specific criterion wins, and a tie excludes', () => {
  const config = { include: ['pkg.rule'], exclude: ['pkg'] };
  assert.ok(includes({ config }, 'pkg.rule'));
  assert.ok(!includes({ config: { include: ['pkg'], exclude: ['pkg'] } }, 'pkg.rule'));
  assert.ok(!includes({ config }, 'pkg.other'));
});

test('a term can be excluded alone', () => {
  const config = { include: ['*'], exclude: ['pkg.rule:bad'] };
  assert.ok(!includes({ config }, 'pkg.rule', { terms: ['bad'] }));
  assert.ok(includes({ config }, 'pkg.rule', { terms: ['good'] }));
});

test('a collection is included by its name', () => {
  const config = { include: ['@slsa3'] };
  assert.ok(includes({ config }, 'pkg.rule', { collections: ['slsa3'] }));
  assert.ok(!includes({ config }, 'pkg.rule', { collections: ['minimal'] }));
});

test('a volatile exclude holds between its times, both included', () => {
  const holds = (times: { effectiveOn?: string; effectiveUntil?: string }) =>
    !includes({ volatileConfig: { exclude: [{ value: 'pkg.rule', ...times }] } }, 'pkg.rule');
  assert.ok(holds({}));
  assert.ok(holds({ effectiveOn: '2026-06-01', effectiveUntil: '2026-06-01T00:00:00Z' }));
  assert.ok(!holds({ effectiveOn: '2026-06-02' }));
  assert.ok(!holds({ effectiveUntil: '2026-05-31' }));
});

test('a volatile entry whose time cannot be read is not in force, and is told', () => {
  const criteria = new Criteria(
    source({ volatileConfig: { exclude: [{ value: 'pkg', effectiveOn: 'soon' }] } }),
    undefined,
    at,
  );
  assert.ok(criteria.includes({ code: 'pkg.rule', terms: [], collections: [] }, target));
  assert.deepEqual(criteria.unreadable, [{ value: 'pkg', problem: 'effectiveOn "soon" is not a time' }]);
});

test('a volatile exclude may be for one repository, digest or component only', () => {
  for (const scope of [
    { imageUrl: 'quay.io/team/app' },
    { imageDigest: digest },
    { imageRef: digest },
    { componentNames: ['other', 'app'] },
  ]) {
    const parts = { volatileConfig: { exclude: [{ value: 'pkg.rule', ...scope }] } };
    assert.ok(!includes(parts, 'pkg.rule'), JSON.stringify(scope));
    assert.ok(
      includes(parts, 'pkg.rule', { target: { repository: 'quay.io/team/else', component: 'else' } }),
    );
  }
});

test('the parts of an image index belong to the component that the index is', () => {
  const parts = { volatileConfig: { exclude: [{ value: 'pkg.rule', componentNames: ['app'] }] } };
  assert.ok(!includes(parts, 'pkg.rule', { target: { component: `app-${digest}-amd64` } }));
});

test('includes scoped to other images leave an image all its rules', () => {
  const parts = { volatileConfig: { include: [{ value: 'pkg.rule', imageDigest: digest }] } };
  const other = { repository: 'quay.io/team/else' };
  assert.ok(includes(parts, 'pkg.other', { target: other }));
  assert.ok(!includes(parts, 'pkg.other'));
  const quirky = new Criteria(source(parts), undefined, at, { scopedFallback: false });
  assert.ok(!quirky.includes({ code: 'pkg.other', terms: [], collections: [] }, other));
});

test('the deprecated configuration holds only for a source without criteria', () => {
  const rule = { code: 'pkg.rule', terms: [], collections: ['minimal'] };
  const configuration = { collections: ['minimal'], exclude: ['pkg.rule'] };
  assert.ok(!new Criteria(source({}), configuration, at).includes(rule, target));
  assert.ok(new Criteria(source({ config: { include: ['pkg'] } }), configuration, at).includes(rule, target));
});

test('a package is worth evaluating when a criterion with a term names its rule', () => {
  const criteria = new Criteria(source({ config: { include: ['pkg.rule:t'] } }), undefined, at);
  assert.ok(criteria.includesSomeOf({ code: 'pkg.rule', terms: [], collections: [] }, {}));
  assert.ok(!criteria.includesSomeOf({ code: 'other.rule', terms: [], collections: [] }, {}));
});
