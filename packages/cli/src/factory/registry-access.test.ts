import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  apiServerIdentity,
  createServiceAccountTokens,
  createStore,
  createTokenAuthenticator,
  type Identity,
  Namespaces,
  openTokenKey,
  type RoleBinding,
  RoleBindings,
  Roles,
  ServiceAccounts,
} from '@assay/kube';
import type { Access } from '@assay/oci';
import { ProtectedRepositories, protectionsOf, RepositoryProtection } from './protected-repositories.ts';
import { createRegistryAuthorizer, type RegistryRequest } from './registry-access.ts';
import { anonymousToken, createRegistryIdentities, tokenIn } from './registry-identities.ts';
import { registryChallenge } from './registry-tokens.ts';

const people: Record<string, Identity> = {
  'masters-token': { name: 'admin', groups: ['system:masters'] },
  'team-token': { name: 'erin', groups: [] },
  'observer-token': { name: 'observer', groups: [] },
};

function protect(name: string, repository: string, namespace = 'managed') {
  const metadata = { name, namespace };
  return { apiVersion: 'registry.assay.dev/v1', kind: 'ProtectedRepository', metadata, spec: { repository } };
}

async function openRegistry(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'assay-registry-'));
  const store = createStore({ path: join(folder, 'store.db'), resources: [ProtectedRepositories] });
  t.after(() => {
    store.close();
    rmSync(folder, { recursive: true });
  });
  const client = store.client(apiServerIdentity);
  for (const name of ['managed', 'security']) {
    await client.create(Namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  const tokens = createServiceAccountTokens({ store, key: openTokenKey(join(folder, 'token.key')) });
  const identities = createRegistryIdentities({
    authenticator: createTokenAuthenticator(Object.entries(people)),
    tokens,
  });
  const authorize = createRegistryAuthorizer({
    identities,
    protection: new RepositoryProtection(client, store.authorizer),
  });
  return { client, tokens, authorize };
}

function from(place: 'step' | 'host', authorization?: string, url = '/v2/x/blobs/uploads/'): RegistryRequest {
  const socket = place === 'host' ? { remoteAddress: '127.0.0.1' } : {};
  return { raw: { socket, url }, headers: { ...(authorization && { authorization }) } };
}

const push = (repository: string): Access => ({ repository, action: 'push' });

const basic = (password: string) => `Basic ${Buffer.from(`anyone:${password}`).toString('base64')}`;

test('a step pulls everything and pushes what it builds', async (t) => {
  const { authorize } = await openRegistry(t);
  assert.equal(await authorize(from('step'), { repository: 'toolbox', action: 'pull' }), 'allow');
  assert.equal(await authorize(from('step'), push('team/app')), 'allow');
});

test('a step cannot replace the images that other steps run in', async (t) => {
  const { authorize } = await openRegistry(t);
  for (const repository of ['toolbox', 'toolbox-go', 'static']) {
    assert.equal(await authorize(from('step'), push(repository)), 403);
  }
});

test('a step cannot make its own tasks trusted, nor change what the gate wrote', async (t) => {
  const { authorize } = await openRegistry(t);
  for (const repository of ['library/trust', 'library/task-lint', 'releases/team/one']) {
    assert.equal(await authorize(from('step'), push(repository)), 403);
    assert.equal(await authorize(from('host'), push(repository)), 'allow');
  }
});

test('a step takes back what it pushed where its account may push, and nowhere else', async (t) => {
  const { client, authorize } = await openRegistry(t);
  await client.create(ProtectedRepositories, protect('released', 'released/*'));
  const remove = (repository: string): Access => ({ repository, action: 'delete' });
  assert.equal(await authorize(from('step', basic('masters-token')), remove('released/app')), 'allow');
  assert.equal(await authorize(from('step', basic('team-token')), remove('released/app')), 403);
  assert.equal(await authorize(from('step', basic('masters-token')), remove('team/app')), 403);
});

test('a step deletes nothing', async (t) => {
  const { authorize } = await openRegistry(t);
  assert.equal(await authorize(from('step'), { repository: 'team/app', action: 'delete' }), 403);
});

test('programs of the host may do all of it', async (t) => {
  const { authorize } = await openRegistry(t);
  assert.equal(await authorize(from('host'), push('toolbox')), 'allow');
  assert.equal(await authorize(from('host'), { repository: 'team/app', action: 'delete' }), 'allow');
});

test('a protection covers the repositories that its pattern names, and no others', () => {
  const covered = (pattern: string, ...repositories: string[]) =>
    repositories.filter((repository) => protectionsOf(repository, [protect('p', pattern)]).length > 0);
  const all = ['released', 'released/app', 'released/team/app', 'released-app', 'team/released/app'];
  assert.deepEqual(covered('released/*', ...all), ['released/app', 'released/team/app']);
  assert.deepEqual(covered('released/app', ...all), ['released/app']);
  assert.deepEqual(covered('*', ...all), all);
});

test('to a protected repository pushes who has the right to, by bearer token or as a password', async (t) => {
  const { client, authorize } = await openRegistry(t);
  await client.create(ProtectedRepositories, protect('released', 'released/*'));
  for (const place of ['host', 'step'] as const) {
    const ask = (authorization?: string) => authorize(from(place, authorization), push('released/app'));
    assert.equal(await ask(), 401);
    assert.equal(await ask(`Bearer ${anonymousToken}`), 401);
    assert.equal(await ask('Bearer forged'), 401);
    assert.equal(await ask(basic('forged')), 401);
    assert.equal(await ask('Bearer team-token'), 403);
    assert.equal(await ask('Bearer masters-token'), 'allow');
    assert.equal(await ask(basic('masters-token')), 'allow');
    assert.equal(await ask('Bearer observer-token'), 403);
  }
});

test('a role grants the push to a ServiceAccount, and a token for the registry is enough', async (t) => {
  const { client, tokens, authorize } = await openRegistry(t);
  await client.create(ProtectedRepositories, protect('released', 'released/*'));
  const { metadata } = await client.create(ServiceAccounts, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'release', namespace: 'managed' },
  });
  const { token } = await tokens.issue({
    namespace: 'managed',
    name: 'release',
    uid: metadata.uid!,
    audiences: ['registry.assay.dev'],
    lifetimeSeconds: 600,
  });
  const ask = (repository: string) => authorize(from('step', basic(token)), push(repository));
  assert.equal(await ask('released/app'), 403);
  await client.create(Roles, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'push', namespace: 'managed' },
    rules: [
      {
        apiGroups: ['registry.assay.dev'],
        resources: ['protectedrepositories'],
        verbs: ['push'],
        resourceNames: ['released'],
      },
    ],
  });
  await client.create(RoleBindings, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'push', namespace: 'managed' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'push' },
    subjects: [{ kind: 'ServiceAccount', name: 'release', namespace: 'managed' }],
  } satisfies RoleBinding);
  assert.equal(await ask('released/app'), 'allow');
  await client.create(ProtectedRepositories, protect('narrower', 'released/app', 'security'));
  assert.equal(await ask('released/app'), 403, 'every protection has to permit it');
  assert.equal(await ask('released/other'), 'allow');
});

test('pulling, and what is not protected, stay open', async (t) => {
  const { client, authorize } = await openRegistry(t);
  await client.create(ProtectedRepositories, protect('released', 'released/*'));
  assert.equal(await authorize(from('host'), { repository: 'released/app', action: 'pull' }), 'allow');
  assert.equal(await authorize(from('host'), push('team/app')), 'allow');
  assert.equal(await authorize(from('host', 'Bearer forged'), push('team/app')), 'allow');
  const remove: Access = { repository: 'released/app', action: 'delete' };
  assert.equal(await authorize(from('host'), remove), 401);
  assert.equal(await authorize(from('step'), remove), 401);
});

test('clients are asked for credentials once something is protected', async (t) => {
  const { client, authorize } = await openRegistry(t);
  const ping = (authorization?: string, url = '/v2/') =>
    authorize(from('host', authorization, url), { action: 'pull' });
  assert.equal(await ping(), 'allow');
  await client.create(ProtectedRepositories, protect('released', 'released/*'));
  assert.equal(await ping(), 401);
  assert.equal(await ping(`Bearer ${anonymousToken}`), 'allow');
  assert.equal(await ping('Bearer forged'), 401);
  assert.equal(await ping('Bearer team-token'), 'allow');
  assert.equal(await ping(undefined, '/v2/_catalog'), 'allow');
});

test('a login without a password claims nothing', () => {
  for (const header of [undefined, '', 'Basic', 'Basic Og==', 'Digest abc', basic('')]) {
    assert.equal(tokenIn(header), anonymousToken, header);
  }
  assert.equal(tokenIn(basic('a:b')), 'a:b');
});

test('the challenge names the registry as the requester does, and lets nothing else through', () => {
  const realm = (host?: string) => registryChallenge({ headers: { ...(host !== undefined && { host }) } });
  assert.equal(
    realm('localhost:5050'),
    'Bearer realm="http://localhost:5050/token",service="localhost:5050"',
  );
  for (const host of [undefined, 'a"b', 'a/b', 'a b'])
    assert.match(realm(host), /realm="http:\/\/localhost\/token"/);
});
