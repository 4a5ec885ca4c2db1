import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import { createRegistryClient } from '../client/registry-client.ts';
import type { Descriptor } from '../content.ts';
import { computeDigest } from '../digest/digest.ts';
import { openLayoutStore } from '../layout/layout-store.ts';
import { mediaTypes } from '../media-types.ts';
import { createRegistryServer } from '../server/registry-server.ts';
import { noDockerRegistry, startDockerRegistry } from '../testing/docker-registry.ts';
import { descriptorOf, encode, pushImage, pushReferrer } from '../testing/example-content.ts';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { copyImage } from './copy-image.ts';

const repo = 'localhost/app';
const bare = ({ mediaType, digest, size }: Descriptor) => ({ mediaType, digest, size });

async function layout(t: TestContext) {
  return openLayoutStore(await temporaryDirectory(t));
}

describe('copyImage', () => {
  it('copies an index with its children, one of which is absent', async (t) => {
    const [from, to] = [await layout(t), await layout(t)];
    const a = await pushImage(from, repo, 'a', 'one');
    const b = await pushImage(from, repo, 'b', 'two');
    const absent = descriptorOf(mediaTypes.manifest, Buffer.from('sparse'));
    const manifests = [bare(a.descriptor), bare(b.descriptor), absent];
    const bytes = encode({ schemaVersion: 2, mediaType: mediaTypes.index, manifests });
    await from.putManifest(repo, 'v1', bytes, mediaTypes.index);
    const result = await copyImage(from, to, `${repo}:v1`, { referrers: false });
    assert.equal(result.descriptor.digest, computeDigest(bytes));
    assert.deepEqual([result.manifests, result.blobs, result.attached], [3, 4, 0]);
    assert.deepEqual(Buffer.from((await to.getManifest(repo, 'v1')).bytes), bytes);
    assert.deepEqual(Buffer.from((await to.getManifest(repo, b.descriptor.digest)).bytes), b.bytes);
    assert.deepEqual(await to.listTags(repo), ['v1']);
  });

  it('brings referrers, referrers of referrers and signature tags', async (t) => {
    const [from, to] = [await layout(t), await layout(t)];
    const { descriptor } = await pushImage(from, repo, 'v1');
    const sbom = await pushReferrer(from, repo, descriptor, 'application/x.sbom');
    const signature = await pushReferrer(from, repo, sbom, 'application/x.signature');
    const tag = `${descriptor.digest.replace(':', '-')}.sig`;
    await pushImage(from, repo, tag, 'signature');
    const without = await copyImage(from, to, `${repo}:v1`, { referrers: false });
    assert.equal(without.attached, 0);
    const result = await copyImage(from, to, `${repo}@${descriptor.digest}`, { referrers: true });
    assert.equal(result.attached, 3);
    assert.deepEqual((await to.referrers(repo, descriptor.digest)).map(bare), [bare(sbom)]);
    assert.deepEqual((await to.referrers(repo, sbom.digest)).map(bare), [bare(signature)]);
    assert.deepEqual(await to.listTags(repo), [tag, 'v1']);
  });

  it('puts tag and digest where told', async (t) => {
    const [from, to] = [await layout(t), await layout(t)];
    const { descriptor } = await pushImage(from, repo, 'v1');
    await copyImage(from, to, `${repo}:other@${descriptor.digest}`, {
      referrers: false,
      as: 'localhost/team/copy:v2',
    });
    assert.equal((await to.resolve('localhost/team/copy', 'v2')).digest, descriptor.digest);
  });

  it('goes to a registry and back, large layers in a stream', async (t) => {
    const server = await createRegistryServer({ root: await temporaryDirectory(t) });
    t.after(() => server.close());
    const host = await server.listen();
    const [from, to] = [await layout(t), await layout(t)];
    const { descriptor } = await pushImage(from, repo, 'v1', randomBytes(5_000_000).toString('hex'));
    const referrer = await pushReferrer(from, repo, descriptor, 'application/x.a');
    const client = createRegistryClient();
    await copyImage(from, client, `${repo}:v1`, { referrers: true, as: `${host}/app:v1` });
    await copyImage(client, to, `${host}/app:v1`, { referrers: true });
    assert.deepEqual(await to.referrers(repo, descriptor.digest), [referrer]);
  });

  it('mounts within a registry instead of sending content', async (t) => {
    const server = await createRegistryServer({ root: await temporaryDirectory(t) });
    t.after(() => server.close());
    const uploads: string[] = [];
    server.app.addHook('onRequest', async ({ method, url }) => {
      if (url.includes('/blobs/uploads/'))
        uploads.push(`${method} ${url.includes('mount=') ? 'mount' : 'upload'}`);
    });
    const host = await server.listen();
    const client = createRegistryClient();
    await pushImage(server.store, 'localhost/a', 'v1');
    await copyImage(client, client, `${host}/a:v1`, { referrers: true, as: `${host}/b:v1` });
    assert.deepEqual(uploads, ['POST mount', 'POST mount']);
  });

  it('keeps referrers on a registry without the API', { skip: noDockerRegistry }, async (t) => {
    const host = await startDockerRegistry(t);
    const from = await layout(t);
    const { descriptor } = await pushImage(from, repo, 'v1');
    const referrer = await pushReferrer(from, repo, descriptor, 'application/x.a', { note: 'kept' });
    const client = createRegistryClient();
    await copyImage(from, client, `${repo}:v1`, { referrers: true, as: `${host}/app:v1` });
    assert.deepEqual(await client.referrers(`${host}/app`, descriptor.digest), [referrer]);
  });

  it('stops at its signal and at what is missing', async (t) => {
    const [from, to] = [await layout(t), await layout(t)];
    const { layer } = await pushImage(from, repo, 'v1');
    const signal = AbortSignal.abort(new Error('no longer wanted'));
    await assert.rejects(copyImage(from, to, `${repo}:v1`, { referrers: false, signal }), /no longer wanted/);
    await from.deleteBlob(repo, layer.digest);
    await assert.rejects(copyImage(from, to, `${repo}:v1`, { referrers: false }), { code: 'BlobUnknown' });
    await assert.rejects(to.resolve(repo, 'v1'), { code: 'ManifestUnknown' });
  });
});
