import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { adminIdentity, apiServerIdentity, type Identity } from '../access/identity.ts';
import { ConfigMaps } from '../core/config-map.ts';
import { Namespaces } from '../core/namespace.ts';
import { Secrets } from '../core/secret.ts';
import type { KubeError } from '../error.ts';
import { configMap, scratchFolder, scratchStore } from '../store/scratch-store.ts';
import { createStore, type Store } from '../store/store.ts';
import { installDefaultRoles } from './default-roles.ts';
import {
  type ClusterRole,
  ClusterRoleBindings,
  ClusterRoles,
  type PolicyRule,
  type RoleBinding,
  RoleBindings,
  Roles,
} from './rbac-resources.ts';

const v1 = 'rbac.authorization.k8s.io/v1';
const bob: Identity = { name: 'bob', groups: ['team'] };

function role(name: string, rules: PolicyRule[], labels: Record<string, string> = {}): ClusterRole {
  return { apiVersion: v1, kind: 'ClusterRole', metadata: { name, labels }, rules };
}

function bind(
  roleName: string,
  to: { kind?: 'User' | 'Group' | 'ServiceAccount'; name?: string; namespace?: string } = {},
) {
  return (kind: 'RoleBinding' | 'ClusterRoleBinding', name: string, namespace?: string): RoleBinding => ({
    apiVersion: v1,
    kind,
    metadata: { name, ...(namespace && { namespace }) },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: roleName },
    subjects: [
      { kind: to.kind ?? 'User', name: to.name ?? 'bob', ...(to.namespace && { namespace: to.namespace }) },
    ],
  });
}

const readConfigMaps: PolicyRule = { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] };

async function withRoles(store: Store): Promise<ReturnType<Store['client']>> {
  await installDefaultRoles(store.client(apiServerIdentity));
  await store.settled();
  // Aggregates of aggregates take a pass each.
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  return store.client(adminIdentity);
}

test('a RoleBinding gives a ClusterRole in its namespace only, until it is gone', async (t) => {
  const store = scratchStore(t);
  const admin = store.client(adminIdentity);
  await admin.create(ConfigMaps, configMap('seen'));
  await admin.create(ClusterRoles, role('reader', [readConfigMaps]));
  const asBob = store.client(bob);
  const refused = {
    code: 'Forbidden',
    message:
      'configmaps "seen" is forbidden: User "bob" cannot get resource "configmaps" in API group "" in the namespace "default"',
  };
  await assert.rejects(asBob.get(ConfigMaps, 'default', 'seen'), refused);
  await admin.create(RoleBindings, bind('reader')('RoleBinding', 'b', 'default'));
  assert.equal((await asBob.get(ConfigMaps, 'default', 'seen')).metadata.name, 'seen');
  await assert.rejects(asBob.list(ConfigMaps), {
    message:
      'configmaps is forbidden: User "bob" cannot list resource "configmaps" in API group "" at the cluster scope',
  });
  await assert.rejects(asBob.list(ConfigMaps, { namespace: 'other' }), { code: 'Forbidden' });
  assert.deepEqual(
    store.authorizer.decide(bob, { verb: 'get', group: '', resource: 'configmaps', namespace: 'default' }),
    {
      allowed: true,
      reason: 'RBAC: allowed by RoleBinding "b/default" of ClusterRole "reader" to User "bob"',
    },
  );
  await admin.delete(RoleBindings, 'default', 'b');
  await assert.rejects(asBob.get(ConfigMaps, 'default', 'seen'), refused);
});

test('groups and ServiceAccounts are subjects; a role that changes changes what is allowed', async (t) => {
  const store = scratchStore(t);
  const admin = store.client(adminIdentity);
  const created = await admin.create(ClusterRoles, role('reader', [readConfigMaps]));
  await admin.create(
    ClusterRoleBindings,
    bind('reader', { kind: 'Group', name: 'team' })('ClusterRoleBinding', 'g'),
  );
  await admin.create(
    ClusterRoleBindings,
    bind('reader', { kind: 'ServiceAccount', name: 'builder', namespace: 'ci' })('ClusterRoleBinding', 's'),
  );
  const builder = { name: 'system:serviceaccount:ci:builder', groups: [] };
  await store.client(bob).list(ConfigMaps);
  await store.client(builder).list(ConfigMaps);
  await assert.rejects(
    store.client({ ...builder, name: 'system:serviceaccount:cd:builder' }).list(ConfigMaps),
  );
  await admin.update(ClusterRoles, { ...created, rules: [] });
  await assert.rejects(store.client(bob).list(ConfigMaps), { code: 'Forbidden' });
});

test('what is granted survives a restart', async (t) => {
  const path = join(scratchFolder(t), 'store.db');
  const first = createStore({ path });
  const admin = first.client(adminIdentity);
  await admin.create(ClusterRoles, role('reader', [readConfigMaps]));
  await admin.create(ClusterRoleBindings, bind('reader')('ClusterRoleBinding', 'b'));
  first.close();
  const second = createStore({ path });
  t.after(() => second.close());
  await second.client(bob).list(ConfigMaps);
});

test('the default roles are what people expect of them', async (t) => {
  const store = scratchStore(t);
  const admin = await withRoles(store);
  const { authorizer } = store;
  for (const name of ['admin', 'edit', 'view']) {
    await admin.create(RoleBindings, bind(name, { name: `${name}er` })('RoleBinding', name, 'default'));
  }
  const can = (user: string, verb: string, resource: string, group = '', namespace = 'default') =>
    authorizer.decide({ name: user, groups: [] }, { verb, group, resource, namespace }).allowed;
  const rows: [string, string, string, string][] = [
    // verb, resource, group, who may
    ['list', 'configmaps', '', 'admin edit view'],
    ['create', 'configmaps', '', 'admin edit'],
    ['get', 'secrets', '', 'admin edit'],
    ['create', 'taskruns', 'tekton.dev', 'admin edit'],
    ['list', 'pipelineruns', 'tekton.dev', 'admin edit view'],
    ['create', 'rolebindings', 'rbac.authorization.k8s.io', 'admin'],
    ['create', 'namespaces', '', ''],
  ];
  for (const [verb, resource, group, who] of rows) {
    const allowed = ['admin', 'edit', 'view'].filter((name) => can(`${name}er`, verb, resource, group));
    assert.equal(allowed.join(' '), who, `${verb} ${resource}`);
  }
  assert.ok(!can('viewer', 'list', 'configmaps', '', 'other'));
  const anybody = { name: 'anybody', groups: [] };
  assert.ok(authorizer.decide(anybody, { verb: 'get', path: '/apis/tekton.dev/v1' }).allowed);
  assert.ok(!authorizer.decide(anybody, { verb: 'get', path: '/metrics' }).allowed);
});

test('default roles that were narrowed are restored, unless they say otherwise; what was added stays', async (t) => {
  const store = scratchStore(t);
  const admin = await withRoles(store);
  const version = store.version;
  await installDefaultRoles(admin);
  assert.equal(store.version, version, 'nothing to do, nothing written');
  const extra = { apiGroups: ['x'], resources: ['y'], verbs: ['get'] };
  const change = async (name: string, metadata: object) => {
    const found = await admin.get(ClusterRoles, '', name);
    await admin.update(ClusterRoles, {
      ...found,
      metadata: { ...found.metadata, ...metadata },
      rules: [extra],
    });
  };
  await change('system:aggregate-to-admin', {});
  await change('system:basic-user', {
    annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'false' },
  });
  await installDefaultRoles(admin);
  const restored = (await admin.get(ClusterRoles, '', 'system:aggregate-to-admin')).rules!;
  assert.deepEqual(restored[0], extra);
  assert.ok(restored.some(({ resources }) => resources?.includes('rolebindings')));
  assert.deepEqual((await admin.get(ClusterRoles, '', 'system:basic-user')).rules, [extra]);
});

test('an aggregated role follows the roles that its selectors pick', async (t) => {
  const store = scratchStore(t);
  const admin = await withRoles(store);
  const labels = { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' };
  await admin.create(
    ClusterRoles,
    role('widgets', [{ apiGroups: ['x'], resources: ['widgets'], verbs: ['get'] }], labels),
  );
  const has = async (name: string) =>
    (await admin.get(ClusterRoles, '', name)).rules!.some(({ resources }) => resources?.includes('widgets'));
  const settle = async (wanted: boolean) => {
    for (let turn = 0; turn < 50; turn++) {
      if ((await has('admin')) === wanted) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await settle(true);
  assert.deepEqual([await has('view'), await has('edit'), await has('admin')], [true, true, true]);
  await admin.delete(ClusterRoles, '', 'widgets');
  await settle(false);
  assert.deepEqual([await has('view'), await has('edit'), await has('admin')], [false, false, false]);
});

test('nobody grants what he does not hold', async (t) => {
  const store = scratchStore(t);
  const admin = await withRoles(store);
  await admin.create(RoleBindings, bind('admin')('RoleBinding', 'bob', 'default'));
  const asBob = store.client(bob);
  const narrow = {
    apiVersion: v1,
    kind: 'Role',
    metadata: { name: 'narrow', namespace: 'default' },
    rules: [readConfigMaps],
  };
  await asBob.create(Roles, narrow);
  const wide = { ...narrow, metadata: { name: 'wide', namespace: 'default' } };
  const nodes = { apiGroups: ['', 'x'], resources: ['nodes'], verbs: ['get', 'list'] };
  await assert.rejects(asBob.create(Roles, { ...wide, rules: [readConfigMaps, nodes] }), {
    code: 'Forbidden',
    message:
      'roles.rbac.authorization.k8s.io "wide" is forbidden: user "bob" (groups=["team" "system:authenticated"]) is attempting ' +
      'to grant RBAC permissions not currently held:\n' +
      '{APIGroups:[""], Resources:["nodes"], Verbs:["get" "list"]}\n{APIGroups:["x"], Resources:["nodes"], Verbs:["get" "list"]}',
  });
  await assert.rejects(asBob.create(RoleBindings, bind('cluster-admin')('RoleBinding', 'up', 'default')), {
    code: 'Forbidden',
    message: /RBAC permissions not currently held:\n\{APIGroups:\["\*"\]/,
  });
  await assert.rejects(asBob.create(RoleBindings, bind('none')('RoleBinding', 'up', 'default')), {
    code: 'NotFound',
  });
  await asBob.create(RoleBindings, bind('view', { name: 'eve' })('RoleBinding', 'down', 'default'));
  await admin.create(
    ClusterRoles,
    role('binder', [
      {
        apiGroups: ['rbac.authorization.k8s.io'],
        resources: ['clusterroles'],
        verbs: ['bind'],
        resourceNames: ['cluster-admin'],
      },
    ]),
  );
  await admin.create(RoleBindings, bind('binder')('RoleBinding', 'binder', 'default'));
  await asBob.create(RoleBindings, bind('cluster-admin')('RoleBinding', 'up', 'default'));
});

const invalid: [string, object, RegExp][] = [
  [
    'a rule without verbs',
    { rules: [{ apiGroups: [''], resources: ['pods'], verbs: [] }] },
    /rules\[0\]\.verbs: Required value: verbs must contain at least one value/,
  ],
  [
    'a rule without resources',
    { rules: [{ apiGroups: [''], verbs: ['get'] }] },
    /rules\[0\]\.resources: Required value/,
  ],
  [
    'a rule for both',
    { rules: [{ ...readConfigMaps, nonResourceURLs: ['/x'] }] },
    /rules cannot apply to both/,
  ],
  ['verbs that are no list', { rules: [{ ...readConfigMaps, verbs: 'get' }] }, /rules\[0\]\.verbs/],
  ['rules that are no list', { rules: { a: 1 } }, /rules/],
];
for (const [name, part, message] of invalid) {
  test(`${name} is refused`, async (t) => {
    const admin = scratchStore(t).client(adminIdentity);
    const sent = { ...role('x', []), ...part } as ClusterRole;
    await assert.rejects(admin.create(ClusterRoles, sent), (error: KubeError) => {
      assert.match(error.message, message);
      return ['Invalid', 'BadRequest'].includes(error.code);
    });
  });
}

test('a binding cannot change its role', async (t) => {
  const admin = scratchStore(t).client(adminIdentity);
  const created = await admin.create(RoleBindings, bind('view')('RoleBinding', 'b', 'default'));
  await assert.rejects(
    admin.update(RoleBindings, { ...created, roleRef: { ...created.roleRef, name: 'edit' } }),
    { code: 'Invalid', message: /roleRef: Invalid value: .*: cannot change roleRef/ },
  );
});

test('no role opens the reserved fields, and none the runner to Secrets of its own making', async (t) => {
  const store = scratchStore(t);
  const admin = store.client(adminIdentity);
  const everything = { apiGroups: ['*'], resources: ['*'], verbs: ['*'] };
  await admin.create(ClusterRoles, role('all', [everything]));
  await admin.create(ClusterRoleBindings, bind('all')('ClusterRoleBinding', 'b'));
  const asBob = store.client(bob);
  const annotated = {
    ...configMap('x'),
    metadata: { name: 'x', namespace: 'default', annotations: { 'chains.tekton.dev/signed': 'true' } },
  };
  const stored = await asBob.create(ConfigMaps, annotated);
  assert.equal(stored.metadata.annotations, undefined);
  await assert.rejects(asBob.patch(ConfigMaps, 'default', 'x', { metadata: annotated.metadata }), {
    code: 'Forbidden',
    message: /chains\.tekton\.dev\/signed.*it is reserved/,
    hint: /only the observer may write it/,
  });
  await admin.get(Namespaces, '', 'default');
  await assert.rejects(store.client({ name: 'runner', groups: [] }).delete(Secrets, 'default', 'x'), {
    code: 'Forbidden',
  });
});
