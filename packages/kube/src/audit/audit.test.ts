import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createTokenAuthenticator } from '../access/authenticator.ts';
import { adminIdentity } from '../access/identity.ts';
import { protectPaths } from '../access/protect-paths.ts';
import { createHttpClient } from '../client/http-client.ts';
import { startControllers } from '../controller/start-controllers.ts';
import { ConfigMaps } from '../core/config-map.ts';
import { Secrets } from '../core/secret.ts';
import { serveMetrics } from '../metrics/serve-metrics.ts';
import { createApiServer } from '../server/api-server.ts';
import { configMap, scratchFolder, scratchStore } from '../store/scratch-store.ts';
import { openAuditLog } from './audit-log.ts';
import { auditRequests } from './audit-requests.ts';

type Line = Record<string, unknown> & {
  responseStatus: { code: number };
  objectRef?: Record<string, string>;
};

function linesOf(path: string): Line[] {
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

async function host(t: TestContext) {
  const store = scratchStore(t);
  const authenticator = createTokenAuthenticator([
    ['admin', adminIdentity],
    ['nobody', { name: 'nobody', groups: [] }],
  ]);
  const api = await createApiServer({ store, authenticator });
  const path = join(scratchFolder(t), 'audit.log');
  const log = openAuditLog({ path });
  const controllers = startControllers(store.client(adminIdentity), [
    { name: 'test', resource: ConfigMaps, reconcile: async () => undefined },
  ]);
  auditRequests(api.app, log);
  protectPaths(api.app, store.authorizer);
  await serveMetrics(api.app, { store, controllers: () => controllers });
  t.after(async () => {
    await controllers.stop();
    await api.close();
  });
  const baseUrl = await api.listen({ port: 0 });
  const get = (url: string, token: string) =>
    fetch(baseUrl + url, { headers: { authorization: `Bearer ${token}` } });
  return { baseUrl, log, path, get, client: createHttpClient({ baseUrl, token: 'admin' }) };
}

test('the log tells who did what to which object, when, and what came of it', async (t) => {
  const { client, log, path, get } = await host(t);
  await client.create(ConfigMaps, configMap('x'));
  await assert.rejects(client.get(ConfigMaps, 'default', 'absent'));
  assert.equal((await get('/api/v1/secrets', 'nobody')).status, 403);
  assert.equal((await get('/api/v1/secrets', 'forged')).status, 401);
  assert.equal((await get('/metrics', 'nobody')).status, 403);
  await get('/version', 'admin');
  await log.close();
  const lines = linesOf(path);
  assert.deepEqual(
    lines.map(({ verb, user, responseStatus, requestURI }) => [
      verb,
      (user as { username: string }).username,
      responseStatus.code,
      requestURI,
    ]),
    [
      ['create', 'admin', 201, '/api/v1/namespaces/default/configmaps'],
      ['get', 'admin', 404, '/api/v1/namespaces/default/configmaps/absent'],
      ['list', 'nobody', 403, '/api/v1/secrets'],
      ['list', 'system:anonymous', 401, '/api/v1/secrets'],
      ['get', 'nobody', 403, '/metrics'],
    ],
  );
  const [, second] = lines;
  assert.deepEqual(second!.objectRef, {
    resource: 'configmaps',
    namespace: 'default',
    name: 'absent',
    apiVersion: 'v1',
  });
  assert.deepEqual(
    [second!.kind, second!.apiVersion, second!.level, second!.stage],
    ['Event', 'audit.k8s.io/v1', 'Metadata', 'ResponseComplete'],
  );
  assert.deepEqual(second!.sourceIPs, ['127.0.0.1']);
  assert.ok(Date.parse(`${second!.requestReceivedTimestamp}`) <= Date.parse(`${second!.stageTimestamp}`));
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('a watch is told when it begins and when it ends', async (t) => {
  const { client, log, path } = await host(t);
  const stop = new AbortController();
  const events = client.watch(ConfigMaps, { signal: stop.signal })[Symbol.asyncIterator]();
  while ((await events.next()).value?.type !== 'BOOKMARK');
  const next = events.next();
  const stages = async () => {
    await log.close();
    return linesOf(path).flatMap(({ verb, stage }) => (verb === 'watch' ? [stage] : []));
  };
  const until = async (wanted: string[]) => {
    for (let turn = 0; turn < 50 && (await stages()).length < wanted.length; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.deepEqual(await stages(), wanted);
  };
  await until(['ResponseStarted']);
  stop.abort();
  await next;
  await until(['ResponseStarted', 'ResponseComplete']);
});

test('what a Secret holds is never in the log', async (t) => {
  const { client, log, path } = await host(t);
  await client.create(Secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's', namespace: 'default', annotations: { note: 'hush-hush' } },
    stringData: { password: 'hush-hush' },
  });
  await client.patch(Secrets, 'default', 's', { stringData: { password: 'hush-hush-2' } });
  await log.close();
  const text = readFileSync(path, 'utf8');
  assert.equal(linesOf(path).length, 2);
  assert.doesNotMatch(text, /hush|aHVza/);
});

test('the log is cut by size, and the oldest goes', async (t) => {
  const path = join(scratchFolder(t), 'audit.log');
  const log = openAuditLog({ path, maxBytes: 100, keep: 2 });
  for (let number = 0; number < 8; number++) {
    log.write({ number, filler: 'x'.repeat(100) });
    await log.close();
  }
  const numbers = ['', '.1', '.2'].map((suffix) => linesOf(path + suffix).map(({ number }) => number));
  assert.deepEqual(numbers, [[7], [6], [5]]);
  assert.throws(() => statSync(`${path}.3`));
});

test('more than may wait is dropped and counted, and a log that cannot be written stops nobody', async (t) => {
  const path = join(scratchFolder(t), 'audit.log');
  const log = openAuditLog({ path, maxWaiting: 3 });
  for (let number = 0; number < 10; number++) log.write({ number });
  await log.close();
  assert.equal(log.dropped, 7);
  assert.deepEqual(linesOf(path).at(-1), { kind: 'DroppedEvents', count: 7 });
  const errors: unknown[] = [];
  const broken = openAuditLog({ path: '/nowhere/at/all', onError: (error) => errors.push(error) });
  broken.write({});
  await broken.close();
  assert.equal(errors.length, 1);
  assert.equal(broken.dropped, 1);
});

test('metrics count requests, commits, watches and queues, in names that do not grow with what is asked for', async (t) => {
  const { client, get } = await host(t);
  await client.create(ConfigMaps, configMap('x'));
  await get('/apis/made.up/v1/things', 'admin');
  const stop = new AbortController();
  const events = client.watch(ConfigMaps, { signal: stop.signal })[Symbol.asyncIterator]();
  while ((await events.next()).value?.type !== 'BOOKMARK');
  const next = events.next();
  const read = async () => (await get('/metrics', 'admin')).text();
  const until = async (pattern: RegExp) => {
    for (let turn = 0; turn < 50; turn++) {
      const text = await read();
      if (pattern.test(text)) return text;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return read();
  };
  const text = await until(/^apiserver_longrunning_requests\{verb="watch",resource="configmaps"\} 1$/m);
  for (const line of [
    /^apiserver_request_total\{verb="create",group="",version="v1",resource="configmaps",subresource="",code="201"\} 1$/m,
    /^apiserver_request_total\{verb="list",group="",version="",resource="",subresource="",code="404"\} 1$/m,
    /^apiserver_longrunning_requests\{verb="watch",resource="configmaps"\} 1$/m,
    /^assay_store_writes_total \d+$/m,
    /^assay_store_watchers 2$/m,
    /^workqueue_depth\{name="test"\} 0$/m,
    /^workqueue_work_total\{name="test"\} 1$/m,
    /^process_cpu_seconds_total /m,
  ]) {
    assert.match(text, line);
  }
  assert.doesNotMatch(text, /made\.up/);
  stop.abort();
  await next;
  await until(/^apiserver_longrunning_requests\{verb="watch",resource="configmaps"\} 0$/m);
});
