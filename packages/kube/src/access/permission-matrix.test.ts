// Every identity tries everything over HTTP; the table says who gets through. What is refused is 401 or 403.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ManualClock } from '../clock.ts';
import { Namespaces } from '../core/namespace.ts';
import { ServiceAccounts } from '../core/service-account.ts';
import type { ResourceType } from '../object.ts';
import { installDefaultRoles } from '../rbac/default-roles.ts';
import { RoleBindings } from '../rbac/rbac-resources.ts';
import { createApiServer } from '../server/api-server.ts';
import { scratchFolder, scratchStore } from '../store/scratch-store.ts';
import { createServiceAccountTokens } from '../tokens/service-account-tokens.ts';
import { openTokenKey } from '../tokens/token-key.ts';
import { addAccessRoutes } from './access-routes.ts';
import { createTokenAuthenticator, firstOf } from './authenticator.ts';
import {
  adminIdentity,
  apiServerIdentity,
  gateIdentity,
  observerIdentity,
  runnerIdentity,
} from './identity.ts';
import { protectPaths } from './protect-paths.ts';

const TaskRuns: ResourceType = {
  group: 'tekton.dev',
  version: 'v1',
  kind: 'TaskRun',
  plural: 'taskruns',
  namespaced: true,
  hasStatus: true,
};
const Releases: ResourceType = {
  ...TaskRuns,
  group: 'appstudio.redhat.com',
  version: 'v1alpha1',
  kind: 'Release',
  plural: 'releases',
};

/** One letter each, as the table has them. */
const who = {
  A: 'admin, the person who runs the factory',
  R: 'runner',
  O: 'observer',
  G: 'gate',
  m: 'a ServiceAccount with the role admin in the namespace',
  e: 'one with edit',
  v: 'one with view',
  n: 'one with no role',
  x: 'one with edit in another namespace',
  E: 'an expired token of the one with edit',
  D: 'a token of a ServiceAccount that was deleted and made again',
  F: 'a token that another key signed',
  U: 'the token of the one with edit, for another audience',
  T: 'a token with a byte changed',
  '-': 'nobody: no token',
} as const;
type Who = keyof typeof who;

const everybody = 'ARGOmevnx';
const team = '/api/v1/namespaces/team';
const runs = '/apis/tekton.dev/v1/namespaces/team/taskruns';
const releases = '/apis/appstudio.redhat.com/v1alpha1/namespaces/team/releases';
const rbac = '/apis/rbac.authorization.k8s.io/v1';
const authorization = '/apis/authorization.k8s.io/v1';
const patch = 'application/merge-patch+json';

interface Attempt {
  what: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  body?: (name: string) => object;
  headers?: Record<string, string>;
  /** Who gets through. */
  may: string;
}

function object(apiVersion: string, kind: string, more: object = {}) {
  return (name: string) => ({ apiVersion, kind, metadata: { name }, ...more });
}

function binding(kind: string, role: string) {
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role };
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'erin' }];
  return object('rbac.authorization.k8s.io/v1', kind, { roleRef, subjects });
}

const annotate = (annotation: string) => (name: string) => ({
  metadata: { annotations: { [annotation]: name } },
});
const succeeded = () => ({ status: { conditions: [{ type: 'Succeeded', status: 'True' }] } });
const review = (kind: string, spec: object) => () => ({ apiVersion: 'authorization.k8s.io/v1', kind, spec });
const asking = { resourceAttributes: { verb: 'get', resource: 'pods', namespace: 'team' } };

const attempts: Attempt[] = [
  { what: 'list ConfigMaps', method: 'GET', path: `${team}/configmaps`, may: 'ARmev' },
  {
    what: 'watch ConfigMaps',
    method: 'GET',
    path: `${team}/configmaps?watch=1`,
    may: 'ARmev',
  },
  { what: 'list ConfigMaps everywhere', method: 'GET', path: '/api/v1/configmaps', may: 'AR' },
  {
    what: 'create a ConfigMap',
    method: 'POST',
    path: `${team}/configmaps`,
    body: object('v1', 'ConfigMap'),
    may: 'ARme',
  },
  { what: 'delete all ConfigMaps', method: 'DELETE', path: `${team}/configmaps`, may: 'ARme' },
  { what: 'read Secrets', method: 'GET', path: `${team}/secrets`, may: 'ARme' },
  { what: 'read one Secret', method: 'GET', path: `${team}/secrets/key`, may: 'ARGme' },
  { what: 'read Secrets everywhere', method: 'GET', path: '/api/v1/secrets', may: 'AR' },
  { what: 'list namespaces', method: 'GET', path: '/api/v1/namespaces', may: 'ARG' },
  {
    what: 'create a namespace',
    method: 'POST',
    path: '/api/v1/namespaces',
    body: object('v1', 'Namespace'),
    may: 'A',
  },
  { what: 'list runs', method: 'GET', path: runs, may: 'AROGmev' },
  { what: 'start a run', method: 'POST', path: runs, body: object('tekton.dev/v1', 'TaskRun'), may: 'ARme' },
  {
    what: 'label a run',
    method: 'PATCH',
    path: `${runs}/one`,
    body: (name) => ({ metadata: { labels: { a: name } } }),
    may: 'ARme',
  },
  {
    what: 'write what Chains says',
    method: 'PATCH',
    path: `${runs}/one`,
    body: annotate('chains.tekton.dev/signed'),
    may: 'O',
  },
  {
    what: 'annotate a run otherwise',
    method: 'PATCH',
    path: `${runs}/one`,
    body: annotate('team.example/note'),
    may: 'ARme',
  },
  { what: "write a run's status", method: 'PATCH', path: `${runs}/one/status`, body: succeeded, may: 'R' },
  { what: 'delete a run', method: 'DELETE', path: `${runs}/none`, may: 'ARme' },
  { what: 'delete the runs', method: 'DELETE', path: `${runs}?labelSelector=no=one`, may: 'ARme' },
  {
    what: 'create a Release',
    method: 'POST',
    path: releases,
    body: object('appstudio.redhat.com/v1alpha1', 'Release'),
    may: 'AGme',
  },
  {
    what: "write a Release's status",
    method: 'PATCH',
    path: `${releases}/one/status`,
    body: succeeded,
    may: 'G',
  },
  {
    what: 'bind view',
    method: 'POST',
    path: `${rbac}/namespaces/team/rolebindings`,
    body: binding('RoleBinding', 'view'),
    may: 'Am',
  },
  {
    what: 'bind more than one holds',
    method: 'POST',
    path: `${rbac}/namespaces/team/rolebindings`,
    body: binding('RoleBinding', 'cluster-admin'),
    may: 'A',
  },
  {
    what: 'bind for the cluster',
    method: 'POST',
    path: `${rbac}/clusterrolebindings`,
    body: binding('ClusterRoleBinding', 'view'),
    may: 'A',
  },
  {
    what: 'make a ClusterRole',
    method: 'POST',
    path: `${rbac}/clusterroles`,
    body: object('rbac.authorization.k8s.io/v1', 'ClusterRole', { rules: [] }),
    may: 'A',
  },
  {
    what: 'ask for a token',
    method: 'POST',
    path: `${team}/serviceaccounts/viewer/token`,
    body: () => ({ spec: {} }),
    may: 'Ame',
  },
  {
    what: 'ask what oneself may',
    method: 'POST',
    path: `${authorization}/selfsubjectaccessreviews`,
    body: review('SelfSubjectAccessReview', asking),
    may: everybody,
  },
  {
    what: 'list what oneself may',
    method: 'POST',
    path: `${authorization}/selfsubjectrulesreviews`,
    body: review('SelfSubjectRulesReview', { namespace: 'team' }),
    may: everybody,
  },
  {
    what: 'ask what others may',
    method: 'POST',
    path: `${authorization}/subjectaccessreviews`,
    body: review('SubjectAccessReview', { ...asking, user: 'erin' }),
    may: 'A',
  },
  {
    what: 'ask what others may here',
    method: 'POST',
    path: `${authorization}/namespaces/team/localsubjectaccessreviews`,
    body: review('LocalSubjectAccessReview', { ...asking, user: 'erin' }),
    may: 'Am',
  },
  {
    what: 'ask whose a token is',
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/tokenreviews',
    body: () => ({ spec: { token: 'x' } }),
    may: 'A',
  },
  {
    what: 'ask who one is',
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    body: () => ({}),
    may: everybody,
  },
  {
    what: 'act as a ServiceAccount',
    method: 'GET',
    path: `${team}/configmaps`,
    headers: { 'impersonate-user': 'system:serviceaccount:team:viewer' },
    may: 'Ame',
  },
  {
    what: 'act as the admin',
    method: 'GET',
    path: `${team}/configmaps`,
    headers: { 'impersonate-user': 'admin', 'impersonate-group': 'system:masters' },
    may: 'A',
  },
  ...['runner', 'observer', 'gate'].map(
    (name): Attempt => ({
      what: `act as the ${name}`,
      method: 'GET',
      path: runs,
      headers: { 'impersonate-user': name },
      may: '',
    }),
  ),
  { what: 'read metrics', method: 'GET', path: '/metrics', may: 'A' },
  { what: 'read the OpenAPI document', method: 'GET', path: '/openapi/v3', may: everybody },
  { what: 'ask whether it lives', method: 'GET', path: '/livez', may: `${everybody}EDFUT-` },
];

async function host(t: TestContext) {
  const clock = new ManualClock('2026-03-01T00:00:00Z');
  const store = scratchStore(t, { clock, resources: [TaskRuns, Releases] });
  const admin = store.client(adminIdentity);
  await installDefaultRoles(store.client(apiServerIdentity));
  const key = openTokenKey(join(scratchFolder(t), 'service-account.key'));
  const tokens = createServiceAccountTokens({ store, key, clock });
  const authenticator = firstOf([
    createTokenAuthenticator([
      ['admin', adminIdentity],
      ['runner', runnerIdentity],
      ['observer', observerIdentity],
      ['gate', gateIdentity],
    ]),
    tokens,
  ]);
  const api = await createApiServer({ store, authenticator, clock });
  addAccessRoutes(api.app, { store, tokens, authenticator, clock });
  api.app.get('/metrics', async () => '');
  protectPaths(api.app, store.authorizer);
  t.after(() => api.close());
  const baseUrl = await api.listen({ port: 0 });
  for (const name of ['team', 'other']) {
    await admin.create(Namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  const account = (name: string, namespace = 'team') =>
    admin.create(ServiceAccounts, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name, namespace },
    });
  const withRole = async (name: string, role?: string, namespace = 'team') => {
    const { metadata } = await account(name, namespace);
    if (role) {
      await admin.create(RoleBindings, {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name, namespace },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
        subjects: [{ kind: 'ServiceAccount', name, namespace }],
      });
    }
    const of = { namespace, name, uid: metadata.uid! };
    return async (audiences = [tokens.issuer], by = tokens) =>
      (await by.issue({ ...of, audiences, lifetimeSeconds: 3600 })).token;
  };
  const editor = await withRole('editor', 'edit');
  const expired = await editor();
  const gone = await (await withRole('gone', 'edit'))();
  await admin.delete(ServiceAccounts, 'team', 'gone');
  await account('gone');
  clock.advance(2 * 3600_000);
  const otherKey = openTokenKey(join(scratchFolder(t), 'other.key'));
  const forger = createServiceAccountTokens({ store, key: otherKey, clock });
  const [head, claims, signature = ''] = (await editor()).split('.');
  const changed = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`;
  const tokenOf: Record<Who, string> = {
    A: 'admin',
    R: 'runner',
    O: 'observer',
    G: 'gate',
    m: await (await withRole('owner', 'admin'))(),
    e: await editor(),
    v: await (await withRole('viewer', 'view'))(),
    n: await (await withRole('nobody'))(),
    x: await (await withRole('stranger', 'edit', 'other'))(),
    E: expired,
    D: gone,
    F: await editor([tokens.issuer], forger),
    U: await editor(['registry.assay.dev']),
    T: [head, claims, changed].join('.'),
    '-': '',
  };
  await admin.create(TaskRuns, {
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    metadata: { name: 'one', namespace: 'team' },
  });
  await admin.create(Releases, {
    apiVersion: 'appstudio.redhat.com/v1alpha1',
    kind: 'Release',
    metadata: { name: 'one', namespace: 'team' },
  });
  return { baseUrl, tokenOf };
}

test('each identity may do what the table says, and nothing else', async (t) => {
  const { baseUrl, tokenOf } = await host(t);
  const wrong: string[] = [];
  let count = 0;
  for (const { what, method, path, body, headers, may } of attempts) {
    const tryAs = async (letter: Who) => {
      const token = tokenOf[letter];
      const name = `object-${++count}`;
      const response = await fetch(baseUrl + path, {
        method,
        headers: {
          ...(token && { authorization: `Bearer ${token}` }),
          ...(body && { 'content-type': method === 'PATCH' ? patch : 'application/json' }),
          ...headers,
        },
        ...(body && { body: JSON.stringify(body(name)) }),
      });
      const { status } = response;
      const isEndless = path.includes('watch=1') && response.ok;
      const answer = isEndless ? await response.body!.cancel() : await response.text();
      const isRefused = status === 401 || status === 403;
      if (status === 401 && !'EDFUT-'.includes(letter)) wrong.push(`${what}: ${who[letter]} is not known`);
      if (!isRefused && status >= 400 && status !== 404) {
        wrong.push(`${what}: ${who[letter]} is answered ${status}: ${answer}`);
      }
      if (isRefused === may.includes(letter)) {
        wrong.push(`${what}: ${who[letter]} is ${isRefused ? 'refused' : 'let through'} (${status})`);
      }
    };
    await Promise.all((Object.keys(tokenOf) as Who[]).map(tryAs));
  }
  assert.deepEqual(wrong, []);
});
