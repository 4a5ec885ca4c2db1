import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AccessRequest } from '../access/access-request.ts';
import { describeRule, ruleAllows, uncoveredRules } from './policy-rule.ts';
import type { PolicyRule } from './rbac-resources.ts';

const pods = { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] };
const request = { verb: 'get', group: '', resource: 'pods', namespace: 'a', name: 'x' };

const cases: [string, PolicyRule, AccessRequest, boolean][] = [
  ['the very thing', pods, request, true],
  ['another verb', pods, { ...request, verb: 'delete' }, false],
  ['another group', pods, { ...request, group: 'apps' }, false],
  ['a subresource is another resource', pods, { ...request, subresource: 'log' }, false],
  ['a named subresource', { ...pods, resources: ['pods/log'] }, { ...request, subresource: 'log' }, true],
  ['the resource of a named subresource', { ...pods, resources: ['pods/log'] }, request, false],
  ['a subresource of anything', { ...pods, resources: ['*/log'] }, { ...request, subresource: 'log' }, true],
  ['all resources and subresources', { ...pods, resources: ['*'] }, { ...request, subresource: 'log' }, true],
  ['all verbs', { ...pods, verbs: ['*'] }, { ...request, verb: 'frobnicate' }, true],
  ['all groups', { ...pods, apiGroups: ['*'] }, { ...request, group: 'x.y' }, true],
  ['a name', { ...pods, resourceNames: ['x'] }, request, true],
  ['another name', { ...pods, resourceNames: ['y'] }, request, false],
  ['a name, asked for all', { ...pods, resourceNames: ['x'] }, { ...request, name: undefined }, false],
  ['a path', { verbs: ['get'], nonResourceURLs: ['/metrics'] }, { verb: 'get', path: '/metrics' }, true],
  [
    'a path below',
    { verbs: ['get'], nonResourceURLs: ['/metrics'] },
    { verb: 'get', path: '/metrics/x' },
    false,
  ],
  [
    'paths below',
    { verbs: ['get'], nonResourceURLs: ['/metrics/*'] },
    { verb: 'get', path: '/metrics/x' },
    true,
  ],
  ['every path', { verbs: ['get'], nonResourceURLs: ['*'] }, { verb: 'get', path: '/x' }, true],
  ['paths by a rule for resources', { ...pods, resources: ['*'] }, { verb: 'get', path: '/x' }, false],
];

for (const [name, rule, asked, expected] of cases) {
  test(`a rule and ${name}: ${expected ? 'allowed' : 'not allowed'}`, () => {
    assert.equal(ruleAllows(rule, asked), expected);
  });
}

const word = fc.constantFrom('*', 'a', 'b', 'c');
const resource = fc.constantFrom('*', 'pods', 'pods/log', 'pods/*', '*/log', 'jobs');
const words = fc.uniqueArray(word, { minLength: 1, maxLength: 3 });
const rule: fc.Arbitrary<PolicyRule> = fc.record(
  {
    verbs: words,
    apiGroups: words,
    resources: fc.uniqueArray(resource, { minLength: 1, maxLength: 3 }),
    resourceNames: fc.uniqueArray(fc.constantFrom('x', 'y'), { maxLength: 2 }),
  },
  { requiredKeys: ['verbs', 'apiGroups', 'resources'] },
);
const asked = fc.record({
  verb: fc.constantFrom('a', 'b', 'z'),
  group: fc.constantFrom('a', 'b', 'z'),
  resource: fc.constantFrom('pods', 'jobs', 'others'),
  subresource: fc.constantFrom(undefined, 'log', 'exec'),
  name: fc.constantFrom(undefined, 'x', 'y', 'z'),
});

test('rules that are covered allow nothing that the owned ones do not', () => {
  fc.assert(
    fc.property(
      fc.array(rule, { maxLength: 3 }),
      fc.array(rule, { maxLength: 3 }),
      asked,
      (owned, wanted, one) => {
        fc.pre(uncoveredRules(owned, wanted).length === 0);
        fc.pre(wanted.some((each) => ruleAllows(each, one)));
        assert.ok(owned.some((each) => ruleAllows(each, one)));
      },
    ),
    { numRuns: 2000 },
  );
});

test('everybody covers what he has', () => {
  fc.assert(fc.property(fc.array(rule), (rules) => assert.deepEqual(uncoveredRules(rules, rules), [])));
});

test('a rule in messages is written as Kubernetes does', () => {
  assert.equal(
    describeRule({ ...pods, resourceNames: ['x'] }),
    '{APIGroups:[""], Resources:["pods"], ResourceNames:["x"], Verbs:["get" "list"]}',
  );
});
