import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ApiServer,
  adminIdentity,
  ConfigMaps,
  createApiServer,
  createStore,
  createTokenAuthenticator,
  type Store,
} from '../src/index.ts';

const maps = '/api/v1/namespaces/default/configmaps';
const token = { authorization: 'Bearer t' };

describe('a server under bad input', () => {
  let folder: string;
  let store: Store;
  let server: ApiServer;
  let port: number;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kube-abuse-'));
    store = createStore({ path: join(folder, 'store.db'), historyEvents: 200 });
    const authenticator = createTokenAuthenticator([['t', adminIdentity]]);
    server = await createApiServer({
      store,
      authenticator,
      maxBodyBytes: 100_000,
      requestTimeoutMs: 500,
      stallTimeoutMs: 300,
    });
    port = Number(new URL(await server.listen({ port: 0 })).port);
  });
  after(async () => {
    await server.close();
    store.close();
    rmSync(folder, { recursive: true });
  });

  /** Sends the path as it is: fetch would tidy it up. */
  function call(method: string, path: string, body = '', headers: Record<string, string> = {}) {
    const { promise, resolve, reject } = Promise.withResolvers<{ code: number; text: string }>();
    const sent = request(
      { port, host: '127.0.0.1', method, path, headers: { ...token, ...headers } },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        response.once('end', () => resolve({ code: response.statusCode ?? 0, text }));
      },
    );
    sent.once('error', reject);
    sent.end(body);
    return promise;
  }

  const json = { 'content-type': 'application/json' };
  const yaml = { 'content-type': 'application/yaml' };

  test('bodies that are too large, deep or malformed are refused', async () => {
    const deep = (count: number) => `{"metadata":{"name":"a"},"x":${'['.repeat(count)}${']'.repeat(count)}}`;
    const cases: [string, Record<string, string>, number, RegExp][] = [
      [`{"metadata":{"name":"a"},"data":{"x":"${'y'.repeat(100_000)}"}}`, json, 413, /RequestEntityTooLarge/],
      [deep(40_000), json, 400, /nests deeper/],
      [deep(40_000), yaml, 400, /nests deeper/],
      [`{"a":${'{"a":'.repeat(2_000)}1${'}'.repeat(2_000)}}`, json, 400, /nests deeper/],
      [`${'- '.repeat(20_000)}a`, yaml, 400, /BadRequest/],
      ['{"metadata":', json, 400, /not JSON/],
      ['a: [', yaml, 400, /error converting YAML to JSON/],
      ['a: 1\na: 2', yaml, 400, /error converting YAML to JSON/],
      ['\u0000\u0001', { 'content-type': 'application/vnd.kubernetes.protobuf' }, 400, /protobuf/],
      ['x', { 'content-type': 'application/cbor' }, 415, /UnsupportedMediaType/],
    ];
    for (const [body, headers, code, expected] of cases) {
      const answer = await call('POST', maps, body, headers);
      assert.equal(answer.code, code, `${body.slice(0, 60)} ${answer.text.slice(0, 200)}`);
      assert.match(answer.text, expected);
    }
  });

  test('a YAML bomb does not go off', async () => {
    const levels = Array.from({ length: 12 }, (_, level) =>
      level === 0
        ? 'a0: &a0 [x, x, x, x, x, x, x, x, x]'
        : `a${level}: &a${level} [${Array(9)
            .fill(`*a${level - 1}`)
            .join(', ')}]`,
    );
    const { code, text } = await call('POST', maps, levels.join('\n'), yaml);
    assert.deepEqual([code, /alias/i.test(text)], [400, true]);
  });

  test('paths with tricks reach nothing', async () => {
    await store.client(adminIdentity).create(ConfigMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'secretive', namespace: 'default' },
    });
    const tricks = [
      `${maps}/%2e%2e`,
      `${maps}/..`,
      `${maps}/x/../secretive`,
      `${maps}/%2e%2e%2fconfigmaps%2fsecretive`,
      `${maps}/a%2fb`,
      `${maps}/%00`,
      `${maps}//secretive`,
      '/api/v1/namespaces/../namespaces/default/configmaps/secretive',
      '/api/v1/namespaces/%2e/configmaps/secretive',
      '/openapi/v3/../../etc/passwd',
      '/apis/%2e%2e/v1/configmaps',
    ];
    for (const path of tricks) {
      const { code, text } = await call('GET', path);
      assert.ok(code === 404 || code === 400, `${path}: ${code} ${text.slice(0, 100)}`);
      assert.doesNotMatch(text, /"items"/);
    }
    const { code } = await call(
      'PATCH',
      `${maps}/%2e%2e?fieldManager=x`,
      '{"apiVersion":"v1","kind":"ConfigMap"}',
      {
        'content-type': 'application/apply-patch+yaml',
      },
    );
    assert.equal(code, 422);
  });

  test('keys of prototypes are keys like others', async () => {
    const body = '{"metadata":{"name":"proto"},"data":{"__proto__":"1","constructor":"2"}}';
    assert.equal((await call('POST', maps, body, json)).code, 201);
    const patch = '{"data":{"__proto__":"3","toString":"4"}}';
    for (const type of ['merge-patch', 'strategic-merge-patch']) {
      const { code } = await call('PATCH', `${maps}/proto`, patch, {
        'content-type': `application/${type}+json`,
      });
      assert.equal(code, 200);
    }
    const { text } = await call('GET', `${maps}/proto`);
    assert.match(text, /"data":\{"__proto__":"3","constructor":"2","toString":"4"\}/);
    const pollute = [{ op: 'add', path: '/metadata/__proto__/polluted', value: 'x' }];
    await call('PATCH', `${maps}/proto`, JSON.stringify(pollute), {
      'content-type': 'application/json-patch+json',
    });
    assert.equal(({} as { polluted?: string }).polluted, undefined);
  });

  test('what cannot be answered is 406, and what is asked for twice is JSON', async () => {
    const accept = (value: string) => call('GET', maps, '', { accept: value });
    assert.equal((await accept('application/vnd.kubernetes.protobuf')).code, 406);
    assert.equal((await accept('application/json;as=Table;v=v9;g=meta.k8s.io')).code, 406);
    assert.equal((await accept('application/vnd.kubernetes.protobuf, application/json;q=0.5')).code, 200);
  });

  test('requests that do not come to an end are cut off', async () => {
    const ended = (start: string) => {
      const { promise, resolve } = Promise.withResolvers<string>();
      const socket = connect(port, '127.0.0.1', () => socket.write(start));
      let text = '';
      socket.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      socket.once('close', () => resolve(text));
      return promise;
    };
    const head = `POST ${maps} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer t\r\n`;
    const [headers, body] = await Promise.all([
      ended(head),
      ended(`${head}content-type: application/json\r\ncontent-length: 50\r\n\r\n{"a`),
    ]);
    assert.match(headers, /^HTTP\/1\.1 408/);
    assert.match(body, /^(HTTP\/1\.1 408|$)/);
  });

  /** A watch whose answer nobody reads. */
  async function openWatch(query = ''): Promise<Socket> {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(`GET ${maps}?watch=1${query} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer t\r\n\r\n`);
    await new Promise((resolve) => socket.once('data', resolve));
    socket.pause();
    return socket;
  }

  test('a client that never reads its watch is cut off, and others go on', async () => {
    const stuck = await openWatch();
    const closed = new Promise<void>((resolve) => stuck.once('close', () => resolve()));
    const admin = store.client(adminIdentity);
    const data = { big: 'x'.repeat(90_000) };
    const name = { name: 'big', namespace: 'default' };
    await admin.create(ConfigMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: name, data });
    for (let i = 0; i < 300; i++) await admin.patch(ConfigMaps, 'default', 'big', { data: { i: `${i}` } });
    await sleep(500);
    // It is gone for the server; the client sees it once it reads what lies in between.
    stuck.resume();
    await closed;
    assert.equal((await call('GET', `${maps}/proto`)).code, 200);
  });

  test('more requests than are taken on are told to come again', async () => {
    const authenticator = { authenticate: () => sleep(50, adminIdentity) };
    const small = await createApiServer({ store, authenticator, maxRequestsInFlight: 2 });
    const url = await small.listen({ port: 0 });
    const answers = await Promise.all(Array.from({ length: 6 }, () => fetch(url + maps, { headers: token })));
    const codes = answers.map((answer) => answer.status).sort();
    await small.close();
    assert.ok(codes.includes(200) && codes.includes(429), codes.join(' '));
    assert.equal(answers.find((answer) => answer.status === 429)?.headers.get('retry-after'), '1');
  });
});
