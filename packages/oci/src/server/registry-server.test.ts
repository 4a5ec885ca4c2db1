import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { fastify } from 'fastify';
import { createRegistryClient } from '../client/registry-client.ts';
import { computeDigest } from '../digest/digest.ts';
import { openLayoutStore } from '../layout/layout-store.ts';
import { mediaTypes } from '../media-types.ts';
import { artifactBytes, chunked, descriptorOf, emptyConfig, pushImage } from '../testing/example-content.ts';
import { codeOf, startRegistry } from '../testing/registry.ts';
import { noSmallDisk, smallDisk, temporaryDirectory } from '../testing/temporary-directory.ts';
import type { PushEvent } from './registry-options.ts';
import { registryPlugin } from './registry-plugin.ts';
import { createRegistryServer } from './registry-server.ts';

const run = promisify(execFile);
const noSkopeo = existsSync('/usr/bin/skopeo') ? false : 'skopeo is not installed';
const content = Buffer.from('0123456789abcdef');
const digest = computeDigest(content);

describe('registry: a full disk', { skip: noSmallDisk }, () => {
  it('is answered with 507, and leaves nothing behind', async (t) => {
    const { host, call } = await startRegistry(t, { root: await smallDisk(t) });
    const client = createRegistryClient({ credentials: async () => undefined });
    const big = randomBytes(8_000_000);
    const name = { digest: computeDigest(big), size: big.length };
    const expected = { code: 'StorageFull', message: /disk of the image store is full/, hint: /free space/ };
    await assert.rejects(client.putBlob(`${host}/team/app`, big), expected);
    await assert.rejects(client.putBlobStream(`${host}/team/app`, chunked(big), name), expected);
    assert.equal((await call('HEAD', `blobs/${name.digest}`)).status, 404);
    await pushImage(client, `${host}/team/app`, 'v1');
  });
});

describe('registry: addresses', () => {
  it('refuses names outside the grammar, and paths it does not know', async (t) => {
    const { call } = await startRegistry(t);
    for (const name of ['Upper', 'a__-b', 'a%2f..%2fb', '-a', '_layout', `${'a'.repeat(256)}`]) {
      const response = await call('GET', `/v2/${name}/tags/list`);
      assert.deepEqual([name, response.status, await codeOf(response)], [name, 400, 'NAME_INVALID']);
    }
    assert.equal((await call('GET', '/v2/a/b/c')).status, 404);
    assert.equal((await call('PUT', 'tags/list')).status, 405);
    assert.equal((await call('GET', '/elsewhere')).status, 404);
  });

  it('takes long names', async (t) => {
    const { server, call } = await startRegistry(t);
    const name = Array.from({ length: 12 }, () => 'a'.repeat(19)).join('/');
    await pushImage(server.store, `localhost/${name}`, 'v1');
    assert.equal((await call('GET', `/v2/${name}/manifests/v1`)).status, 200);
  });

  it('listens on a port and a socket at once, and takes over a dead socket', async (t) => {
    const started = await startRegistry(t);
    const socketPath = `${started.server.store.root}/registry.sock`;
    await writeFile(socketPath, '');
    await started.server.listen({ socketPath });
    const overSocket = await new Promise<number | undefined>((resolve, reject) => {
      httpRequest({ socketPath, path: '/v2/' }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    assert.equal(overSocket, 200);
    assert.equal((await started.call('GET', '/v2/')).status, 200);
    const other = await createRegistryServer({ store: started.server.store });
    await assert.rejects(other.listen({ socketPath }), { code: 'EADDRINUSE' });
    await other.close();
  });

  it('lives in another application without touching its routes', async (t) => {
    const app = fastify();
    t.after(() => app.close());
    await app.register(registryPlugin, { store: openLayoutStore(await temporaryDirectory(t)) });
    app.post('/echo', async (request) => request.body);
    const registry = await app.inject({ method: 'GET', url: '/v2/' });
    assert.equal(registry.statusCode, 200);
    const upload = await app.inject({
      method: 'POST',
      url: `/v2/x/blobs/uploads/?digest=${digest}`,
      payload: content,
    });
    assert.equal(upload.statusCode, 201);
    const echo = await app.inject({ method: 'POST', url: '/echo', payload: { a: 1 } });
    assert.deepEqual(echo.json(), { a: 1 });
    assert.equal(echo.headers['docker-distribution-api-version'], undefined);
  });
});

describe('registry: hooks', () => {
  it('asks before each request, and for both sides of a mount', async (t) => {
    const asked: string[] = [];
    const started = await startRegistry(t, {
      challenge: 'Bearer realm="https://tokens.example"',
      authorize: (_request, { repository = '-', action }) => {
        asked.push(`${action} ${repository}`);
        if (repository === 'secret') return 403;
        return repository === 'team/app' || repository === '-' ? 'allow' : 401;
      },
    });
    await started.server.store.putBlob('localhost/secret', content);
    assert.equal((await started.call('GET', '/v2/')).status, 200);
    const denied = await started.call('GET', `/v2/secret/blobs/${digest}`);
    assert.deepEqual([denied.status, await codeOf(denied)], [403, 'DENIED']);
    const wanted = await started.call('DELETE', `/v2/other/manifests/v1`);
    assert.deepEqual([wanted.status, await codeOf(wanted)], [401, 'UNAUTHORIZED']);
    assert.equal(wanted.headers.get('www-authenticate'), 'Bearer realm="https://tokens.example"');
    assert.equal((await started.call('POST', `blobs/uploads/?mount=${digest}&from=secret`)).status, 202);
    assert.equal((await started.call('HEAD', `blobs/${digest}`)).status, 404);
    assert.deepEqual(asked, [
      'pull -',
      'pull secret',
      'delete other',
      'push team/app',
      'pull secret',
      'pull team/app',
    ]);
  });

  it('tells of each push, and a failing listener does not fail it', async (t) => {
    const events: PushEvent[] = [];
    const started = await startRegistry(t, {
      onPush: (event) => {
        events.push(event);
        throw new Error('listener');
      },
    });
    await started.server.store.putBlob('localhost/team/app', emptyConfig);
    const subject = descriptorOf(mediaTypes.manifest, Buffer.from('-'));
    const body = Uint8Array.from(artifactBytes(subject, 'application/x.a'));
    const headers = { 'content-type': mediaTypes.manifest };
    assert.equal((await started.call('PUT', 'manifests/v1', { body, headers })).status, 201);
    assert.deepEqual(
      events.map(({ repository, descriptor, tags, subject }) => [
        repository,
        descriptor.digest,
        tags,
        subject,
      ]),
      [['team/app', computeDigest(body), ['v1'], subject.digest]],
    );
  });
});

describe('registry: skopeo', { skip: noSkopeo }, () => {
  const tls = (where: string) => `--${where}tls-verify=false`;

  it('pushes, inspects, lists and pulls', async (t) => {
    const { server, host } = await startRegistry(t);
    const source = openLayoutStore(await temporaryDirectory(t));
    const big = randomBytes(3_000_000).toString('hex');
    const { descriptor } = await pushImage(source, 'localhost/app', 'v1', big);
    const from = `oci:${source.layoutDirectory('localhost/app')}:v1`;
    await run('skopeo', ['copy', '--preserve-digests', from, `docker://${host}/x:v1`, tls('dest-')]);
    assert.equal((await server.store.resolve('localhost/x', 'v1')).digest, descriptor.digest);
    const { stdout: inspected } = await run('skopeo', ['inspect', `docker://${host}/x:v1`, tls('')]);
    assert.equal(JSON.parse(inspected).Digest, descriptor.digest);
    const { stdout: tags } = await run('skopeo', ['list-tags', `docker://${host}/x`, tls('')]);
    assert.deepEqual(JSON.parse(tags).Tags, ['v1']);
    const out = openLayoutStore(await temporaryDirectory(t));
    await pushImage(out, 'localhost/out', 'seed');
    const target = `oci:${out.layoutDirectory('localhost/out')}:pulled`;
    await run('skopeo', ['copy', '--preserve-digests', `docker://${host}/x:v1`, target, tls('src-')]);
    assert.equal((await out.resolve('localhost/out', 'pulled')).digest, descriptor.digest);
    await run('skopeo', [
      'copy',
      `docker://${host}/x:v1`,
      `docker://${host}/y:v2`,
      tls('src-'),
      tls('dest-'),
    ]);
    assert.equal((await server.store.resolve('localhost/y', 'v2')).digest, descriptor.digest);
    await run('skopeo', ['delete', `docker://${host}/y:v2`, tls('')]);
    await assert.rejects(server.store.resolve('localhost/y', 'v2'), { code: 'ManifestUnknown' });
  });
});
