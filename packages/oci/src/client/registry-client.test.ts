import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, it, type TestContext } from 'node:test';
import { computeDigest } from '../digest/digest.ts';
import { mediaTypes } from '../media-types.ts';
import { createRegistryServer } from '../server/registry-server.ts';
import { freePort } from '../testing/docker-registry.ts';
import {
  artifactBytes,
  chunked,
  descriptorOf,
  encode,
  pushImage,
  readAll,
} from '../testing/example-content.ts';
import { startServer } from '../testing/scripted-server.ts';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { createRegistryClient, type RegistryClientOptions } from './registry-client.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

function clientWith(options: RegistryClientOptions = {}) {
  const pauses: number[] = [];
  const sleep = async (ms: number) => void pauses.push(ms);
  const retry = { sleep, random: () => 1, ...options.retry };
  return { client: createRegistryClient({ credentials: async () => undefined, ...options, retry }), pauses };
}

const image = encode({
  schemaVersion: 2,
  mediaType: mediaTypes.manifest,
  config: descriptorOf('a/b', Buffer.from('x')),
  layers: [],
});

function sendImage(response: ServerResponse, headers: Record<string, string> = {}): void {
  response.writeHead(200, {
    'content-type': mediaTypes.manifest,
    'docker-content-digest': computeDigest(image),
    ...headers,
  });
  response.end(image);
}

describe('retries', () => {
  it('outlasts 5xx, 429 and broken connections, pausing longer each time', async (t) => {
    const failures: Handler[] = [
      (_request, response) => response.writeHead(503).end(),
      (_request, response) => response.writeHead(429, { 'retry-after': '3' }).end(),
      (request) => request.socket.destroy(),
      (_request, response) => response.writeHead(500).end('x'.repeat(100_000)),
    ];
    const host = await startServer(t, (request, response) => {
      const fail = failures.shift();
      if (fail) fail(request, response);
      else sendImage(response);
    });
    const { client, pauses } = clientWith();
    assert.deepEqual(Buffer.from((await client.getManifest(`${host}/app`, 'v1')).bytes), image);
    assert.deepEqual(pauses, [200, 3000, 800, 1600]);
  });

  it('gives up in the end, saying what failed', async (t) => {
    let count = 0;
    const host = await startServer(t, (_request, response) => {
      count++;
      response
        .writeHead(502, { 'content-type': 'application/json' })
        .end('{"errors":[{"code":"X","message":"no backend"}]}');
    });
    const { client } = clientWith();
    await assert.rejects(client.getManifest(`${host}/app`, 'v1'), {
      code: 'RegistryUnavailable',
      message: /502: no backend/,
    });
    assert.equal(count, 5);
  });

  it('does not wait for a Retry-After beyond its cap', async (t) => {
    const host = await startServer(t, (_request, response) =>
      response.writeHead(429, { 'retry-after': '3600' }).end(),
    );
    const { client, pauses } = clientWith();
    await assert.rejects(client.getManifest(`${host}/app`, 'v1'), {
      code: 'TooManyRequests',
      hint: /3600 seconds/,
    });
    assert.deepEqual(pauses, []);
  });

  it('says quickly that a registry is down', async () => {
    const host = `localhost:${await freePort()}`;
    const begun = performance.now();
    const client = createRegistryClient();
    await assert.rejects(client.resolve(`${host}/app`, 'v1'), {
      code: 'RegistryUnavailable',
      message: new RegExp(host),
      hint: /is a registry running at/,
    });
    assert.ok(performance.now() - begun < 1000);
  });

  it('begins an upload anew when the registry lost it', async (t) => {
    const server = await createRegistryServer({ root: await temporaryDirectory(t) });
    t.after(() => server.close());
    let puts = 0;
    server.app.addHook('onRequest', async (request) => {
      if (request.method === 'PUT' && ++puts === 1) request.raw.socket.destroy();
      if (request.method === 'PUT' && puts === 2) {
        const id = request.url.split('/').at(-1)?.split('?')[0] ?? '';
        await server.store.uploads.cancel('app', id);
      }
    });
    const host = await server.listen();
    const { client } = clientWith();
    const { digest } = await client.putBlob(`${host}/app`, Buffer.from('content'));
    assert.equal(puts, 3);
    assert.equal(await server.store.hasBlob('localhost/app', digest), true);
  });

  it('repeats a chunk from where the registry stands', async (t) => {
    const server = await createRegistryServer({ root: await temporaryDirectory(t) });
    t.after(() => server.close());
    const ranges: unknown[] = [];
    server.app.addHook('onRequest', async (request) => {
      if (request.method !== 'PATCH') return;
      ranges.push(request.headers['content-range']);
      if (ranges.length === 2) {
        // The chunk arrives by half, and its answer is lost.
        const id = request.url.split('/').at(-1) ?? '';
        await server.store.uploads.append('app', id, chunked(content.subarray(2_000_000, 3_000_000)));
        request.raw.socket.destroy();
      }
    });
    const content = randomBytes(5_000_000);
    const host = await server.listen();
    const { client } = clientWith({ chunkSize: 2_000_000 });
    const { digest, size } = descriptorOf('', content);
    await client.putBlobStream(`${host}/app`, chunked(content), { digest, size });
    assert.deepEqual(ranges, [
      '0-1999999',
      '2000000-3999999',
      '2000000-3999999',
      '3000000-3999999',
      '4000000-4999999',
    ]);
    assert.ok((await readAll(await server.store.streamBlob('localhost/app', digest))).equals(content));
  });
});

describe('an untrusted registry', () => {
  const wrong: Record<string, { handler: Handler; code: string }> = {
    'other bytes than the digest says': {
      handler: (_request, response) => sendImage(response),
      code: 'DigestMismatch',
    },
    'an endless manifest': {
      handler: (_request, response) => {
        response.writeHead(200, { 'content-type': mediaTypes.manifest });
        const more = () => {
          while (!response.destroyed && response.write(Buffer.alloc(100_000, 32)));
        };
        response.on('drain', more);
        more();
      },
      code: 'ManifestTooLarge',
    },
    'circles of redirects': {
      handler: (request, response) => response.writeHead(307, { location: request.url }).end(),
      code: 'RegistryError',
    },
    'a redirect to plain http elsewhere': {
      handler: (_request, response) =>
        response.writeHead(307, { location: 'http://elsewhere.example/' }).end(),
      code: 'InsecureRegistry',
    },
    'a redirect to a file': {
      handler: (_request, response) => response.writeHead(307, { location: 'file:///etc/passwd' }).end(),
      code: 'InsecureRegistry',
    },
    'a refusal': { handler: (_request, response) => response.writeHead(403).end('<html>'), code: 'Denied' },
    nonsense: { handler: (_request, response) => response.writeHead(204).end(), code: 'RegistryError' },
  };
  const asked = computeDigest('what was asked for');
  for (const [what, { handler, code }] of Object.entries(wrong)) {
    it(`that sends ${what} gives ${code}`, async (t) => {
      const host = await startServer(t, handler);
      await assert.rejects(clientWith().client.getManifest(`${host}/app`, asked), { code });
    });
  }

  it('whose blob is wrong or cut short is found out', async (t) => {
    const host = await startServer(t, (request, response) => {
      if (request.url?.includes('/cut/')) {
        response.writeHead(200, { 'content-length': '100' });
        response.write('part');
        setTimeout(() => response.destroy(), 20);
      } else response.end('wrong');
    });
    const { client } = clientWith();
    await assert.rejects(client.getBlob(`${host}/app`, asked), { code: 'DigestMismatch' });
    await assert.rejects(client.getBlob(`${host}/cut`, asked), { code: 'RegistryUnavailable' });
  });

  it('cannot make getBlob hold more than its limit', async (t) => {
    const big = Buffer.alloc(200_000, 1);
    const host = await startServer(t, (_request, response) => response.end(big));
    const { client } = clientWith({ maxBlobBytes: 100_000 });
    await assert.rejects(client.getBlob(`${host}/app`, computeDigest(big)), { code: 'BlobTooLarge' });
  });

  it('labels a manifest as something else in vain', async (t) => {
    const host = await startServer(t, (_request, response) =>
      sendImage(response, { 'content-type': mediaTypes.index }),
    );
    await assert.rejects(clientWith().client.getManifest(`${host}/app`, 'v1'), { code: 'ManifestInvalid' });
  });
});

describe('reaching a registry', () => {
  it('refuses plain http beyond loopback unless told', async () => {
    const { client } = clientWith({ hosts: { 'far.example': { endpoint: 'http://far.example' } } });
    await assert.rejects(client.resolve('far.example/app', 'v1'), {
      code: 'InsecureRegistry',
      hint: /insecure/,
    });
  });

  it('finds a host at its configured endpoint, under its own name', async (t) => {
    const server = await createRegistryServer({ root: await temporaryDirectory(t) });
    t.after(() => server.close());
    const endpoint = `http://${await server.listen()}`;
    const { client } = clientWith({ hosts: { 'factory.example': { endpoint } } });
    const { descriptor } = await pushImage(client, 'factory.example/app', 'v1');
    assert.equal((await server.store.resolve('localhost/app', 'v1')).digest, descriptor.digest);
  });

  it('follows a redirect without taking the password along', async (t) => {
    const seen: Array<string | undefined> = [];
    const content = Buffer.from('elsewhere');
    const storage = await startServer(t, (request, response) => {
      seen.push(request.headers.authorization);
      response.end(content);
    });
    const host = await startServer(t, (request, response) => {
      if (!request.headers.authorization)
        response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end();
      else response.writeHead(307, { location: `http://${storage}/blob` }).end();
    });
    const { client } = clientWith({ credentials: async () => ({ username: 'u', password: 'p' }) });
    assert.deepEqual(Buffer.from(await client.getBlob(`${host}/app`, computeDigest(content))), content);
    assert.deepEqual(seen, [undefined]);
  });

  it('ends with its signal, before, during and between requests', async (t) => {
    const host = await startServer(t, () => {});
    const { client } = clientWith();
    const early = client.withSignal(AbortSignal.abort(new Error('stopped early')));
    await assert.rejects(early.resolve(`${host}/app`, 'v1'), /stopped early/);
    const controller = new AbortController();
    const pending = client.withSignal(controller.signal).resolve(`${host}/app`, 'v1');
    setTimeout(() => controller.abort(new Error('stopped late')), 20);
    await assert.rejects(pending, /stopped late/);
    const failing = await startServer(t, (_request, response) => response.writeHead(503).end());
    const slow = createRegistryClient({ retry: { baseMs: 60_000, maxMs: 60_000 } });
    await assert.rejects(slow.withSignal(AbortSignal.timeout(50)).resolve(`${failing}/app`, 'v1'), {
      name: 'TimeoutError',
    });
  });

  it('ends a stream that is being read with its signal', async (t) => {
    const host = await startServer(t, (_request, response) => {
      response.writeHead(200, { 'content-length': '1000000' });
      response.write('a'.repeat(1000));
    });
    const controller = new AbortController();
    const view = clientWith().client.withSignal(controller.signal);
    const stream = await view.streamBlob(`${host}/app`, computeDigest('x'));
    setTimeout(() => controller.abort(new Error('enough')), 20);
    await assert.rejects(readAll(stream), /enough/);
  });
});

describe('referrers without the API', () => {
  /** A registry of ours that hides its API, and may pretend to have it. */
  async function start(t: TestContext, pretend: boolean) {
    const server = await createRegistryServer({ root: await temporaryDirectory(t) });
    t.after(() => server.close());
    server.app.addHook('onRequest', async (request, reply) => {
      if (request.url.includes('/referrers/')) await reply.code(404).send('no such page');
    });
    server.app.addHook('onSend', async (_request, reply) => {
      if (!pretend) reply.removeHeader('oci-subject');
    });
    return { host: await server.listen(), server };
  }

  for (const pretend of [false, true]) {
    it(`are kept in the tag ${pretend ? 'even where OCI-Subject is answered' : ''}`, async (t) => {
      const { host, server } = await start(t, pretend);
      const { client } = clientWith();
      const { descriptor } = await pushImage(client, `${host}/app`, 'v1');
      await client.putBlob(`${host}/app`, Buffer.from('{}'));
      const bytes = artifactBytes(descriptor, 'application/x.a');
      await client.putManifest(`${host}/app`, computeDigest(bytes), bytes, mediaTypes.manifest);
      const tags = await server.store.listTags('localhost/app');
      assert.deepEqual(tags, [descriptor.digest.replace(':', '-'), 'v1']);
      const found = await client.referrers(`${host}/app`, descriptor.digest);
      assert.deepEqual(
        found.map(({ digest }) => digest),
        [computeDigest(bytes)],
      );
    });
  }

  it('survive two clients writing at once, by If-Match', async (t) => {
    const { host } = await start(t, false);
    const clients = [clientWith().client, clientWith().client, clientWith().client];
    const { descriptor } = await pushImage(createRegistryClient(), `${host}/app`, 'v1');
    await createRegistryClient().putBlob(`${host}/app`, Buffer.from('{}'));
    const first = artifactBytes(descriptor, 'application/x.a', { n: 'first' });
    await createRegistryClient().putManifest(`${host}/app`, computeDigest(first), first, mediaTypes.manifest);
    const all = clients.map((client, n) => ({
      client,
      bytes: artifactBytes(descriptor, 'application/x.a', { n: String(n) }),
    }));
    await Promise.all(
      all.map(({ client, bytes }) =>
        client.putManifest(`${host}/app`, computeDigest(bytes), bytes, mediaTypes.manifest),
      ),
    );
    assert.equal((await createRegistryClient().referrers(`${host}/app`, descriptor.digest)).length, 4);
  });

  it('are none where the tag holds something else, which is not overwritten', async (t) => {
    const { host } = await start(t, false);
    const { client } = clientWith();
    const { descriptor } = await pushImage(client, `${host}/app`, 'v1');
    const tag = descriptor.digest.replace(':', '-');
    await pushImage(client, `${host}/app`, tag, 'an image');
    assert.deepEqual(await client.referrers(`${host}/app`, descriptor.digest), []);
    await client.putBlob(`${host}/app`, Buffer.from('{}'));
    const bytes = artifactBytes(descriptor, 'application/x.a');
    const put = client.putManifest(`${host}/app`, computeDigest(bytes), bytes, mediaTypes.manifest);
    await assert.rejects(put, { code: 'ManifestInvalid', hint: new RegExp(tag) });
  });

  it('have a tag that fits also for sha512', async () => {
    const { referrersTag } = await import('./referrers-tag.ts');
    assert.equal(referrersTag(`sha512:${'a'.repeat(128)}`), `sha512-${'a'.repeat(64)}`);
  });
});
