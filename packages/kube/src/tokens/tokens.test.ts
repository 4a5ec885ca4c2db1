import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { addAccessRoutes } from '../access/access-routes.ts';
import { createTokenAuthenticator, firstOf } from '../access/authenticator.ts';
import { adminIdentity, apiServerIdentity, type Identity } from '../access/identity.ts';
import { protectPaths } from '../access/protect-paths.ts';
import { createHttpClient } from '../client/http-client.ts';
import { ManualClock } from '../clock.ts';
import { ConfigMaps } from '../core/config-map.ts';
import { Namespaces } from '../core/namespace.ts';
import { Secrets } from '../core/secret.ts';
import { ServiceAccounts } from '../core/service-account.ts';
import { installDefaultRoles } from '../rbac/default-roles.ts';
import { RoleBindings } from '../rbac/rbac-resources.ts';
import { createApiServer } from '../server/api-server.ts';
import { scratchFolder, scratchStore } from '../store/scratch-store.ts';
import { requestToken } from './request-token.ts';
import { createServiceAccountTokens } from './service-account-tokens.ts';
import { openTokenKey } from './token-key.ts';

async function host(t: TestContext) {
  const clock = new ManualClock('2026-03-01T00:00:00Z');
  const store = scratchStore(t, { clock });
  const admin = store.client(adminIdentity);
  await installDefaultRoles(store.client(apiServerIdentity));
  const key = openTokenKey(join(scratchFolder(t), 'service-account.key'));
  const tokens = createServiceAccountTokens({ store, key, clock });
  const authenticator = firstOf([createTokenAuthenticator([['admin', adminIdentity]]), tokens]);
  const api = await createApiServer({ store, authenticator, clock });
  addAccessRoutes(api.app, { store, tokens, authenticator, clock });
  protectPaths(api.app, store.authorizer);
  t.after(() => api.close());
  const baseUrl = await api.listen({ port: 0 });
  const account = await admin.create(ServiceAccounts, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'builder', namespace: 'default' },
  });
  const ask = (spec: Parameters<typeof requestToken>[2] = {}, name = 'builder') =>
    requestToken({ baseUrl, token: 'admin' }, { namespace: 'default', name }, spec);
  const post = async (path: string, body: object, token = 'admin', headers: Record<string, string> = {}) => {
    const response = await fetch(baseUrl + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return { code: response.status, body: (await response.json()) as { [field: string]: unknown } };
  };
  return { clock, store, admin, key, tokens, baseUrl, account, ask, post };
}

const name = 'system:serviceaccount:default:builder';

test('a token says who its ServiceAccount is, and RBAC what it may', async (t) => {
  const { ask, admin, baseUrl, account, tokens } = await host(t);
  const { token, expirationTimestamp } = await ask();
  assert.equal(expirationTimestamp, '2026-03-01T01:00:00Z');
  const identity = (await tokens.authenticate(token)) as Identity;
  assert.deepEqual(
    [identity.name, identity.uid, identity.groups],
    [
      name,
      account.metadata.uid,
      ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
    ],
  );
  const client = createHttpClient({ baseUrl, token });
  await assert.rejects(client.list(ConfigMaps, { namespace: 'default' }), {
    code: 'Forbidden',
    message: `configmaps is forbidden: User "${name}" cannot list resource "configmaps" in API group "" in the namespace "default"`,
  });
  await admin.create(RoleBindings, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'b', namespace: 'default' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
    subjects: [{ kind: 'ServiceAccount', name: 'builder', namespace: 'default' }],
  });
  await client.list(ConfigMaps, { namespace: 'default' });
  await assert.rejects(client.list(ConfigMaps, { namespace: 'other' }), { code: 'Forbidden' });
  await assert.rejects(client.list(Secrets, { namespace: 'default' }), { code: 'Forbidden' });
});

test('a token ends with its time', async (t) => {
  const { ask, clock, tokens } = await host(t);
  const { token } = await ask({ expirationSeconds: 600 });
  clock.advance(599_000);
  assert.ok(await tokens.authenticate(token));
  clock.advance(1000);
  assert.equal(await tokens.authenticate(token), undefined);
});

test('a token ends with its ServiceAccount; one of the same name is another', async (t) => {
  const { ask, admin, tokens, account, baseUrl } = await host(t);
  const { token } = await ask();
  assert.ok(await tokens.authenticate(token));
  await admin.delete(ServiceAccounts, 'default', 'builder');
  assert.equal(await tokens.authenticate(token), undefined);
  const { apiVersion, kind } = account;
  await admin.create(ServiceAccounts, {
    apiVersion,
    kind,
    metadata: { name: 'builder', namespace: 'default' },
  });
  await assert.rejects(createHttpClient({ baseUrl, token }).get(Namespaces, '', 'default'), {
    code: 'Unauthorized',
    message: 'Unauthorized',
  });
});

test('a token bound to a Secret ends with it', async (t) => {
  const { ask, admin, tokens } = await host(t);
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'default' } };
  await assert.rejects(ask({ boundObjectRef: { kind: 'Secret', name: 's' } }), { code: 'NotFound' });
  const { metadata } = await admin.create(Secrets, secret);
  await assert.rejects(ask({ boundObjectRef: { kind: 'Secret', name: 's', uid: 'other' } }), {
    code: 'Conflict',
  });
  const { token } = await ask({ boundObjectRef: { kind: 'Secret', name: 's', uid: metadata.uid! } });
  assert.ok(await tokens.authenticate(token));
  await admin.delete(Secrets, 'default', 's');
  assert.equal(await tokens.authenticate(token), undefined);
});

test('a token for another audience is not for this API, and a TokenReview for it finds it good', async (t) => {
  const { ask, tokens, post } = await host(t);
  const { token } = await ask({ audiences: ['vault'] });
  assert.equal(await tokens.authenticate(token), undefined);
  const path = '/apis/authentication.k8s.io/v1/tokenreviews';
  const good = await post(path, { spec: { token, audiences: ['vault'] } });
  const { status, spec } = good.body as Record<string, Record<string, unknown>>;
  assert.deepEqual([status!.authenticated, (status!.user as { username: string }).username], [true, name]);
  assert.deepEqual(spec, { audiences: ['vault'] }, 'the token is not sent back');
  const bad = (await post(path, { spec: { token } })).body as Record<string, Record<string, unknown>>;
  assert.equal(bad.status!.authenticated, undefined);
});

test('forged tokens are nobody', async (t) => {
  const { ask, tokens, key, clock, store } = await host(t);
  const { token } = await ask();
  const [header, payload, signature] = token.split('.') as [string, string, string];
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const otherKey = openTokenKey(join(scratchFolder(t), 'other.key'));
  const foreign = createServiceAccountTokens({ store, key: otherKey, clock });
  const otherIssuer = createServiceAccountTokens({ store, key, clock, issuer: 'https://elsewhere' });
  const request = {
    namespace: 'default',
    name: 'builder',
    uid: claims['kubernetes.io'].serviceaccount.uid,
    audiences: [tokens.issuer],
    lifetimeSeconds: 3600,
  };
  const forged = {
    'another subject': [
      header,
      encode({ ...claims, sub: 'system:serviceaccount:kube-system:admin' }),
      signature,
    ],
    'a later end': [header, encode({ ...claims, exp: claims.exp + 1e6 }), signature],
    'no signature': [encode({ alg: 'none' }), payload, ''],
    'the public key as a secret': [encode({ alg: 'HS256' }), payload, signature],
    'another key': [(await foreign.issue(request)).token],
    'another issuer': [(await otherIssuer.issue(request)).token],
    'no JSON': ['a', 'b', 'c'],
    'something huge': ['a'.repeat(20_000), 'b', 'c'],
  };
  for (const [what, parts] of Object.entries(forged)) {
    assert.equal(await tokens.authenticate(parts.join('.')), undefined, what);
  }
  assert.ok(await tokens.authenticate(token));
});

test('what a TokenRequest may not ask for is refused', async (t) => {
  const { ask } = await host(t);
  await assert.rejects(ask({ expirationSeconds: 60 }), {
    code: 'Invalid',
    message: /spec\.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes/,
  });
  await assert.rejects(ask({ expirationSeconds: 2 ** 33 }), { message: /larger than 2\^32 seconds/ });
  await assert.rejects(ask({ boundObjectRef: { kind: 'Node', name: 'x' } }), { code: 'BadRequest' });
  await assert.rejects(ask({}, 'nobody'), {
    code: 'NotFound',
    message: 'serviceaccounts "nobody" not found',
  });
});

test('reviews tell what one may, and who one is', async (t) => {
  const { post, ask } = await host(t);
  const { token } = await ask();
  const path = '/apis/authorization.k8s.io/v1';
  const may = async (spec: object, as = 'admin') => {
    const { code, body } = await post(`${path}/selfsubjectaccessreviews`, { spec }, as);
    assert.equal(code, 201);
    return (body as { status: { allowed: boolean } }).status.allowed;
  };
  const pods = { verb: 'delete', resource: 'pods', namespace: 'default' };
  assert.equal(await may({ resourceAttributes: pods }), true);
  assert.equal(await may({ resourceAttributes: pods }, token), false);
  assert.equal(await may({ nonResourceAttributes: { verb: 'get', path: '/api' } }, token), true);
  const status = {
    ...pods,
    verb: 'update',
    group: 'tekton.dev',
    resource: 'taskruns',
    subresource: 'status',
  };
  assert.equal(await may({ resourceAttributes: status }), false, 'the status of runs is the runner’s');
  assert.equal((await post(`${path}/selfsubjectaccessreviews`, { spec: {} })).code, 422);

  const rules = await post(`${path}/selfsubjectrulesreviews`, { spec: { namespace: 'default' } }, token);
  const { resourceRules } = (rules.body as { status: { resourceRules: { resources: string[] }[] } }).status;
  assert.deepEqual(resourceRules.flatMap(({ resources }) => resources).sort(), [
    'selfsubjectaccessreviews',
    'selfsubjectreviews',
    'selfsubjectrulesreviews',
  ]);
  const about = { spec: { user: 'eve', resourceAttributes: pods } };
  const other = await post(`${path}/subjectaccessreviews`, about);
  assert.equal((other.body as { status: { allowed: boolean } }).status.allowed, false);
  assert.equal((await post(`${path}/subjectaccessreviews`, about, token)).code, 403);
  const local = `${path}/namespaces/default/localsubjectaccessreviews`;
  assert.equal((await post(local, about)).code, 201);
  assert.equal(
    (await post(local, { spec: { user: 'eve', resourceAttributes: { ...pods, namespace: 'x' } } })).code,
    422,
  );

  const self = await post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, token);
  const { userInfo } = (self.body as { status: { userInfo: { username: string } } }).status;
  assert.equal(userInfo.username, name);
});

test('paths that are no resource ask for their own right', async (t) => {
  const { baseUrl, ask } = await host(t);
  const { token } = await ask();
  const get = async (path: string, as: string) =>
    (await fetch(baseUrl + path, { headers: { authorization: `Bearer ${as}` } })).status;
  assert.equal(await get('/metrics', token), 403);
  assert.equal(await get('/metrics', 'nobody'), 401);
  assert.notEqual(await get('/apis', token), 403);
});

test('an admin acts as somebody else, with no more rights than he; nobody acts as the observer', async (t) => {
  const { post, ask } = await host(t);
  const { token } = await ask();
  const whoami = (headers: Record<string, string>, as = 'admin') =>
    post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, as, headers);
  const bob = await whoami({ 'impersonate-user': 'bob', 'impersonate-group': 'team' });
  assert.deepEqual((bob.body as { status: unknown }).status, {
    userInfo: { username: 'bob', groups: ['team', 'system:authenticated'] },
  });
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } };
  const create = (headers: Record<string, string>) =>
    post('/api/v1/namespaces/default/configmaps', map, 'admin', headers);
  assert.equal((await create({ 'impersonate-user': 'bob' })).code, 403);
  for (const headers of [{ 'impersonate-user': 'observer' }, { 'impersonate-user': 'runner' }]) {
    assert.equal((await whoami(headers)).code, 403);
  }
  const refused = await whoami({ 'impersonate-user': 'bob' }, token);
  assert.equal(refused.code, 403);
  assert.equal(
    (refused.body as { message: string }).message,
    `users "bob" is forbidden: User "${name}" cannot impersonate resource "users" in API group "" at the cluster scope`,
  );
  assert.equal((await whoami({ 'impersonate-group': 'team' })).code, 400);
});
