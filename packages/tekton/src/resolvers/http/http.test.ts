import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { Client, KubeObject } from '@assay/kube';
import { KubeError } from '@assay/kube';
import type { Param } from '../../types/params.ts';
import { createResolutionCache } from '../cache.ts';
import { createResolver, fetchResource } from '../remote.ts';
import { httpResolver } from './resolver.ts';

const task =
  'apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: t}\nspec: {steps: [{name: s, image: i}]}\n';
let origin = '';
let calls = 0;
let authorization: string | undefined;
const routes: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  '/task.yaml': (_, response) => response.end(task),
  '/old.yaml': (_, response) => response.end(task.replace('/v1', '/v1beta1')),
  '/pipeline.yaml': (_, response) =>
    response.end(task.replace('Task', 'Pipeline').replace(/spec.*/, 'spec: {}')),
  '/bad.yaml': (_, response) => response.end(task.replace('image', 'imagge')),
  '/invalid.yaml': (_, response) => response.end(task.replace('{name: s, image: i}', '')),
  '/binary': (_, response) => response.end(Buffer.from([0xff, 0xfe])),
  '/large': (_, response) => response.end(Buffer.alloc(5000, 'a')),
  '/away': (_, response) => response.writeHead(302, { location: '/task.yaml' }).end(),
  '/loop': (_, response) => response.writeHead(302, { location: '/loop' }).end(),
  '/file': (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  '/elsewhere': (_, response) =>
    response
      .writeHead(302, { location: origin.replace('127.0.0.1', 'localhost').concat('/task.yaml') })
      .end(),
  '/hang': () => {},
};
const server = createServer((request, response) => {
  calls++;
  authorization = request.headers.authorization;
  const route = routes[request.url ?? ''];
  if (route) route(request, response);
  else response.writeHead(404).end();
});
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const secrets: Record<string, Record<string, string>> = {
  creds: { password: 'cGFzcw==', other: 'b3RoZXI=' },
};
const client = {
  get: async (_: unknown, namespace: string, name: string) => {
    if (secrets[name] === undefined) throw new KubeError('NotFound', 'no');
    return { metadata: { name, namespace }, data: secrets[name] } as unknown as KubeObject;
  },
} as unknown as Client;
const open = { allowLoopback: true };
const params = (values: Record<string, string>): Param[] =>
  Object.entries(values).map(([name, value]) => ({ name, value: value.replace('ORIGIN', origin) }));
const resolve = (values: Record<string, string>, options: Parameters<typeof httpResolver>[0] = {}) =>
  createResolver(httpResolver({ client, network: open, ...options })).resolve('Task', params(values), {
    namespace: 'ns',
  });
const digestOf = (algorithm: string) => createHash(algorithm).update(task).digest('hex');

describe('a definition at a URL', () => {
  test('is brought with the digest of its bytes', async () => {
    const { object, source } = await resolve({ url: 'ORIGIN/task.yaml' });
    assert.equal(object.metadata.name, 't');
    assert.deepEqual(source, { uri: `${origin}/task.yaml`, digest: { sha256: digestOf('sha256') } });
  });
  test('of an older version is converted', async () => {
    assert.equal((await resolve({ url: 'ORIGIN/old.yaml' })).object.apiVersion, 'tekton.dev/v1');
  });
  test('through a redirect', async () => {
    assert.equal((await resolve({ url: 'ORIGIN/away' })).object.metadata.name, 't');
  });
  test('with a password from a Secret of the namespace', async () => {
    await resolve({ url: 'ORIGIN/task.yaml', 'http-username': 'u', 'http-password-secret': 'creds' });
    assert.equal(authorization, `Basic ${Buffer.from('u:pass').toString('base64')}`);
  });
  test('the password does not follow a redirect to another origin', async () => {
    await resolve({ url: 'ORIGIN/elsewhere', 'http-username': 'u', 'http-password-secret': 'creds' });
    assert.equal(authorization, undefined);
  });
  for (const algorithm of ['sha256', 'sha512']) {
    test(`pinned by ${algorithm}`, async () => {
      await resolve({ url: 'ORIGIN/task.yaml', digest: `${algorithm}:${digestOf(algorithm)}` });
    });
  }
});

const refused: Array<[params: Record<string, string>, message: RegExp]> = [
  [{}, /^missing required http resolver params: url$/],
  [{ url: 'ftp://x/y' }, /^url ftp:\/\/x\/y is not a valid http\(s\) url$/],
  [{ url: 'not a url' }, /^cannot parse url not a url: /],
  [{ url: 'ORIGIN/none' }, /^requested URL 'http.*\/none' is not found$/],
  [{ url: 'ORIGIN/bad.yaml' }, /^invalid runtime object: unknown field "spec.steps\[0\].imagge"/],
  [{ url: 'ORIGIN/invalid.yaml' }, /denied the request: validation failed: missing field\(s\): spec.steps$/],
  [{ url: 'ORIGIN/pipeline.yaml' }, /^resource is not a task$/],
  [{ url: 'ORIGIN/binary' }, /^invalid runtime object: it is not text/],
  [{ url: 'ORIGIN/large' }, /^response body exceeds maximum allowed size of 4000 bytes$/],
  [{ url: 'ORIGIN/loop' }, /^error fetching URL: stopped after 5 redirects$/],
  [{ url: 'ORIGIN/file' }, /^error fetching URL: a redirect from .* is refused$/],
  [{ url: 'ORIGIN/task.yaml', digest: 'sha256' }, /^error validating digest: invalid digest format: sha256$/],
  [{ url: 'ORIGIN/task.yaml', digest: 'md5:00' }, /invalid digest algorithm: md5$/],
  [
    { url: 'ORIGIN/task.yaml', digest: 'sha256:00' },
    /invalid sha256 digest value, expected length: 64, got: 2$/,
  ],
  [
    { url: 'ORIGIN/task.yaml', digest: `sha256:${'0'.repeat(64)}` },
    /SHA mismatch, expected 0{64}, got [0-9a-f]{64}$/,
  ],
  [
    { url: 'ORIGIN/task.yaml', 'http-username': 'u' },
    /^missing required param http-password-secret when using http-username$/,
  ],
  [
    { url: 'ORIGIN/task.yaml', 'http-username': '', 'http-password-secret': 'creds' },
    /^value http-username cannot be empty$/,
  ],
  [
    { url: 'ORIGIN/task.yaml', 'http-username': 'u', 'http-password-secret': 'none' },
    /^cannot get API token, secret none not found in namespace ns$/,
  ],
  [
    {
      url: 'ORIGIN/task.yaml',
      'http-username': 'u',
      'http-password-secret': 'creds',
      'http-password-secret-key': 'k',
    },
    /^cannot get API token, key k not found in secret creds in namespace ns$/,
  ],
  [{ url: 'ORIGIN/task.yaml', cache: 'sometimes' }, /^invalid cache mode 'sometimes'/],
];

describe('what is refused says why', () => {
  for (const [values, message] of refused) {
    test(JSON.stringify(values), async () => {
      await assert.rejects(resolve(values, { maxBytes: 4000 }), (error: Error & { code?: string }) => {
        assert.match(error.message, message);
        return error.code === 'ResolutionFailed';
      });
    });
  }
  test('this machine, by address, by name and through a redirect', async () => {
    const message = /is an address of this machine or its link/;
    for (const url of [
      'ORIGIN/task.yaml',
      origin.replace('127.0.0.1', 'localhost'),
      'http://[::1]:1/',
      'http://169.254.169.254/',
    ]) {
      await assert.rejects(resolve({ url }, { network: {} }), message);
    }
    const allowedHosts = [new URL(origin).host];
    await resolve({ url: 'ORIGIN/task.yaml' }, { network: { allowedHosts } });
    await assert.rejects(resolve({ url: 'ORIGIN/elsewhere' }, { network: { allowedHosts } }), message);
  });
  test('what takes too long', async () => {
    const remote = httpResolver({ network: open });
    const resource = fetchResource(
      remote,
      params({ url: 'ORIGIN/hang' }),
      { namespace: 'n' },
      { timeoutMs: 30 },
    );
    await assert.rejects(resource, /^TektonError: resolution took longer than global timeout of 30ms$/);
  });
});

describe('the cache', () => {
  const remote = httpResolver({ network: open });
  const pinned = () => params({ url: 'ORIGIN/task.yaml', digest: `sha256:${digestOf('sha256')}` });
  const callsOf = async (work: () => Promise<unknown>) => {
    const start = calls;
    await work();
    return calls - start;
  };
  const context = { namespace: 'n' };
  test('remembers what cannot change, and says so', async () => {
    const cache = createResolutionCache();
    await fetchResource(remote, pinned(), context, { cache });
    const again = await fetchResource(remote, pinned(), context, { cache });
    assert.equal(again.annotations['resolution.tekton.dev/cached'], 'true');
    assert.equal(await callsOf(() => fetchResource(remote, pinned(), context, { cache })), 0);
    const never = [...pinned(), { name: 'cache', value: 'never' }];
    assert.equal(await callsOf(() => fetchResource(remote, never, context, { cache })), 1);
  });
  test('keeps what may change only on request, and not for long', async () => {
    let now = 0;
    const cache = createResolutionCache({ now: () => now, ttlMs: 1000 });
    const plain = params({ url: 'ORIGIN/task.yaml' });
    const always = [...plain, { name: 'cache', value: 'always' }];
    assert.equal(await callsOf(() => fetchResource(remote, plain, context, { cache })), 1);
    await fetchResource(remote, always, context, { cache });
    assert.equal(await callsOf(() => fetchResource(remote, always, context, { cache })), 0);
    now = 1000;
    assert.equal(await callsOf(() => fetchResource(remote, always, context, { cache })), 1);
  });
  test('is not shared between namespaces', async () => {
    const cache = createResolutionCache();
    await fetchResource(remote, pinned(), context, { cache });
    assert.equal(await callsOf(() => fetchResource(remote, pinned(), { namespace: 'o' }, { cache })), 1);
  });
  test('has bounds', () => {
    const cache = createResolutionCache({ maxEntries: 2, maxBytes: 10 });
    const resource = (size: number) => ({ data: new Uint8Array(size), refSource: {}, annotations: {} });
    cache.set('a', resource(4), true);
    cache.set('b', resource(4), true);
    assert.ok(cache.get('a'));
    cache.set('c', resource(4), true);
    assert.equal(cache.get('b'), undefined);
    cache.set('d', resource(11), true);
    assert.equal(cache.get('d'), undefined);
    assert.ok(cache.get('a') && cache.get('c'));
  });
});
