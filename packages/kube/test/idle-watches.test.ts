import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  adminIdentity,
  ConfigMaps,
  createApiServer,
  createStore,
  createTokenAuthenticator,
} from '../src/index.ts';

const count = 10_000;

/** Opens so many watches, a few hundred at a time; says when all are open, and when each has got so much as an event. */
const watchers = `
import { connect } from 'node:net';
const [port, count] = process.argv.slice(1).map(Number);
let open = 0, told = 0, begun = 0;
const start = () => {
  if (begun++ >= count) return;
  const socket = connect(port, '127.0.0.1');
  let answered = false, heard = false;
  socket.write('GET /api/v1/configmaps?watch=1&labelSelector=l%3Dx HTTP/1.1\\r\\nhost: x\\r\\nauthorization: Bearer t\\r\\n\\r\\n');
  socket.on('data', (data) => {
    const text = data.toString();
    if (!answered) {
      answered = true;
      if (!text.startsWith('HTTP/1.1 200')) return console.log(text.slice(0, 200));
      if (++open === count) console.log('open');
      start();
    }
    if (!heard && text.includes('"ADDED"')) {
      heard = true;
      if (++told === count) console.log('told');
    }
  });
  socket.on('error', (error) => console.log(error.message));
};
for (let i = 0; i < 300; i++) start();
`;

test('ten thousand idle watches cost little, and all are told what concerns them', async (t) => {
  const store = createStore({ path: ':memory:' });
  const authenticator = createTokenAuthenticator([['t', adminIdentity]]);
  const server = await createApiServer({ store, authenticator });
  const { port } = new URL(await server.listen({ port: 0 }));
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const heap = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = heap();
  const child = spawn(process.execPath, ['--input-type=module', '-e', watchers, '--', port, `${count}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(async () => {
    child.kill();
    await server.close();
    store.close();
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  assert.equal((await lines.next()).value, 'open');
  assert.equal(store.statistics().watchers, count);
  const each = (heap() - before) / count;
  assert.ok(each < 30_000, `${Math.round(each)} bytes of heap a watch`);
  t.diagnostic(`${Math.round(each)} bytes of heap a watch`);

  const client = store.client(adminIdentity);
  const map = (name: string, labels: Record<string, string>) => ({
    ...{ apiVersion: 'v1', kind: 'ConfigMap' },
    metadata: { name, namespace: 'default', labels },
  });
  await client.create(ConfigMaps, map('of-no-concern', {}));
  await client.create(ConfigMaps, map('of-concern', { l: 'x' }));
  assert.equal((await lines.next()).value, 'told');

  child.kill();
  for (const deadline = Date.now() + 30_000; store.statistics().watchers > 0; ) {
    assert.ok(Date.now() < deadline, `${store.statistics().watchers} watches are left`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});
