import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import {
  type ApiServer,
  addPodRoutes,
  adminIdentity,
  createApiServer,
  createStore,
  createTokenAuthenticator,
  type Pod,
  Pods,
  type Store,
} from '../src/index.ts';
import { LocalPodHost } from './testing/local-pod-host.ts';

const token = { authorization: 'Bearer t' };
const exec = '/api/v1/namespaces/default/pods/p/exec';
const protocols = ['v5.channel.k8s.io'];

describe('logs and commands under bad input', () => {
  const podHost = new LocalPodHost();
  let store: Store;
  let server: ApiServer;
  let port: number;
  before(async () => {
    store = createStore({ path: ':memory:' });
    const authenticator = createTokenAuthenticator([['t', adminIdentity]]);
    server = await createApiServer({ store, authenticator });
    addPodRoutes(server, { store, host: podHost });
    port = Number(new URL(await server.listen({ port: 0 })).port);
    const client = store.client(adminIdentity);
    const pod: Pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'default' },
      spec: { containers: [{ name: 'step-main', image: 'i' }] },
    };
    const created = await client.create(Pods, pod);
    const running = { name: 'step-main', image: 'i', imageID: '', ready: true, restartCount: 0 };
    const containerStatuses = [{ ...running, state: { running: {} } }];
    await client.updateStatus(Pods, { ...created, status: { phase: 'Running', containerStatuses } });
  });
  after(async () => {
    await server.close();
    store.close();
  });

  function open(script: string, query = 'stdin=1&stdout=1&stderr=1', headers: object = token): WebSocket {
    const command = ['sh', '-c', script].map((word) => `&command=${encodeURIComponent(word)}`).join('');
    return new WebSocket(`ws://127.0.0.1:${port}${exec}?${query}${command}`, protocols, {
      headers: headers as Record<string, string>,
    });
  }

  const opened = (socket: WebSocket) => new Promise<void>((resolve) => socket.once('open', () => resolve()));
  const closed = (socket: WebSocket) =>
    new Promise<number>((resolve) => socket.once('close', (code) => resolve(code)));

  /** Resolves when no process is left. */
  async function noneRuns(): Promise<void> {
    for (const deadline = Date.now() + 10_000; podHost.running > 0; await sleep(20)) {
      assert.ok(Date.now() < deadline, 'a process still runs');
    }
  }

  /** All that comes, by channel, until the end. */
  async function heard(socket: WebSocket): Promise<Record<number, string>> {
    const words: Record<number, string> = {};
    socket.on('message', (data: Buffer) => {
      words[data[0]!] = (words[data[0]!] ?? '') + data.subarray(1).toString();
    });
    await closed(socket);
    return words;
  }

  test('a command whose output nobody reads waits, and is killed when its requester goes', async () => {
    const before = podHost.written;
    const socket = open('exec yes');
    await opened(socket);
    socket.pause();
    await sleep(1500);
    const written = podHost.written - before;
    await sleep(500);
    assert.equal(podHost.written - before, written, 'it stands still');
    assert.ok(written < 32 * 1024 * 1024, `${written} bytes were taken from it`);
    socket.resume();
    for (const deadline = Date.now() + 10_000; podHost.written - before < written + 1_000_000; ) {
      assert.ok(Date.now() < deadline, 'it goes on when it is read');
      await sleep(20);
    }
    socket.terminate();
    await noneRuns();
  });

  test('input that nobody takes is not taken in', async () => {
    const socket = open('exec sleep 60');
    await opened(socket);
    const chunk = Buffer.alloc(64 * 1024);
    let sent = 0;
    // Beyond what fits into the pipes and sockets on the way it stays with the sender.
    for (; sent < 64 * 1024 * 1024 && socket.bufferedAmount < 8 * 1024 * 1024; sent += chunk.length) {
      socket.send(chunk);
      if (sent % (1024 * 1024) === 0) await sleep(1);
    }
    await sleep(300);
    assert.ok(socket.bufferedAmount > 4 * 1024 * 1024, `${socket.bufferedAmount} bytes wait`);
    socket.terminate();
    await noneRuns();
  });

  test('a message that is too large ends the connection and its command', async () => {
    const socket = open('exec cat >/dev/null');
    socket.on('error', () => {});
    await opened(socket);
    socket.send(Buffer.alloc(2 * 1024 * 1024));
    assert.ok([1006, 1009].includes(await closed(socket)));
    await noneRuns();
  });

  test('frames that mean nothing are passed over', async () => {
    const socket = open('cat');
    await opened(socket);
    const words = heard(socket);
    const frames = [
      Buffer.alloc(0),
      Buffer.of(9, 1, 2),
      Buffer.from('\u0004not json'),
      Buffer.from('\u0004{"Width":-1,"Height":1e9}'),
      Buffer.of(255),
      Buffer.of(255, 7),
      Buffer.from('\u0000in'),
      Buffer.of(255, 0),
      Buffer.from('\u0000late'),
    ];
    for (const frame of frames) socket.send(frame);
    const { 1: output, 3: status } = await words;
    assert.deepEqual([output, JSON.parse(status!).status], ['in', 'Success']);
  });

  test('only the streams that are asked for come', async () => {
    const { 1: output, 2: error, 3: status } = await heard(open('echo a; echo b >&2', 'stderr=true'));
    assert.deepEqual([output, error, JSON.parse(status!).status], [undefined, 'b\n', 'Success']);
  });

  test('who has no token, or speaks another protocol, is refused in HTTP', async () => {
    const refused = async (headers: object, offered: string[], query = 'stdout=1&command=true') => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}${exec}?${query}`, offered, {
        headers: headers as Record<string, string>,
      });
      const code = await new Promise((resolve) =>
        socket.once('unexpected-response', (_request, response) => {
          resolve(response.statusCode);
          response.resume();
        }),
      );
      socket.on('error', () => {});
      socket.terminate();
      return code;
    };
    assert.equal(await refused({}, protocols), 401);
    assert.equal(await refused({ authorization: 'Bearer x' }, protocols), 401);
    assert.equal(await refused(token, ['v1.channel.k8s.io']), 400);
    assert.equal(await refused(token, protocols, 'stdout=1'), 400);
    assert.equal(await refused(token, protocols, 'command=true'), 400);
    assert.equal(await refused(token, protocols, 'stdout=1&command=true&container=other'), 400);
    await noneRuns();
  });

  /** A request as it is, to the end of the answer. */
  function raw(lines: string[]): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>();
    const socket = connect(port, '127.0.0.1');
    socket.write(
      `${['host: x', 'authorization: Bearer t'].reduceRight((all, one) => [all[0]!, one, ...all.slice(1)], lines).join('\r\n')}\r\n\r\n`,
    );
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    socket.once('close', () => resolve(text));
    return promise;
  }

  test('an upgrade that is no WebSocket, or malformed, or goes elsewhere, harms nothing', async () => {
    const upgrade = ['connection: Upgrade', 'upgrade: websocket'];
    const wanted = `GET ${exec}?stdout=1&command=true HTTP/1.1`;
    const key = 'sec-websocket-key: not-a-key';
    const speaks = 'sec-websocket-protocol: v5.channel.k8s.io';
    const bad = await raw([wanted, ...upgrade, speaks, 'sec-websocket-version: 13', key]);
    assert.match(bad, /^(HTTP\/1\.1 400|$)/);
    assert.match(
      await raw(['GET /api/v1/namespaces HTTP/1.1', ...upgrade]),
      /^HTTP\/1\.1 200[\s\S]*NamespaceList/,
    );
    assert.match(await raw(['GET /nowhere HTTP/1.1', ...upgrade]), /^HTTP\/1\.1 404[\s\S]*"Status"/);
    const plain = await raw(['GET /version HTTP/1.1', 'connection: close', 'upgrade: h2c']);
    assert.match(plain, /^HTTP\/1\.1 200[\s\S]*gitVersion/);
    assert.match(await raw([wanted, 'connection: close']), /^HTTP\/1\.1 400[\s\S]*WebSocket/);
    assert.equal((await fetch(`http://127.0.0.1:${port}/healthz`)).status, 200);
    await noneRuns();
  });

  test('a log whose reader takes nothing stays where it is, and ends with its reader', async () => {
    podHost.logs.set('p/step-main', Array(200_000).fill('x'.repeat(100)));
    const asked = podHost.asked.length;
    const path = '/api/v1/namespaces/default/pods/p/log?follow=true';
    const sent = request({ port, host: '127.0.0.1', path, headers: token });
    sent.on('error', () => {});
    sent.end();
    await new Promise((resolve) => sent.once('response', (response) => resolve(response.pause())));
    await sleep(200);
    const { follow } = podHost.asked[asked]!;
    assert.equal(follow!.aborted, false);
    sent.destroy();
    for (const deadline = Date.now() + 10_000; !follow!.aborted; await sleep(20)) {
      assert.ok(Date.now() < deadline, 'it still waits for more');
    }
  });
});
