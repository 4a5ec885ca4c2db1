import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { ContentStore } from '../content.ts';
import { computeDigest } from '../digest/digest.ts';
import { isOciError } from '../error.ts';
import { mediaTypes } from '../media-types.ts';
import {
  artifactBytes,
  chunked,
  descriptorOf,
  emptyConfig,
  encode,
  pushImage,
  pushReferrer,
  readAll,
} from './example-content.ts';

export interface ContractSubject {
  store: ContentStore;
  /** Host part of the repositories to use. */
  host: string;
  /** Every further capability that a given registry may lack. */
  can: { sparseIndex: boolean; deleteTag: boolean; sha512: boolean };
}

type Cleanup = { after: (action: () => unknown) => void };

/** What every `ContentStore` promises, as tests. `open` is called once; its clean-ups run at the end. */
export function contentStoreContract(
  name: string,
  open: (t: Cleanup) => Promise<ContractSubject>,
  options: { skip?: string | false } = {},
): void {
  describe(`ContentStore contract: ${name}`, options, () => {
    let subject: ContractSubject;
    let store: ContentStore;
    const cleanups: Array<() => unknown> = [];
    let count = 0;
    const repository = () => `${subject.host}/contract/r${count++}`;
    const unknownDigest = computeDigest('nobody has this');

    before(async () => {
      subject = await open({ after: (action) => cleanups.unshift(action) });
      store = subject.store;
    });
    after(async () => {
      for (const cleanup of cleanups) await cleanup();
    });

    it('gives an image back byte for byte, by tag and by digest', async () => {
      const repo = repository();
      const { bytes, descriptor } = await pushImage(store, repo, 'v1');
      const byTag = await store.getManifest(repo, 'v1');
      assert.deepEqual(Buffer.from(byTag.bytes), bytes);
      assert.equal(byTag.descriptor.mediaType, mediaTypes.manifest);
      assert.equal(byTag.descriptor.digest, computeDigest(bytes));
      const byDigest = await store.getManifest(repo, descriptor.digest);
      assert.deepEqual(Buffer.from(byDigest.bytes), bytes);
    });

    it('keeps spacing, order and unknown fields of a manifest', async () => {
      const repo = repository();
      const config = { ...(await store.putBlob(repo, emptyConfig)), mediaType: mediaTypes.empty };
      const text = `{ "x-custom": {"b":1,"a":"<&>"},\n "layers": [${JSON.stringify(config)}],\n "config": ${JSON.stringify(config)}, "mediaType":"${mediaTypes.manifest}", "schemaVersion":2 }\n`;
      await store.putManifest(repo, 'odd', Buffer.from(text), mediaTypes.manifest);
      assert.equal(Buffer.from((await store.getManifest(repo, 'odd')).bytes).toString(), text);
    });

    it('resolves tag and digest to the same descriptor', async () => {
      const repo = repository();
      const { descriptor, bytes } = await pushImage(store, repo, 'v1');
      for (const reference of ['v1', descriptor.digest]) {
        const { mediaType, digest, size } = await store.resolve(repo, reference);
        assert.deepEqual(
          { mediaType, digest, size },
          { mediaType: mediaTypes.manifest, digest: descriptor.digest, size: bytes.length },
        );
      }
    });

    it('moves a tag and keeps the old manifest by digest', async () => {
      const repo = repository();
      const old = await pushImage(store, repo, 'v1', 'one');
      const young = await pushImage(store, repo, 'v1', 'two');
      assert.equal((await store.resolve(repo, 'v1')).digest, young.descriptor.digest);
      assert.deepEqual(Buffer.from((await store.getManifest(repo, old.descriptor.digest)).bytes), old.bytes);
    });

    it('says ManifestUnknown for an unknown tag, digest and repository', async () => {
      const repo = repository();
      await pushImage(store, repo, 'v1');
      await assert.rejects(store.getManifest(repo, 'nope'), { code: 'ManifestUnknown' });
      await assert.rejects(store.resolve(repo, 'nope'), { code: 'ManifestUnknown' });
      await assert.rejects(store.getManifest(repo, unknownDigest), { code: 'ManifestUnknown' });
      await assert.rejects(store.resolve(`${subject.host}/contract/void`, 'v1'), { code: 'ManifestUnknown' });
    });

    it('says BlobUnknown for an unknown blob, when read whole and as a stream', async () => {
      const repo = repository();
      await store.putBlob(repo, emptyConfig);
      assert.equal(await store.hasBlob(repo, unknownDigest), false);
      await assert.rejects(store.getBlob(repo, unknownDigest), { code: 'BlobUnknown' });
      await assert.rejects(async () => readAll(await store.streamBlob(repo, unknownDigest)), {
        code: 'BlobUnknown',
      });
    });

    it('stores a blob once and gives its descriptor each time', async () => {
      const repo = repository();
      const content = Buffer.from('some content');
      const first = await store.putBlob(repo, content);
      assert.deepEqual(await store.putBlob(repo, content), first);
      assert.equal(first.digest, computeDigest(content));
      assert.equal(first.size, content.length);
      assert.equal(await store.hasBlob(repo, first.digest), true);
      assert.deepEqual(Buffer.from(await store.getBlob(repo, first.digest)), content);
    });

    it('stores an empty blob', async () => {
      const repo = repository();
      const { digest, size } = await store.putBlob(repo, new Uint8Array());
      assert.equal(size, 0);
      assert.equal((await store.getBlob(repo, digest)).byteLength, 0);
      assert.equal((await readAll(await store.streamBlob(repo, digest))).byteLength, 0);
    });

    it('takes and gives a large blob as a stream', async () => {
      const repo = repository();
      const content = randomBytes(9_000_001);
      const { digest, size } = descriptorOf('', content);
      await store.putBlobStream(repo, chunked(content), { digest, size });
      const read = await readAll(await store.streamBlob(repo, digest));
      assert.ok(read.equals(content));
    });

    for (const length of [100, 6_000_000]) {
      it(`refuses a stream of ${length} bytes that is not what its digest says, and keeps nothing`, async () => {
        const repo = repository();
        const { digest, size } = descriptorOf('', randomBytes(length));
        const wrong = store.putBlobStream(repo, chunked(randomBytes(length)), { digest, size });
        await assert.rejects(wrong, { code: 'DigestMismatch' });
        assert.equal(await store.hasBlob(repo, digest), false);
      });

      it(`refuses a stream of ${length} bytes that ends early or goes on too long`, async () => {
        const repo = repository();
        const content = randomBytes(length);
        const { digest } = descriptorOf('', content);
        for (const size of [length - 1, length + 1]) {
          await assert.rejects(store.putBlobStream(repo, chunked(content), { digest, size }), {
            code: 'DigestMismatch',
          });
        }
        assert.equal(await store.hasBlob(repo, digest), false);
      });
    }

    it('passes on the error of a stream that fails', async () => {
      const repo = repository();
      const content = randomBytes(6_000_000);
      const { digest, size } = descriptorOf('', content);
      const failing = async function* () {
        yield content.subarray(0, 5_000_000);
        throw new Error('the source broke');
      };
      await assert.rejects(store.putBlobStream(repo, failing(), { digest, size }), /the source broke/);
      assert.equal(await store.hasBlob(repo, digest), false);
    });

    it('keeps blobs of one repository out of another until they are mounted', async () => {
      const [a, b] = [repository(), repository()];
      const { digest } = await store.putBlob(a, Buffer.from('to be mounted'));
      assert.equal(await store.hasBlob(b, digest), false);
      assert.equal(await store.mountBlob(b, unknownDigest, a), false);
      assert.equal(await store.mountBlob(b, digest, a), true);
      assert.equal(Buffer.from(await store.getBlob(b, digest)).toString(), 'to be mounted');
    });

    it('refuses a manifest under a digest it does not have', async () => {
      const repo = repository();
      const { bytes } = await pushImage(store, repo, 'v1');
      await assert.rejects(store.putManifest(repo, unknownDigest, bytes, mediaTypes.manifest), {
        code: 'DigestMismatch',
      });
    });

    it('refuses what is not a manifest, and one over 4 MiB', async () => {
      const repo = repository();
      const put = (bytes: Uint8Array) => store.putManifest(repo, 'bad', bytes, mediaTypes.manifest);
      await assert.rejects(put(Buffer.from('[]')), { code: 'ManifestInvalid' });
      await assert.rejects(put(Buffer.from('{"schemaVersion":2')), { code: 'ManifestInvalid' });
      await assert.rejects(put(encode({ schemaVersion: 2, layers: [{ digest: '../x' }] })), {
        code: 'ManifestInvalid',
      });
      await assert.rejects(put(Buffer.alloc(4 * 1024 * 1024 + 1, 32)), { code: 'ManifestTooLarge' });
    });

    it('refuses a manifest whose blobs are not there', async () => {
      const repo = repository();
      const config = descriptorOf(mediaTypes.config, Buffer.from('absent'));
      const bytes = encode({ schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: [config] });
      await assert.rejects(store.putManifest(repo, 'v1', bytes, mediaTypes.manifest), {
        code: 'BlobUnknown',
      });
    });

    it('holds an index, and an index in an index', async () => {
      const repo = repository();
      const { descriptor: image } = await pushImage(store, repo, 'image');
      const { mediaType, digest, size } = image;
      const child = { mediaType, digest, size, platform: { architecture: 'amd64', os: 'linux' } };
      const inner = encode({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: [child] });
      const innerDescriptor = await store.putManifest(repo, computeDigest(inner), inner, mediaTypes.index);
      const list = [descriptorOf(mediaTypes.index, inner)];
      const outer = encode({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: list });
      await store.putManifest(repo, 'outer', outer, mediaTypes.index);
      assert.deepEqual(Buffer.from((await store.getManifest(repo, 'outer')).bytes), outer);
      assert.equal((await store.resolve(repo, innerDescriptor.digest)).mediaType, mediaTypes.index);
    });

    it('holds a sparse index, or says that the registry wants every child', async () => {
      const absent = descriptorOf(mediaTypes.manifest, Buffer.from('{}'));
      const bytes = encode({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: [absent] });
      const put = store.putManifest(repository(), 'sparse', bytes, mediaTypes.index);
      await (subject.can.sparseIndex ? put : assert.rejects(put, isOciError));
    });

    it('holds a manifest without layers', async () => {
      const repo = repository();
      const config = { ...(await store.putBlob(repo, emptyConfig)), mediaType: mediaTypes.empty };
      const bytes = encode({ schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: [] });
      await store.putManifest(repo, 'none', bytes, mediaTypes.manifest);
      assert.deepEqual(Buffer.from((await store.getManifest(repo, 'none')).bytes), bytes);
    });

    it('holds sha512 blobs, and manifests unless the registry has sha256 only', async () => {
      const repo = repository();
      const content = Buffer.from('long digest');
      const digest = computeDigest(content, 'sha512');
      await store.putBlobStream(repo, chunked(content), { digest, size: content.length });
      assert.deepEqual(Buffer.from(await store.getBlob(repo, digest)), content);
      const config = { mediaType: 'text/plain', digest, size: content.length };
      const bytes = encode({ schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: [config] });
      const manifestDigest = computeDigest(bytes, 'sha512');
      const put = store.putManifest(repo, manifestDigest, bytes, mediaTypes.manifest);
      if (!subject.can.sha512) return assert.rejects(put, isOciError);
      await put;
      assert.deepEqual(Buffer.from((await store.getManifest(repo, manifestDigest)).bytes), bytes);
    });

    it('lists referrers in the order they came, with type and annotations, each once', async () => {
      const repo = repository();
      const { descriptor: image } = await pushImage(store, repo, 'v1');
      assert.deepEqual(await store.referrers(repo, image.digest), []);
      const first = await pushReferrer(store, repo, image, 'application/x.z', { note: 'first' });
      const second = await pushReferrer(store, repo, image, 'application/x.a', { note: 'second' });
      await pushReferrer(store, repo, image, 'application/x.z', { note: 'first' });
      const found = await store.referrers(repo, image.digest);
      assert.deepEqual(
        found.map(({ digest, artifactType, annotations }) => ({ digest, artifactType, annotations })),
        [
          { digest: first.digest, artifactType: 'application/x.z', annotations: { note: 'first' } },
          { digest: second.digest, artifactType: 'application/x.a', annotations: { note: 'second' } },
        ],
      );
      const filtered = await store.referrers(repo, image.digest, { artifactType: 'application/x.a' });
      assert.deepEqual(
        filtered.map(({ digest }) => digest),
        [second.digest],
      );
    });

    it('takes a referrer before its subject exists', async () => {
      const repo = repository();
      const absent = descriptorOf(mediaTypes.manifest, Buffer.from('later'));
      const referrer = await pushReferrer(store, repo, absent, 'application/x.early');
      const found = await store.referrers(repo, absent.digest);
      assert.deepEqual(
        found.map(({ digest }) => digest),
        [referrer.digest],
      );
    });

    it('loses no referrer when many are pushed at once', async () => {
      const repo = repository();
      const { descriptor: image } = await pushImage(store, repo, 'v1');
      await store.putBlob(repo, emptyConfig);
      const all = Array.from({ length: 12 }, (_, i) =>
        artifactBytes(image, 'application/x.many', { i: String(i) }),
      );
      await Promise.all(
        all.map((bytes) => store.putManifest(repo, computeDigest(bytes), bytes, mediaTypes.manifest)),
      );
      const found = (await store.referrers(repo, image.digest)).map(({ digest }) => digest);
      assert.deepEqual(found.sort(), all.map((bytes) => computeDigest(bytes)).sort());
    });

    it('forgets a deleted manifest, its tags and its place among the referrers', async () => {
      const repo = repository();
      const { descriptor: image } = await pushImage(store, repo, 'v1');
      const referrer = await pushReferrer(store, repo, image, 'application/x.gone');
      await store.deleteManifest(repo, referrer.digest);
      assert.deepEqual(await store.referrers(repo, image.digest), []);
      await assert.rejects(store.getManifest(repo, referrer.digest), { code: 'ManifestUnknown' });
      await store.deleteManifest(repo, image.digest);
      await assert.rejects(store.resolve(repo, 'v1'), { code: 'ManifestUnknown' });
      await assert.rejects(store.deleteManifest(repo, image.digest), { code: 'ManifestUnknown' });
    });

    it('deletes a tag alone, or says that it cannot', async () => {
      const repo = repository();
      const { descriptor } = await pushImage(store, repo, 'v1');
      if (!subject.can.deleteTag) {
        await assert.rejects(store.deleteManifest(repo, 'v1'), { code: 'Unsupported' });
        return;
      }
      await store.deleteManifest(repo, 'v1');
      await assert.rejects(store.resolve(repo, 'v1'), { code: 'ManifestUnknown' });
      await store.resolve(repo, descriptor.digest);
    });

    it('lists tags sorted', async () => {
      const repo = repository();
      for (const tag of ['b', 'a', 'B', '1.0']) await pushImage(store, repo, tag);
      assert.deepEqual(await store.listTags(repo), ['1.0', 'B', 'a', 'b']);
      await assert.rejects(store.listTags(`${subject.host}/contract/void`), { code: 'NameUnknown' });
    });

    it('refuses references and digests that are none', async () => {
      const repo = repository();
      const { bytes } = await pushImage(store, repo, 'v1');
      await assert.rejects(store.putManifest(repo, '../v1', bytes, mediaTypes.manifest), {
        code: 'InvalidReference',
      });
      await assert.rejects(store.hasBlob(repo, 'sha256:../../etc/passwd'), { code: 'InvalidDigest' });
      await assert.rejects(store.resolve(`${subject.host}/../x`, 'v1'), { code: 'InvalidReference' });
    });
  });
}
