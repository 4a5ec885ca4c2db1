import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { describe, it } from 'node:test';
import { computeDigest } from '../digest/digest.ts';
import { beginUpload, codeOf, startRegistry } from '../testing/registry.ts';

const content = Buffer.from('0123456789abcdef');
const digest = computeDigest(content);

describe('registry: uploads', () => {
  it('takes a blob in POST then PUT', async (t) => {
    const started = await startRegistry(t);
    const location = await beginUpload(started);
    const put = await started.call('PUT', `${location}?digest=${digest}`, { body: content });
    assert.equal(put.status, 201);
    assert.equal(put.headers.get('docker-content-digest'), digest);
    const read = await started.call('GET', put.headers.get('location') ?? '');
    assert.deepEqual(Buffer.from(await read.arrayBuffer()), content);
  });

  it('takes a blob in one POST', async (t) => {
    const { call } = await startRegistry(t);
    const post = await call('POST', `blobs/uploads/?digest=${digest}`, { body: content });
    assert.equal(post.status, 201);
    assert.equal((await call('HEAD', `blobs/${digest}`)).status, 200);
  });

  it('takes an empty blob', async (t) => {
    const started = await startRegistry(t);
    const empty = computeDigest('');
    const put = await started.call('PUT', `${await beginUpload(started)}?digest=${empty}`);
    assert.equal(put.status, 201);
    const read = await started.call('GET', `blobs/${empty}`);
    assert.equal((await read.arrayBuffer()).byteLength, 0);
  });

  it('takes chunks in order, and tells where it stands', async (t) => {
    const started = await startRegistry(t);
    const location = await beginUpload(started);
    const patch = (range: string, body: Buffer) =>
      started.call('PATCH', location, { body, headers: { 'content-range': range } });
    const first = await patch('0-9', content.subarray(0, 10));
    assert.deepEqual([first.status, first.headers.get('range')], [202, '0-9']);
    const status = await started.call('GET', location);
    assert.deepEqual([status.status, status.headers.get('range')], [204, '0-9']);

    const again = await patch('0-9', content.subarray(0, 10));
    assert.deepEqual([again.status, again.headers.get('range')], [416, '0-9']);
    assert.equal(again.headers.get('location'), location);
    assert.equal((await patch('12-15', content.subarray(12))).status, 416);
    assert.equal((await patch('10-99', content.subarray(10))).status, 400);

    const last = await started.call('PUT', `${location}?digest=${digest}`, {
      body: content.subarray(10),
      headers: { 'content-range': '10-15' },
    });
    assert.equal(last.status, 201);
    assert.equal((await started.call('GET', location)).status, 404);
  });

  it('refuses a last chunk out of order and lets the upload go on', async (t) => {
    const started = await startRegistry(t);
    const location = await beginUpload(started);
    await started.call('PATCH', location, { body: content.subarray(0, 10) });
    const finish = (start: number) =>
      started.call('PUT', `${location}?digest=${digest}`, {
        body: content.subarray(start),
        headers: { 'content-range': `${start}-15` },
      });
    assert.equal((await finish(11)).status, 416);
    assert.equal((await finish(10)).status, 201);
  });

  it('goes on with an upload after a broken connection and a restart', async (t) => {
    const first = await startRegistry(t);
    const location = await beginUpload(first);
    const big = randomBytes(300_000);
    await new Promise<void>((resolve) => {
      const url = new URL(location, `http://${first.host}`);
      const outgoing = httpRequest(url, { method: 'PATCH', headers: { 'content-length': big.length } });
      outgoing.on('error', () => resolve());
      outgoing.write(big.subarray(0, 100_000), () => setTimeout(() => outgoing.destroy(), 50));
    });
    await first.server.close();
    const second = await startRegistry(t, { root: first.server.store.root });
    const status = await second.call('GET', location);
    const received = Number(status.headers.get('range')?.slice(2)) + 1;
    assert.ok(received > 0 && received <= 100_000, `${received} bytes arrived`);
    const url = `${location}?digest=${computeDigest(big)}`;
    const put = await second.call('PUT', url, {
      body: big.subarray(received),
      headers: { 'content-range': `${received}-${big.length - 1}` },
    });
    assert.equal(put.status, 201);
  });

  it('refuses content that is not what the digest says, and keeps nothing of it', async (t) => {
    const started = await startRegistry(t);
    const location = await beginUpload(started);
    const put = await started.call('PUT', `${location}?digest=${digest}`, { body: 'something else' });
    assert.deepEqual([put.status, await codeOf(put)], [400, 'DIGEST_INVALID']);
    assert.equal((await started.call('HEAD', `blobs/${digest}`)).status, 404);
    const without = await started.call('PUT', await beginUpload(started), { body: content });
    assert.deepEqual([without.status, await codeOf(without)], [400, 'DIGEST_INVALID']);
    const odd = await started.call('PUT', `${await beginUpload(started)}?digest=sha256:odd`, {
      body: content,
    });
    assert.equal(odd.status, 400);
  });

  it('cancels an upload', async (t) => {
    const started = await startRegistry(t);
    const location = await beginUpload(started);
    assert.equal((await started.call('DELETE', location)).status, 204);
    const after = await started.call('PATCH', location, { body: content });
    assert.deepEqual([after.status, await codeOf(after)], [404, 'BLOB_UPLOAD_UNKNOWN']);
  });

  it('binds an upload to its repository', async (t) => {
    const started = await startRegistry(t);
    const location = await beginUpload(started);
    const other = location.replace('team/app', 'other');
    assert.equal((await started.call('PUT', `${other}?digest=${digest}`, { body: content })).status, 404);
    assert.equal((await started.call('GET', 'blobs/uploads/..%2f..%2fx')).status, 404);
  });

  it('takes sha512, announced or not', async (t) => {
    const started = await startRegistry(t);
    const long = computeDigest(content, 'sha512');
    for (const query of ['', '?digest-algorithm=sha512']) {
      const put = await started.call('PUT', `${await beginUpload(started, query)}?digest=${long}`, {
        body: content,
      });
      assert.equal(put.status, 201);
    }
    assert.equal(await (await started.call('GET', `blobs/${long}`)).text(), content.toString());
    assert.equal((await started.call('POST', 'blobs/uploads/?digest-algorithm=md5')).status, 400);
  });

  it('mounts what the other repository has, else opens an upload', async (t) => {
    const { server, call } = await startRegistry(t);
    await server.store.putBlob('localhost/source', content);
    const mount = (from: string) => call('POST', `blobs/uploads/?mount=${digest}&from=${from}`);
    assert.equal((await mount('elsewhere')).status, 202);
    const mounted = await mount('source');
    assert.deepEqual([mounted.status, mounted.headers.get('docker-content-digest')], [201, digest]);
    assert.equal((await call('HEAD', `blobs/${digest}`)).status, 200);
    assert.equal((await call('POST', `blobs/uploads/?mount=${digest}`)).status, 202);
  });
});
