import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  makeInformer,
  type V1ConfigMap,
} from '@kubernetes/client-node';
import {
  adminIdentity,
  type ConfigMap,
  ConfigMaps,
  createApiServer,
  createStore,
  createTokenAuthenticator,
  openServingCertificate,
} from '../src/index.ts';

/** A server over TLS behind a proxy whose connections the test can cut. */
async function serve(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'kube-client-node-'));
  const store = createStore({ path: join(folder, 'store.db'), historyEvents: 50 });
  const server = await createApiServer({
    store,
    authenticator: createTokenAuthenticator([['t', adminIdentity]]),
  });
  const { certificate, privateKey, authority } = await openServingCertificate(folder);
  const upstream = Number(new URL(await server.listen({ port: 0, tls: { certificate, privateKey } })).port);
  const sockets = new Set<Socket>();
  const proxy = createServer((socket) => {
    const onward = connect(upstream, '127.0.0.1');
    for (const end of [socket, onward]) {
      sockets.add(end);
      end.on('error', () => {});
      end.once('close', () => {
        sockets.delete(end);
        socket.destroy();
        onward.destroy();
      });
    }
    socket.pipe(onward).pipe(socket);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as { port: number };
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    {
      name: 'c',
      server: `https://localhost:${port}`,
      caData: Buffer.from(authority).toString('base64'),
      skipTLSVerify: false,
    },
    { name: 'u', token: 't' },
  );
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  t.after(async () => {
    cut();
    proxy.close();
    await server.close();
    store.close();
    rmSync(folder, { recursive: true });
  });
  return { store, config, cut, client: store.client(adminIdentity) };
}

const map = (name: string): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
});

test('the informer of @kubernetes/client-node misses nothing over a broken connection', async (t) => {
  const { config, client, cut } = await serve(t);
  const api = config.makeApiClient(CoreV1Api);
  const informer = makeInformer(config, '/api/v1/namespaces/default/configmaps', () =>
    api.listNamespacedConfigMap({ namespace: 'default' }),
  );
  const seen: string[] = [];
  let wake = () => {};
  for (const verb of ['add', 'update', 'delete'] as const) {
    informer.on(verb, (object: V1ConfigMap) => {
      seen.push(`${verb} ${object.metadata?.name}`);
      wake();
    });
  }
  let stopped = false;
  informer.on('error', () => {
    if (!stopped) setTimeout(() => void informer.start(), 50);
  });
  const until = async (entry: string) => {
    while (!seen.includes(entry)) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  await client.create(ConfigMaps, map('before'));
  await informer.start();
  await until('add before');
  await client.create(ConfigMaps, map('watched'));
  await until('add watched');
  cut();
  await client.create(ConfigMaps, map('while-away'));
  await client.delete(ConfigMaps, 'default', 'before');
  await until('add while-away');
  await until('delete before');
  // Longer away than the server remembers.
  cut();
  for (let i = 0; i < 80; i++) await client.patch(ConfigMaps, 'default', 'watched', { data: { i: `${i}` } });
  await client.create(ConfigMaps, map('much-later'));
  await until('add much-later');
  stopped = true;
  await informer.stop();
  assert.equal(seen.filter((entry) => entry === 'add while-away').length, 1);
});

test('@kubernetes/client-node creates, patches and reads errors', async (t) => {
  const { config } = await serve(t);
  const api = config.makeApiClient(CoreV1Api);
  const made = await api.createNamespacedConfigMap({
    namespace: 'default',
    body: { metadata: { generateName: 'gen-' }, data: { a: '1' } },
  });
  const name = made.metadata?.name ?? '';
  assert.match(name, /^gen-.{5}$/);
  const patched = await api.patchNamespacedConfigMap({
    namespace: 'default',
    name,
    body: [{ op: 'add', path: '/data/b', value: '2' }],
  });
  assert.deepEqual(patched.data, { a: '1', b: '2' });
  const deleted = await api.deleteCollectionNamespacedConfigMap({
    namespace: 'default',
    labelSelector: 'none=here',
  });
  assert.ok(deleted);
  const error = await api
    .readNamespacedConfigMap({ namespace: 'default', name: 'none' })
    .catch((caught: unknown) => caught);
  assert.equal((error as { code?: number }).code, 404);
  const custom = config.makeApiClient(CustomObjectsApi);
  const missing = await custom
    .listClusterCustomObject({ group: 'none.example', version: 'v1', plural: 'things' })
    .catch((caught: unknown) => caught);
  assert.equal((missing as { code?: number }).code, 404);
});
