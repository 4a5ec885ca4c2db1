import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { createTokenAuthenticator } from '../access/authenticator.ts';
import { adminIdentity } from '../access/identity.ts';
import { ConfigMaps } from '../core/config-map.ts';
import { Events } from '../core/event.ts';
import type { KubeObject, ResourceType } from '../object.ts';
import { configMap, scratchStore } from '../store/scratch-store.ts';
import { createApiServer } from './api-server.ts';

const TaskRuns: ResourceType = {
  group: 'tekton.dev',
  version: 'v1',
  kind: 'TaskRun',
  plural: 'taskruns',
  namespaced: true,
  hasStatus: true,
  schema: { type: 'object', properties: { spec: { type: 'object', properties: { a: { type: 'string' } } } } },
};

const maps = '/api/v1/namespaces/default/configmaps';

interface Answer {
  code: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: documents of many shapes, looked into by assertions
  body: any;
}

async function serve(t: TestContext) {
  const store = scratchStore(t, { resources: [TaskRuns], historyEvents: 50 });
  const authenticator = createTokenAuthenticator([['t', adminIdentity]]);
  const server = await createApiServer({ store, authenticator, bookmarkIntervalMs: 20 });
  const base = await server.listen({ port: 0 });
  t.after(() => server.close());
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(base + path, {
      method,
      headers: { authorization: 'Bearer t', 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const body_ =
      response.headers.get('content-type')?.includes('json') && text ? JSON.parse(text) : undefined;
    return { code: response.status, headers: response.headers, text, body: body_ } satisfies Answer;
  };
  return { store, server, base, call, client: store.client(adminIdentity) };
}

test('discovery, version by version and aggregated', async (t) => {
  const { call, server } = await serve(t);
  server.discovered.push({
    group: '',
    version: 'v1',
    name: 'pods/log',
    singular: '',
    namespaced: true,
    kind: 'Pod',
    verbs: ['get'],
  });
  assert.deepEqual((await call('GET', '/api')).body.versions, ['v1']);
  const groups = (await call('GET', '/apis')).body.groups.map(({ name }: { name: string }) => name);
  assert.ok(groups.includes('tekton.dev') && groups.includes('apiextensions.k8s.io') && !groups.includes(''));
  assert.equal((await call('GET', '/apis/tekton.dev')).body.preferredVersion.groupVersion, 'tekton.dev/v1');
  const { resources } = (await call('GET', '/apis/tekton.dev/v1')).body;
  assert.deepEqual(
    resources.map(({ name }: { name: string }) => name),
    ['taskruns', 'taskruns/status'],
  );
  const core = (await call('GET', '/api/v1')).body;
  assert.ok(core.resources.some(({ name }: { name: string }) => name === 'pods/log'));
  for (const version of ['v2', 'v2beta1']) {
    const accept = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList,application/json`;
    const answer = await call('GET', '/apis', undefined, { accept });
    assert.equal(answer.body.apiVersion, `apidiscovery.k8s.io/${version}`);
    const tekton = answer.body.items.find((item: KubeObject) => item.metadata.name === 'tekton.dev');
    assert.deepEqual(tekton.versions[0].resources[0].subresources[0].subresource, 'status');
    const again = await call('GET', '/apis', undefined, {
      accept,
      'if-none-match': answer.headers.get('etag')!,
    });
    assert.equal(again.code, 304);
  }
  for (const path of ['/apis/none.dev', '/apis/tekton.dev/v9', '/api/v9'])
    assert.equal((await call('GET', path)).code, 404);
});

test('OpenAPI documents hold what is served, under hashes of their content', async (t) => {
  const { call } = await serve(t);
  const { paths } = (await call('GET', '/openapi/v3')).body;
  const url = paths['apis/tekton.dev/v1'].serverRelativeURL;
  const answer = await call('GET', url);
  assert.match(answer.headers.get('cache-control') ?? '', /immutable/);
  const schema = answer.body.components.schemas['dev.tekton.v1.TaskRun'];
  assert.deepEqual(schema['x-kubernetes-group-version-kind'], [
    { group: 'tekton.dev', version: 'v1', kind: 'TaskRun' },
  ]);
  assert.deepEqual(schema.properties.metadata.allOf, [
    { $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' },
  ]);
  const patch = answer.body.paths['/apis/tekton.dev/v1/namespaces/{namespace}/taskruns/{name}'].patch;
  assert.ok(patch.parameters.some(({ name }: { name: string }) => name === 'fieldValidation'));
  const refs = [...answer.text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1]!);
  for (const name of refs) assert.ok(answer.body.components.schemas[name], name);
  const v2 = (await call('GET', '/openapi/v2')).body;
  assert.equal(v2.swagger, '2.0');
  assert.equal(v2.definitions['io.k8s.api.core.v1.ConfigMap'].properties.data.type, 'object');
  const protobuf = await call('GET', '/openapi/v2', undefined, {
    accept: 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
  });
  assert.equal(protobuf.code, 200);
  assert.match(protobuf.text, /io\.k8s\.api\.core\.v1\.ConfigMap/);
});

test('tables and partial metadata, in lists, of one object and in a watch', async (t) => {
  const { call, client, base } = await serve(t);
  await client.create(ConfigMaps, configMap('a', { x: '1' }));
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
  const list = (await call('GET', maps, undefined, { accept })).body;
  assert.deepEqual(
    [list.kind, list.apiVersion, list.rows[0].cells.slice(0, 2)],
    ['Table', 'meta.k8s.io/v1', ['a', 1]],
  );
  assert.equal(list.rows[0].object.kind, 'PartialObjectMetadata');
  const whole = (await call('GET', `${maps}/a?includeObject=Object`, undefined, { accept })).body;
  assert.deepEqual(whole.rows[0].object.data, { x: '1' });
  const partial = { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' };
  const { kind, items } = (await call('GET', maps, undefined, partial)).body;
  assert.deepEqual(
    [kind, Object.keys(items[0])],
    ['PartialObjectMetadataList', ['kind', 'apiVersion', 'metadata']],
  );
  const stop = new AbortController();
  const response = await fetch(`${base}${maps}?watch=1`, {
    headers: { authorization: 'Bearer t', accept },
    signal: stop.signal,
  });
  const [chunk] = await Array.fromAsync(firstOf(response.body!));
  const event = JSON.parse(Buffer.from(chunk!).toString());
  assert.deepEqual([event.type, event.object.kind, event.object.rows.length], ['ADDED', 'Table', 1]);
  stop.abort();
});

async function* firstOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) {
    yield chunk;
    return;
  }
}

test('fields that are not known are refused, warned of or passed over', async (t) => {
  const { call } = await serve(t);
  const path = '/apis/tekton.dev/v1/namespaces/default/taskruns';
  const run = (name: string) => ({ metadata: { name, foo: 1 }, spec: { a: 'x', b: 1 } });
  const strict = await call('POST', `${path}?fieldValidation=Strict`, run('a'));
  assert.equal(
    strict.body.message,
    'TaskRun in version "v1" cannot be handled as a TaskRun: strict decoding error: unknown field "metadata.foo", unknown field "spec.b"',
  );
  const warned = await call('POST', path, run('a'));
  assert.deepEqual([warned.code, warned.body.spec], [201, { a: 'x' }]);
  assert.equal(
    warned.headers.get('warning'),
    '299 - "unknown field \\"metadata.foo\\"", 299 - "unknown field \\"spec.b\\""',
  );
  const ignored = await call('POST', `${path}?fieldValidation=Ignore`, run('b'));
  assert.deepEqual([ignored.code, ignored.headers.get('warning')], [201, null]);
  const wrong = await call('POST', path, { metadata: { name: 'c' }, spec: { a: 1 } });
  assert.match(
    wrong.body.message,
    /json: cannot unmarshal number into Go struct field spec\.a of type string$/,
  );
  assert.equal((await call('POST', `${path}?fieldValidation=x`, run('c'))).code, 422);
});

test('dry runs go all the way and leave nothing', async (t) => {
  const { call, store } = await serve(t);
  const version = store.version;
  const made = await call('POST', `${maps}?dryRun=All`, { metadata: { generateName: 'dry-' } });
  assert.deepEqual([made.code, made.body.metadata.name.length], [201, 9]);
  assert.equal((await call('POST', `${maps}?dryRun=All`, { metadata: { name: 'A' } })).code, 422);
  const unsupported = await call('POST', `${maps}?dryRun=Some`, { metadata: { name: 'a' } });
  assert.match(unsupported.body.message, /dryRun: Unsupported value: "Some": supported values: "All"/);
  assert.equal(store.version, version);
});

test('a collection is deleted by its selectors', async (t) => {
  const { call, client } = await serve(t);
  for (const name of ['a', 'b', 'c']) {
    await client.create(ConfigMaps, {
      ...configMap(name),
      metadata: { name, labels: { l: name === 'c' ? '2' : '1' } },
    });
  }
  const deleted = await call('DELETE', `${maps}?labelSelector=l%3D1`);
  assert.deepEqual([deleted.body.kind, deleted.body.items.length], ['ConfigMapList', 2]);
  assert.deepEqual(
    (await client.list(ConfigMaps)).items.map(({ metadata }) => metadata.name),
    ['c'],
  );
});

test('events are selected by what they are about, also while watching', async (t) => {
  const { call, client, base } = await serve(t);
  const event = (name: string, about: string) => ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace: 'default' },
    involvedObject: { kind: 'TaskRun', name: about },
  });
  await client.create(Events, event('a', 'x'));
  await client.create(Events, event('b', 'y'));
  const path = '/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Dx';
  assert.deepEqual(
    (await call('GET', path)).body.items.map(({ metadata }: KubeObject) => metadata.name),
    ['a'],
  );
  assert.equal((await call('GET', `${maps}?fieldSelector=data.x%3Dy`)).code, 400);
  const { resourceVersion } = (await call('GET', path)).body.metadata;
  await client.create(Events, event('c', 'y'));
  await client.create(Events, event('d', 'x'));
  const watched = await fetch(`${base}${path}&watch=1&resourceVersion=${resourceVersion}&timeoutSeconds=1`, {
    headers: { authorization: 'Bearer t' },
  });
  const lines = (await watched.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ type, object }) => `${type} ${object.metadata.name}`),
    ['ADDED d'],
  );
});

test('a watch that asks for the present state is told where it ends', async (t) => {
  const { base, client, call } = await serve(t);
  await client.create(ConfigMaps, configMap('a'));
  const query =
    'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1';
  const response = await fetch(`${base}${maps}?${query}`, { headers: { authorization: 'Bearer t' } });
  const [first, second] = (await response.text()).split('\n').map((line) => line && JSON.parse(line));
  assert.deepEqual([first.type, second.type], ['ADDED', 'BOOKMARK']);
  assert.deepEqual(second.object.metadata.annotations, { 'k8s.io/initial-events-end': 'true' });
  for (const wrong of ['sendInitialEvents=true', 'resourceVersionMatch=Exact', 'resourceVersion=x']) {
    assert.ok([400, 422].includes((await call('GET', `${maps}?watch=1&${wrong}`)).code), wrong);
  }
});

test('lists are read at the version asked for, or not at all', async (t) => {
  const { call, client, store } = await serve(t);
  await client.create(ConfigMaps, configMap('a'));
  const at = (query: string) => call('GET', `${maps}?${query}`).then(({ code }) => code);
  assert.equal(await at('resourceVersion=0'), 200);
  assert.equal(await at(`resourceVersion=${store.version}&resourceVersionMatch=Exact`), 200);
  assert.equal(await at(`resourceVersion=${store.version - 1}&resourceVersionMatch=NotOlderThan`), 200);
  assert.equal(await at(`resourceVersion=${store.version - 1}&resourceVersionMatch=Exact`), 410);
  assert.equal(await at('resourceVersion=999999'), 410);
  assert.equal(await at('resourceVersion=x'), 400);
  assert.equal(await at('resourceVersionMatch=Exact'), 422);
});

test('YAML is read, and large lists are compressed for whoever can read that', async (t) => {
  const { call, base, client } = await serve(t);
  const yaml = { 'content-type': 'application/yaml' };
  const made = await call('POST', maps, 'metadata:\n  name: a\ndata:\n  x: "1" # one\n', yaml);
  assert.deepEqual([made.code, made.body.data], [201, { x: '1' }]);
  await client.create(ConfigMaps, configMap('big', { x: 'y'.repeat(200_000) }));
  const { request } = await import('node:http');
  const raw = await new Promise<Buffer>((resolve, reject) => {
    const headers = { authorization: 'Bearer t', 'accept-encoding': 'gzip' };
    request(base + maps, { headers }, async (response) => {
      assert.equal(response.headers['content-encoding'], 'gzip');
      resolve(Buffer.concat(await Array.fromAsync(response)));
    })
      .once('error', reject)
      .end();
  });
  assert.ok(raw.length < 10_000);
  assert.equal(JSON.parse(gunzipSync(raw).toString()).items.length, 2);
});

test('an apply needs a manager and a type, and carries no managedFields', async (t) => {
  const { call } = await serve(t);
  const type = { 'content-type': 'application/apply-patch+yaml' };
  const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: "1"}\n';
  assert.equal((await call('PATCH', `${maps}/a`, yaml, type)).code, 400);
  assert.equal((await call('PATCH', `${maps}/a?fieldManager=m`, yaml, type)).code, 201);
  assert.equal((await call('PATCH', `${maps}/a?fieldManager=m`, yaml, type)).code, 200);
  assert.equal((await call('PATCH', `${maps}/a?fieldManager=m`, 'metadata: {name: a}', type)).code, 400);
  const conflict = await call('PATCH', `${maps}/a?fieldManager=n`, yaml.replace('"1"', '"2"'), type);
  assert.deepEqual(
    [conflict.code, conflict.body.reason, conflict.body.details.causes[0].reason],
    [409, 'Conflict', 'FieldManagerConflict'],
  );
  const withFields = yaml.replace('{name: a}', '{name: a, managedFields: [{manager: x}]}');
  assert.equal((await call('PATCH', `${maps}/a?fieldManager=m`, withFields, type)).code, 400);
  const got = (await call('GET', `${maps}/a`)).body;
  assert.equal(got.metadata.managedFields[0].manager, 'm');
});
