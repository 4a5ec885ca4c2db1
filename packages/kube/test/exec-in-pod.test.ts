import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ApiServer,
  addPodRoutes,
  adminIdentity,
  auditRequests,
  createApiServer,
  createStore,
  createTokenAuthenticator,
  execInPod,
  isKubeError,
  openAuditLog,
  type Pod,
  Pods,
  type RemoteCommand,
  type Store,
} from '../src/index.ts';
import { LocalPodHost } from './testing/local-pod-host.ts';

const podHost = new LocalPodHost();
const pod = { namespace: 'default', name: 'p' };
const folder = mkdtempSync(join(tmpdir(), 'kube-exec-'));
const there = { socketPath: join(folder, 'api.sock'), token: 't' };
const auditFile = join(folder, 'audit.log');
let store: Store;
let server: ApiServer;
before(async () => {
  store = createStore({ path: ':memory:' });
  server = await createApiServer({ store, authenticator: createTokenAuthenticator([['t', adminIdentity]]) });
  addPodRoutes(server, { store, host: podHost });
  auditRequests(server.app, openAuditLog({ path: auditFile }));
  await server.listen({ socketPath: there.socketPath });
  const containers = ['step-main', 'step-next'].map((name) => ({ name, image: 'i' }));
  const object: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: pod, spec: { containers } };
  await store.client(adminIdentity).create(Pods, object);
});
after(async () => {
  await server.close();
  store.close();
  rmSync(folder, { recursive: true });
});

async function start(script: string, more: Partial<RemoteCommand> = {}, container = 'step-main') {
  const heard = { output: '', error: '' };
  const running = await execInPod(there, pod, container, {
    args: ['sh', '-c', script],
    stdin: false,
    onOutput: (chunk) => {
      heard.output += Buffer.from(chunk).toString();
    },
    onError: (chunk) => {
      heard.error += Buffer.from(chunk).toString();
    },
    ...more,
  });
  return { running, heard };
}

test('a command is fed, heard on both streams, and gives its exit code', async () => {
  const { running, heard } = await start('cat; echo e >&2; exit 5', { stdin: true });
  running.stdin!.write('first ');
  running.stdin!.end('last');
  assert.equal(await running.exit, 5);
  assert.deepEqual(heard, { output: 'first last', error: 'e\n' });
  const { running: well } = await start('true');
  assert.equal(await well.exit, 0);
});

test('a terminal is told its size, at the start and when it changes', async () => {
  const { running, heard } = await start('sleep 0.3', { tty: { columns: 100, rows: 30 } });
  running.resize({ columns: 120, rows: 40 });
  await running.exit;
  assert.equal(heard.output, 'resized to 100x30\nresized to 120x40\n');
});

test('one that is killed is ended at the other side, too', async () => {
  const { running } = await start('exec sleep 60');
  running.kill();
  assert.equal(await running.exit, 137);
  for (const deadline = Date.now() + 10_000; podHost.running > 0; await sleep(20)) {
    assert.ok(Date.now() < deadline, 'it still runs');
  }
});

test('output that is held is neither lost nor delivered', async () => {
  const { running, heard } = await start('head -c 3000000 /dev/zero');
  running.hold(true);
  await sleep(200);
  const { length } = heard.output;
  await sleep(100);
  assert.equal(heard.output.length, length);
  running.hold(false);
  assert.equal(await running.exit, 0);
  assert.equal(heard.output.length, 3_000_000);
});

test('what the server refuses is told in its words', async () => {
  await assert.rejects(start('true', {}, 'none'), {
    code: 'BadRequest',
    message: 'container none is not valid for pod p',
  });
  const wrong = { ...there, token: 'x' };
  const command = { args: ['true'], stdin: false, onOutput: () => {}, onError: () => {} };
  await assert.rejects(execInPod(wrong, pod, 'step-main', command), { code: 'Unauthorized' });
  await assert.rejects(execInPod(there, { ...pod, name: 'other' }, 'step-main', command), {
    code: 'NotFound',
  });
  const nowhere = { ...there, socketPath: join(folder, 'none.sock') };
  await assert.rejects(execInPod(nowhere, pod, 'step-main', command), (error) =>
    isKubeError(error, 'Unavailable'),
  );
  const { running } = await start('true', {}, 'step-next');
  await assert.rejects(running.exit, { message: /container "step-next" does not run/ });
});

test('the audit log tells who executed what, when it began and when it ended', async () => {
  const { running } = await start(': audited');
  await running.exit;
  const lines = () =>
    readFileSync(auditFile, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ requestURI }) => requestURI.includes('audited'))
      .map(({ stage, user, objectRef, responseStatus }) => [
        ...[stage, user.username, objectRef.name, objectRef.subresource, responseStatus.code],
      ]);
  for (const deadline = Date.now() + 10_000; lines().length < 2 && Date.now() < deadline; ) await sleep(20);
  assert.deepEqual(
    lines().map(([stage, ...rest]) => [stage, ...rest.slice(0, 3)]),
    [
      ['ResponseStarted', 'admin', 'p', 'exec'],
      ['ResponseComplete', 'admin', 'p', 'exec'],
    ],
  );
  assert.equal(lines()[1]![4], 101);
});
