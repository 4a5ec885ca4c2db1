import assert from 'node:assert/strict';
import { readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { computeDigest, parseDigest } from '../digest/digest.ts';
import { codeOf, seedImage, startRegistry } from '../testing/registry.ts';

const content = Buffer.from('0123456789abcdef');
const digest = computeDigest(content);

describe('registry: blobs', () => {
  it('answers /v2/ with its version', async (t) => {
    const { call } = await startRegistry(t);
    const response = await call('GET', '/v2/');
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('docker-distribution-api-version'), 'registry/2.0');
  });

  it('gives a blob, its head and ranges of it', async (t) => {
    const started = await startRegistry(t);
    await started.server.store.putBlob('localhost/team/app', content);
    const get = await started.call('GET', `blobs/${digest}`);
    assert.equal(get.status, 200);
    assert.equal(get.headers.get('docker-content-digest'), digest);
    assert.deepEqual(Buffer.from(await get.arrayBuffer()), content);
    const head = await started.call('HEAD', `blobs/${digest}`);
    assert.equal(head.headers.get('content-length'), '16');
    const ranges: Array<[string, string, string]> = [
      ['bytes=0-3', '0123', 'bytes 0-3/16'],
      ['bytes=10-', 'abcdef', 'bytes 10-15/16'],
      ['bytes=-2', 'ef', 'bytes 14-15/16'],
      ['bytes=12-99', 'cdef', 'bytes 12-15/16'],
    ];
    for (const [range, text, contentRange] of ranges) {
      const part = await started.call('GET', `blobs/${digest}`, { headers: { range } });
      assert.equal(part.status, 206);
      assert.equal(part.headers.get('content-range'), contentRange);
      assert.equal(await part.text(), text);
    }
    const outside = await started.call('GET', `blobs/${digest}`, { headers: { range: 'bytes=16-' } });
    assert.equal(outside.status, 416);
  });

  it('says 404 for unknown and 400 for senseless digests', async (t) => {
    const { call } = await startRegistry(t);
    const unknown = await call('GET', `blobs/${digest}`);
    assert.deepEqual([unknown.status, await codeOf(unknown)], [404, 'BLOB_UNKNOWN']);
    assert.equal((await call('HEAD', `blobs/${digest}`)).status, 404);
    const senseless = await call('GET', 'blobs/sha256:xyz');
    assert.deepEqual([senseless.status, await codeOf(senseless)], [400, 'DIGEST_INVALID']);
  });

  it('deletes a blob', async (t) => {
    const started = await startRegistry(t);
    await started.server.store.putBlob('localhost/team/app', content);
    assert.equal((await started.call('DELETE', `blobs/${digest}`)).status, 202);
    assert.equal((await started.call('DELETE', `blobs/${digest}`)).status, 404);
  });

  it('answers an error instead of a blob that was changed on disk', async (t) => {
    const started = await startRegistry(t);
    const { layer } = await seedImage(started);
    const { hex } = parseDigest(layer.digest);
    const file = `${started.server.store.root}/_blobs/sha256/${hex}`;
    const { atime, mtime } = await stat(file);
    await writeFile(file, (await readFile(file)).fill('x'));
    await utimes(file, atime, mtime);
    const response = await started.call('GET', `blobs/${layer.digest}`);
    assert.deepEqual([response.status, await codeOf(response)], [404, 'DIGEST_INVALID']);
    assert.equal((await started.call('HEAD', `blobs/${layer.digest}`)).status, 404);
  });
});
