import assert from 'node:assert/strict';
import { existsSync, renameSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createTokenAuthenticator } from '../access/authenticator.ts';
import { adminIdentity, observerIdentity } from '../access/identity.ts';
import { createHttpClient } from '../client/http-client.ts';
import { ConfigMaps } from '../core/config-map.ts';
import { KubeError } from '../error.ts';
import type { KubeObject, ResourceType } from '../object.ts';
import { configMap, scratchFolder, scratchStore } from '../store/scratch-store.ts';
import { type ApiServer, createApiServer } from './api-server.ts';

const TaskRuns: ResourceType<KubeObject> = {
  group: 'tekton.dev',
  version: 'v1',
  kind: 'TaskRun',
  plural: 'taskruns',
  namespaced: true,
  hasStatus: true,
};

interface Answer {
  code: number;
  type: string | null;
  body: {
    kind?: string;
    reason?: string;
    message?: string;
    status?: string;
    code?: number;
    metadata?: { name?: string; resourceVersion?: string; continue?: string; deletionTimestamp?: string };
    items?: KubeObject[];
    [field: string]: unknown;
  };
}

async function serve(t: TestContext, addRoutes: (server: ApiServer) => void = () => {}) {
  const store = scratchStore(t, { resources: [TaskRuns], historyEvents: 50 });
  const authenticator = createTokenAuthenticator([
    ['admin-token', adminIdentity],
    ['observer-token', observerIdentity],
  ]);
  const server = await createApiServer({ store, authenticator, bookmarkIntervalMs: 20 });
  addRoutes(server);
  const base = await server.listen({ port: 0 });
  t.after(() => server.close());
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const response = await fetch(base + path, {
      method,
      headers: {
        authorization: 'Bearer admin-token',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const type = response.headers.get('content-type');
    return {
      code: response.status,
      type,
      body: type?.includes('json') ? JSON.parse(text) : { message: text },
    };
  };
  return { store, server, base, call, client: store.client(adminIdentity) };
}

const maps = '/api/v1/namespaces/default/configmaps';

test('health and version are served without a token', async (t) => {
  const { base } = await serve(t);
  for (const path of ['/healthz', '/readyz', '/livez'])
    assert.equal(await (await fetch(base + path)).text(), 'ok');
  const version = (await (await fetch(`${base}/version`)).json()) as { major: string; gitVersion: string };
  assert.equal(version.major, '1');
  assert.match(version.gitVersion, /^v1\.\d+\.\d+/);
});

test('it is ready when all that it is told to look at is', async (t) => {
  const store = scratchStore(t);
  const checks = { runner: false };
  const server = await createApiServer({
    store,
    authenticator: createTokenAuthenticator([]),
    readiness: () => checks,
  });
  t.after(() => server.close());
  const base = await server.listen({ port: 0 });
  const early = await fetch(`${base}/readyz`);
  assert.equal(early.status, 500);
  assert.equal(await early.text(), '[+]ping ok\n[-]runner failed\nreadyz check failed\n');
  assert.equal((await fetch(`${base}/livez`)).status, 200);
  checks.runner = true;
  assert.equal(await (await fetch(`${base}/readyz`)).text(), 'ok');
  assert.match(await (await fetch(`${base}/readyz?verbose`)).text(), /runner ok\nreadyz check passed/);
});

test('without a known token everything else is 401', async (t) => {
  const { call } = await serve(t);
  for (const authorization of ['', 'Bearer wrong', 'Bearer', 'Basic admin-token', 'admin-token']) {
    for (const path of [maps, '/nowhere', '/api/v1/namespaces/default/others']) {
      const { code, body } = await call('GET', path, undefined, { authorization });
      assert.deepEqual([code, body.kind, body.reason, body.code], [401, 'Status', 'Unauthorized', 401]);
    }
  }
});

test('the token decides what is allowed', async (t) => {
  const { call } = await serve(t);
  const observer = { authorization: 'Bearer observer-token' };
  const { code, body } = await call('GET', '/api/v1/namespaces/default/secrets/s', undefined, observer);
  assert.deepEqual(
    [code, body.reason, body.message],
    [
      403,
      'Forbidden',
      'secrets "s" is forbidden: User "observer" cannot get resource "secrets" in API group "" in the namespace "default"',
    ],
  );
});

test('objects have the paths and codes of Kubernetes', async (t) => {
  const { call } = await serve(t);
  const made = await call('POST', maps, { metadata: { name: 'a' }, data: { x: '1' } });
  assert.deepEqual([made.code, made.body.kind, made.body.apiVersion], [201, 'ConfigMap', 'v1']);
  assert.equal((await call('POST', maps, { metadata: { name: 'a' } })).code, 409);
  assert.equal((await call('PUT', `${maps}/a`, { ...made.body, data: { x: '2' } })).code, 200);
  const conflict = await call('PUT', `${maps}/a`, { ...made.body, data: { x: '3' } });
  assert.deepEqual([conflict.code, conflict.body.reason], [409, 'Conflict']);
  assert.deepEqual(conflict.body.details, { name: 'a', group: '', kind: 'configmaps' });
  const got = await call('GET', `${maps}/a`);
  assert.deepEqual([got.code, got.body.data, got.type], [200, { x: '2' }, 'application/json; charset=utf-8']);
  const gone = await call('DELETE', `${maps}/a`);
  assert.deepEqual([gone.code, gone.body.kind, gone.body.status], [200, 'Status', 'Success']);
  const missing = await call('GET', `${maps}/a`);
  assert.deepEqual([missing.code, missing.body.reason], [404, 'NotFound']);
  const invalid = await call('POST', maps, { metadata: { name: 'A' } });
  assert.deepEqual([invalid.code, invalid.body.reason], [422, 'Invalid']);
});

test('a deletion that waits for finalizers answers with the object', async (t) => {
  const { call } = await serve(t);
  await call('POST', maps, { metadata: { name: 'a', finalizers: ['b.c/d'] } });
  const { code, body } = await call('DELETE', `${maps}/a`, { propagationPolicy: 'Background' });
  assert.deepEqual([code, body.kind], [200, 'ConfigMap']);
  assert.ok(body.metadata?.deletionTimestamp);
});

test('lists are paged', async (t) => {
  const { call, client } = await serve(t);
  for (const name of ['a', 'b', 'c', 'd', 'e']) await client.create(ConfigMaps, configMap(name));
  const whole = await call('GET', '/api/v1/configmaps');
  assert.deepEqual([whole.body.kind, whole.body.items?.length], ['ConfigMapList', 5]);
  const names: (string | undefined)[] = [];
  let token = '';
  for (let pages = 1; ; pages++) {
    const { body } = await call('GET', `${maps}?limit=2&continue=${token}`);
    names.push(...(body.items ?? []).map((item) => item.metadata.name));
    assert.equal(body.metadata?.resourceVersion, whole.body.metadata?.resourceVersion);
    token = body.metadata?.continue ?? '';
    if (token !== '') continue;
    assert.equal(pages, 3);
    break;
  }
  assert.deepEqual(names, ['a', 'b', 'c', 'd', 'e']);
  for (const query of ['limit=x', 'continue=!', 'continue=WzFd', 'labelSelector=a%20in']) {
    assert.equal((await call('GET', `${maps}?${query}`)).code, 400, query);
  }
});

test('a page of a list that is too old is Expired', async (t) => {
  const { call, client } = await serve(t);
  for (const name of ['a', 'b']) await client.create(ConfigMaps, configMap(name));
  const { body } = await call('GET', `${maps}?limit=1`);
  for (let i = 0; i < 60; i++) await client.patch(ConfigMaps, 'default', 'a', { data: { i: `${i}` } });
  const late = await call('GET', `${maps}?limit=1&continue=${body.metadata?.continue}`);
  assert.deepEqual([late.code, late.body.reason], [410, 'Expired']);
});

test('patches go by their type', async (t) => {
  const { call } = await serve(t);
  await call('POST', maps, { metadata: { name: 'a' }, data: { x: '1', y: '2' } });
  const patch = (type: string, body: unknown) => call('PATCH', `${maps}/a`, body, { 'content-type': type });
  const merged = await patch('application/merge-patch+json; charset=utf-8', { data: { x: null } });
  assert.deepEqual(merged.body.data, { y: '2' });
  const replaced = await patch('application/json-patch+json', [
    { op: 'replace', path: '/data/y', value: '3' },
  ]);
  assert.deepEqual(replaced.body.data, { y: '3' });
  const strategic = await patch('application/strategic-merge-patch+json', { data: { z: '4' } });
  assert.deepEqual(strategic.body.data, { y: '3', z: '4' });
  const refused = await patch('text/plain', { data: {} });
  assert.deepEqual([refused.code, refused.body.reason], [415, 'UnsupportedMediaType']);
  assert.equal((await patch('application/json-patch+json', [{ op: 'remove', path: '/none' }])).code, 422);
  assert.equal((await patch('application/merge-patch+json', [])).code, 400);
});

test('what is not served is a 404 that says so', async (t) => {
  const { call } = await serve(t);
  const paths = [
    '/nowhere',
    '/api/v2/configmaps',
    '/api/v1/others',
    '/apis/tekton.dev/v1beta1/taskruns',
    `${maps}/a/status`,
    `${maps}/a/b/c`,
    '/api/v1/configmaps/a',
    '/api/v1/namespaces/default/namespaces/x',
    '/apis/tekton.dev/v1/namespaces/default/taskruns/x/log',
  ];
  for (const path of paths) {
    const { code, body } = await call('GET', path);
    assert.deepEqual([code, body.kind, body.reason], [404, 'Status', 'NotFound'], path);
    assert.match(body.message ?? '', /is not served here$/, path);
  }
  assert.equal((await call('POST', '/api/v1/configmaps', {})).code, 405);
  assert.equal((await call('DELETE', '/api/v1/configmaps')).code, 405);
});

test('bad bodies are refused with a Status', async (t) => {
  const { call } = await serve(t);
  const cases: [string, number][] = [
    ['{', 400],
    ['[]', 400],
    ['null', 400],
    ['"x"', 400],
    ['{"metadata":[]}', 400],
    ['{"metadata":{"name":1}}', 400],
    ['{"metadata":{"name":{}}}', 400],
    ['{"metadata":{"name":"a","labels":[1]}}', 400],
    ['{"metadata":{"name":"a","labels":{"__proto__":"x"}}}', 422],
    ['{"metadata":{"name":"a","finalizers":"x"}}', 400],
    ['{"metadata":{"name":"a","ownerReferences":[{}]}}', 422],
    ['{"metadata":{"name":"a","namespace":"other"}}', 400],
    ['{"kind":"Secret","metadata":{"name":"a"}}', 400],
    [`{"metadata":{"name":"a"},"data":{"x":"${'y'.repeat(3_200_000)}"}}`, 413],
  ];
  for (const [text, code] of cases) {
    const answer = await call('POST', maps, text);
    assert.equal(answer.code, code, text.slice(0, 80));
    assert.equal(answer.body.kind, 'Status');
  }
  assert.equal((await call('POST', maps, 'a: b', { 'content-type': 'text/plain' })).code, 415);
  assert.equal((await call('GET', '/api/v1/namespaces/%zz/configmaps')).code, 400);
});

test('a host adds routes behind the same authentication', async (t) => {
  const { call } = await serve(t, ({ app }) => {
    app.get('/apis/tekton.dev/v1/namespaces/:namespace/taskruns/:name/log', async (request) => ({
      who: request.identity.name,
      ...(request.params as object),
    }));
    app.get('/missing', async () => {
      throw new KubeError('NotFound', 'nothing here');
    });
    app.get('/broken', async () => {
      throw new TypeError('the secret inside');
    });
  });
  const path = '/apis/tekton.dev/v1/namespaces/default/taskruns/x/log';
  assert.deepEqual((await call('GET', path)).body, { who: 'admin', namespace: 'default', name: 'x' });
  assert.equal((await call('GET', path, undefined, { authorization: 'Bearer no' })).code, 401);
  assert.equal((await call('GET', '/missing')).body.message, 'nothing here');
  const broken = await call('GET', '/broken');
  assert.deepEqual([broken.code, broken.body.reason], [500, 'InternalError']);
  assert.doesNotMatch(JSON.stringify(broken.body), /secret/);
});

test('a watch is one JSON event a line, with bookmarks', async (t) => {
  const { base, client } = await serve(t);
  const { resourceVersion } = await client.list(ConfigMaps);
  const stop = new AbortController();
  const response = await fetch(
    `${base}${maps}?watch=1&allowWatchBookmarks=true&resourceVersion=${resourceVersion}`,
    {
      headers: { authorization: 'Bearer admin-token' },
      signal: stop.signal,
    },
  );
  assert.equal(response.headers.get('content-type'), 'application/json');
  const lines = (async function* () {
    let rest = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + chunk).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) yield JSON.parse(part) as { type: string; object: KubeObject };
    }
  })();
  const next = async (type: string) => {
    for (;;) {
      const { value } = await lines.next();
      if (value?.type === type) return value.object;
    }
  };
  await client.create(ConfigMaps, configMap('a'));
  assert.equal((await next('ADDED')).metadata.name, 'a');
  const run = { apiVersion: 'tekton.dev/v1', kind: 'TaskRun', metadata: { name: 'elsewhere' } };
  const other = await client.create(TaskRuns, run);
  let mark = await next('BOOKMARK');
  while (mark.metadata.resourceVersion !== other.metadata.resourceVersion) mark = await next('BOOKMARK');
  assert.deepEqual(mark, {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: { resourceVersion: other.metadata.resourceVersion },
  });
  stop.abort();
  await lines.next().catch(() => {});
});

test('a watch from too old a version is refused with 410', async (t) => {
  const { call, client } = await serve(t);
  await client.create(ConfigMaps, configMap('a'));
  for (let i = 0; i < 60; i++) await client.patch(ConfigMaps, 'default', 'a', { data: { i: `${i}` } });
  const { code, body } = await call('GET', `${maps}?watch=1&resourceVersion=1`);
  assert.deepEqual([code, body.reason], [410, 'Expired']);
  assert.equal((await call('GET', `${maps}?watch=1&resourceVersion=abc`)).code, 400);
  assert.equal((await call('GET', `${maps}?watch=1&resourceVersion=1&timeoutSeconds=1`)).code, 410);
});

test('a client’s watch goes on over a server that went away and came back', async (t) => {
  const { store, client } = await serve(t);
  const authenticator = createTokenAuthenticator([['t', adminIdentity]]);
  const first = await createApiServer({ store, authenticator });
  const baseUrl = await first.listen({ port: 0 });
  const port = Number(new URL(baseUrl).port);
  const stop = new AbortController();
  const remote = createHttpClient({ baseUrl, token: 't' });
  const events = remote.watch(ConfigMaps, { signal: stop.signal })[Symbol.asyncIterator]();
  const next = async () => {
    for (;;) {
      const { value } = await events.next();
      if (value && value.type !== 'BOOKMARK') return `${value.type} ${value.object.metadata.name}`;
    }
  };
  await client.create(ConfigMaps, configMap('a'));
  assert.equal(await next(), 'ADDED a');
  const pending = next();
  await first.close();
  await client.create(ConfigMaps, configMap('b'));
  await client.delete(ConfigMaps, 'default', 'a');
  const second = await createApiServer({ store, authenticator });
  await second.listen({ port });
  t.after(() => second.close());
  assert.equal(await pending, 'ADDED b');
  assert.equal(await next(), 'DELETED a');
  stop.abort();
  assert.equal((await events.next()).done, true);
});

test('a unix socket is its owner’s, replaces a dead one and respects a live one', async (t) => {
  const { server } = await serve(t);
  const socketPath = join(scratchFolder(t), 'api.sock');
  const dead = createServer();
  await new Promise<void>((resolve) => dead.listen(socketPath, resolve));
  // Node unlinks on close; a killed process does not.
  renameSync(socketPath, `${socketPath}.kept`);
  dead.close();
  renameSync(`${socketPath}.kept`, socketPath);
  assert.equal(await server.listen({ socketPath }), socketPath);
  assert.equal(statSync(socketPath).mode & 0o777, 0o600);
  await assert.rejects(server.listen({ socketPath }), /cannot listen on .*api\.sock/);
  const client = createHttpClient({ socketPath, token: 'admin-token' });
  assert.deepEqual((await client.list(ConfigMaps)).items, []);
  await server.close();
  assert.ok(!existsSync(socketPath));
});

test('a client without a server says so', async (t) => {
  const client = createHttpClient({ socketPath: join(scratchFolder(t), 'none.sock'), token: 't' });
  await assert.rejects(
    client.list(ConfigMaps),
    (error) => error instanceof KubeError && error.code === 'Unavailable',
  );
  assert.throws(() => createHttpClient({ baseUrl: 'https://localhost' }), /not an http URL/);
});
