import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigMaps } from '../core/config-map.ts';
import { Secrets } from '../core/secret.ts';
import { isKubeError } from '../error.ts';
import type { ResourceType } from '../object.ts';
import type { AnyObject } from '../resource.ts';
import type { AccessTable, Verb } from './access-table.ts';
import { bearerToken, createTokenAuthenticator } from './authenticator.ts';
import { Authorizer } from './authorizer.ts';
import { factoryAccess } from './factory-access.ts';
import { adminIdentity, type Identity, observerIdentity, runnerIdentity } from './identity.ts';

const TaskRuns: ResourceType = {
  group: 'tekton.dev',
  version: 'v1',
  kind: 'TaskRun',
  plural: 'taskruns',
  namespaced: true,
  hasStatus: true,
};
const Tasks: ResourceType = { ...TaskRuns, kind: 'Task', plural: 'tasks', hasStatus: false };

const verbs: Verb[] = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'];

function allowed(identity: Identity, resource: ResourceType, subresource?: 'status'): string {
  const authorizer = new Authorizer(factoryAccess);
  return verbs
    .filter((verb) => {
      try {
        authorizer.authorize(identity, { verb, resource, subresource, namespace: 'default', name: 'x' });
        return true;
      } catch (error) {
        assert.ok(isKubeError(error, 'Forbidden'));
        return false;
      }
    })
    .join(' ');
}

const everything = verbs.join(' ');
const nobody: Identity = { name: 'nobody', groups: [] };
const matrix: [Identity, ResourceType, 'status' | undefined, string][] = [
  [adminIdentity, TaskRuns, undefined, everything],
  [adminIdentity, TaskRuns, 'status', 'get list watch'],
  [adminIdentity, Secrets, undefined, everything],
  [runnerIdentity, TaskRuns, undefined, everything],
  [runnerIdentity, TaskRuns, 'status', everything],
  [runnerIdentity, ConfigMaps, undefined, everything],
  [runnerIdentity, Secrets, undefined, 'get list watch'],
  [observerIdentity, TaskRuns, undefined, 'get list watch patch'],
  [observerIdentity, TaskRuns, 'status', ''],
  [observerIdentity, Tasks, undefined, ''],
  [observerIdentity, Secrets, undefined, ''],
  [nobody, TaskRuns, undefined, ''],
  [{ name: 'eve', groups: ['admin'] }, TaskRuns, undefined, ''],
  [{ name: 'ops', groups: ['system:masters'] }, Secrets, undefined, everything],
];

for (const [identity, resource, subresource, expected] of matrix) {
  test(`${identity.name} on ${resource.plural}${subresource ? '/status' : ''}: ${expected || 'nothing'}`, () => {
    assert.equal(allowed(identity, resource, subresource), expected);
  });
}

function object(metadata: AnyObject['metadata'], more: object = {}): AnyObject {
  return { apiVersion: 'tekton.dev/v1', kind: 'TaskRun', metadata: { name: 'x', ...metadata }, ...more };
}

test('a permit for some fields refuses every other change', () => {
  const permit = new Authorizer(factoryAccess).authorize(observerIdentity, {
    verb: 'patch',
    resource: TaskRuns,
    name: 'x',
  });
  const before = object(
    { annotations: { a: 'b' }, finalizers: ['x.y/z'], labels: { l: '1' } },
    { spec: { s: 1 } },
  );
  const { annotations, finalizers = [] } = before.metadata;
  const signed = { ...annotations, 'chains.tekton.dev/signed': 'true' };
  const change = (metadata: object, more: object = {}) => ({
    ...before,
    ...more,
    metadata: { ...before.metadata, ...metadata },
  });
  permit({
    before,
    after: change({ annotations: signed, finalizers: [...finalizers, 'chains.tekton.dev/taskrun'] }),
  });
  const refused = [
    change({ annotations: { ...signed, a: 'c' } }),
    change({ annotations: {} }),
    change({ finalizers: [] }),
    change({ finalizers: ['chains.tekton.dev.evil/x', ...finalizers] }),
    change({ labels: { l: '2' } }),
    change({ ownerReferences: [] }),
    change({}, { spec: { s: 2 } }),
    change({}, { status: {} }),
  ];
  for (const after of refused) {
    assert.throws(
      () => permit({ before, after }),
      (error) => isKubeError(error, 'Forbidden'),
      JSON.stringify(after),
    );
  }
});

test('a reserved field can be refused instead of dropped on create', () => {
  const table: AccessTable = {
    rules: [{ subjects: ['u'], verbs: ['create'], resources: ['configmaps'] }],
    reserved: [
      { field: { annotationPrefix: 'drop/' }, resources: ['*'], writers: [], onCreate: 'drop' },
      { field: { finalizerPrefix: 'keep/' }, resources: ['configmaps'], writers: [], onCreate: 'forbid' },
    ],
  };
  const permit = new Authorizer(table).authorize(
    { name: 'u', groups: [] },
    { verb: 'create', resource: ConfigMaps },
  );
  const made = permit({ before: undefined, after: object({ annotations: { 'drop/a': '1', b: '2' } }) });
  assert.deepEqual(made.metadata, { name: 'x', annotations: { b: '2' } });
  assert.throws(
    () => permit({ before: undefined, after: object({ finalizers: ['keep/x'] }) }),
    (error) => isKubeError(error, 'Forbidden'),
  );
});

test('a token names its identity, and no other text does', async () => {
  const authenticator = createTokenAuthenticator([
    ['one', adminIdentity],
    ['two', runnerIdentity],
  ]);
  assert.equal(await authenticator.authenticate('one'), adminIdentity);
  assert.equal(await authenticator.authenticate('two'), runnerIdentity);
  for (const token of ['', 'on', 'one ', 'ONE', 'three']) {
    assert.equal(await authenticator.authenticate(token), undefined);
  }
  assert.throws(() => createTokenAuthenticator([['', adminIdentity]]), RangeError);
});

test('reads the bearer token of a header', () => {
  assert.equal(bearerToken('Bearer abc'), 'abc');
  assert.equal(bearerToken('bearer  abc'), 'abc');
  for (const header of [undefined, '', 'abc', 'Basic abc', 'Bearer', 'Bearer a b']) {
    assert.equal(bearerToken(header), undefined);
  }
});
