import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { computeDigest } from '../digest/digest.ts';
import { mediaTypes } from '../media-types.ts';
import { artifactBytes, descriptorOf, emptyConfig, encode } from '../testing/example-content.ts';
import { codeOf, type Started, seedImage, startRegistry } from '../testing/registry.ts';

const content = Buffer.from('0123456789abcdef');
const digest = computeDigest(content);

describe('registry: manifests', () => {
  const put = (
    started: Started,
    reference: string,
    body: Uint8Array<ArrayBuffer>,
    type: string = mediaTypes.manifest,
  ) => started.call('PUT', `manifests/${reference}`, { body, headers: { 'content-type': type } });

  async function withEmpty(t: TestContext): Promise<Started> {
    const started = await startRegistry(t);
    await started.server.store.putBlob('localhost/team/app', emptyConfig);
    return started;
  }
  const empty = descriptorOf(mediaTypes.empty, emptyConfig);
  const image = { schemaVersion: 2, mediaType: mediaTypes.manifest, config: empty, layers: [empty] };
  const bytes = (document: unknown) => Uint8Array.from(encode(document));

  const cases: Record<string, [document: object, type?: string]> = {
    'an image': [image],
    'an image without layers': [{ ...image, layers: [] }],
    'an artifact': [{ ...image, artifactType: 'application/x.artifact' }],
    'a data field in place of a blob': [
      { ...image, layers: [{ ...descriptorOf('text/plain', Buffer.from('hi')), data: 'aGk=' }] },
    ],
    'non-distributable layers': [
      {
        ...image,
        layers: [
          descriptorOf('application/vnd.oci.image.layer.nondistributable.v1.tar', Buffer.from('elsewhere')),
        ],
      },
    ],
    'custom fields': [{ ...image, 'org.example.custom': { z: 1, a: ['<', '>'] } }],
    'a Docker image': [{ ...image, mediaType: mediaTypes.dockerManifest }, mediaTypes.dockerManifest],
    'a sparse index': [
      {
        schemaVersion: 2,
        mediaType: mediaTypes.index,
        manifests: [descriptorOf(mediaTypes.manifest, Buffer.from('-'))],
      },
      mediaTypes.index,
    ],
    'an index of nothing': [
      { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [] },
      mediaTypes.index,
    ],
    'no mediaType of its own': [{ schemaVersion: 2, config: empty, layers: [empty] }],
  };
  for (const [what, [document, type = mediaTypes.manifest]] of Object.entries(cases)) {
    it(`stores ${what} byte for byte, with its type`, async (t) => {
      const started = await withEmpty(t);
      const body = bytes(document);
      const expected = computeDigest(body);
      const answer = await put(started, 'v1', body, type);
      assert.equal(answer.status, 201);
      assert.equal(answer.headers.get('docker-content-digest'), expected);
      assert.equal(answer.headers.get('location'), `/v2/team/app/manifests/${expected}`);
      assert.equal(answer.headers.get('oci-subject'), null);
      for (const reference of ['v1', expected]) {
        const get = await started.call('GET', `manifests/${reference}`);
        assert.equal(get.headers.get('content-type'), type);
        assert.deepEqual(new Uint8Array(await get.arrayBuffer()), body);
        const head = await started.call('HEAD', `manifests/${reference}`);
        assert.equal(head.headers.get('content-length'), String(body.byteLength));
        assert.equal(head.headers.get('docker-content-digest'), expected);
      }
    });
  }

  it('announces the subject it processed, also a missing one', async (t) => {
    const started = await withEmpty(t);
    const subject = descriptorOf(mediaTypes.manifest, bytes(image));
    const body = Uint8Array.from(artifactBytes(subject, 'application/x.a', { k: 'v' }));
    const answer = await put(started, computeDigest(body), body);
    assert.equal(answer.status, 201);
    assert.equal(answer.headers.get('oci-subject'), subject.digest);
    const list = await started.call('GET', `referrers/${subject.digest}`);
    assert.equal(list.headers.get('content-type'), mediaTypes.index);
    assert.deepEqual(await list.json(), {
      schemaVersion: 2,
      mediaType: mediaTypes.index,
      manifests: [
        {
          mediaType: mediaTypes.manifest,
          digest: computeDigest(body),
          size: body.byteLength,
          artifactType: 'application/x.a',
          annotations: { k: 'v' },
        },
      ],
    });
  });

  it('filters referrers, taking the config type where there is no artifactType', async (t) => {
    const started = await withEmpty(t);
    const subject = descriptorOf(mediaTypes.manifest, Buffer.from('-'));
    const plain = bytes({ ...image, subject });
    await put(started, computeDigest(plain), plain);
    const typed = bytes({ ...image, subject, artifactType: 'application/x.a' });
    await put(started, computeDigest(typed), typed);
    const query = new URLSearchParams({ artifactType: mediaTypes.empty });
    const response = await started.call('GET', `referrers/${subject.digest}?${query}`);
    assert.equal(response.headers.get('oci-filters-applied'), 'artifactType');
    const { manifests }: { manifests: Array<{ digest: string }> } = JSON.parse(await response.text());
    assert.deepEqual(
      manifests.map((m) => m.digest),
      [computeDigest(plain)],
    );
  });

  it('has an empty list of referrers for anything unknown, and 400 for no digest', async (t) => {
    const { call } = await startRegistry(t);
    const unknown = await call('GET', `/v2/nowhere/referrers/${digest}`);
    assert.equal(unknown.status, 200);
    assert.deepEqual(JSON.parse(await unknown.text()).manifests, []);
    assert.equal((await call('GET', 'referrers/nodigest')).status, 400);
  });

  it('refuses bad manifests', async (t) => {
    const started = await withEmpty(t);
    const invalid = await put(started, 'v1', bytes([]));
    assert.deepEqual([invalid.status, await codeOf(invalid)], [400, 'MANIFEST_INVALID']);
    assert.equal((await put(started, 'v1', bytes(image), mediaTypes.index)).status, 400);
    assert.equal((await put(started, '-bad', bytes(image))).status, 400);
    const missing = await put(
      started,
      'v1',
      bytes({ ...image, layers: [descriptorOf('x/y', Buffer.from('gone'))] }),
    );
    assert.deepEqual([missing.status, await codeOf(missing)], [404, 'MANIFEST_BLOB_UNKNOWN']);
    const other = await put(started, digest, bytes(image));
    assert.deepEqual([other.status, await codeOf(other)], [400, 'DIGEST_INVALID']);
    const large = await put(started, 'v1', new Uint8Array(4 * 1024 * 1024 + 1));
    assert.equal(large.status, 413);
    assert.equal((await started.call('GET', 'manifests/.INVALID_MANIFEST_NAME')).status, 404);
  });

  it('answers 413 also when the size is not announced', async (t) => {
    const started = await withEmpty(t);
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(1024 * 1024)),
    });
    const init: RequestInit = {
      method: 'PUT',
      body,
      duplex: 'half',
      headers: { 'content-type': mediaTypes.manifest },
    };
    const large = await fetch(new URL('manifests/v1', started.base), init);
    assert.deepEqual([large.status, await codeOf(large)], [413, 'SIZE_INVALID']);
  });

  it('takes a manifest of exactly 4 MiB', async (t) => {
    const started = await withEmpty(t);
    const filler = 4 * 1024 * 1024 - bytes({ ...image, filler: '' }).byteLength;
    const body = bytes({ ...image, filler: 'x'.repeat(filler) });
    assert.equal(body.byteLength, 4 * 1024 * 1024);
    assert.equal((await put(started, 'v1', body)).status, 201);
  });

  it('sets several tags at once', async (t) => {
    const started = await withEmpty(t);
    const body = bytes(image);
    const answer = await put(started, `${computeDigest(body)}?tag=a&tag=b`, body);
    assert.equal(answer.headers.get('oci-tag'), 'a, b');
    assert.deepEqual(await started.server.store.listTags('localhost/team/app'), ['a', 'b']);
  });

  it('honours If-Match', async (t) => {
    const started = await withEmpty(t);
    const body = bytes(image);
    const conditional = (etag: string) =>
      started.call('PUT', 'manifests/v1', {
        body,
        headers: { 'content-type': mediaTypes.manifest, 'if-match': etag },
      });
    assert.equal((await conditional('*')).status, 412);
    await put(started, 'v1', body);
    const etag = (await started.call('HEAD', 'manifests/v1')).headers.get('etag') ?? '';
    assert.equal((await conditional('"other"')).status, 412);
    assert.equal((await conditional(etag)).status, 201);
  });

  it('lists tags page by page', async (t) => {
    const started = await startRegistry(t);
    for (const tag of ['c', 'a', 'b', 'd', 'e']) await seedImage(started, tag);
    const seen: string[][] = [];
    for (let next: string | undefined = 'tags/list?n=2'; next; ) {
      const page: Response = await started.call('GET', next);
      const { name, tags }: { name: string; tags: string[] } = JSON.parse(await page.text());
      assert.equal(name, 'team/app');
      seen.push(tags);
      next = /<(.*)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1];
    }
    assert.deepEqual(seen, [['a', 'b'], ['c', 'd'], ['e']]);
    const last = await started.call('GET', 'tags/list?last=c');
    assert.deepEqual(JSON.parse(await last.text()).tags, ['d', 'e']);
    assert.deepEqual(JSON.parse(await (await started.call('GET', 'tags/list?n=0')).text()).tags, []);
    const unknown = await started.call('GET', '/v2/nowhere/tags/list');
    assert.deepEqual([unknown.status, await codeOf(unknown)], [404, 'NAME_UNKNOWN']);
  });

  it('lists repositories', async (t) => {
    const started = await startRegistry(t);
    await seedImage(started);
    assert.deepEqual(await (await started.call('GET', '/v2/_catalog')).json(), {
      repositories: ['team/app'],
    });
  });

  it('deletes tags and manifests', async (t) => {
    const started = await startRegistry(t);
    const { descriptor } = await seedImage(started);
    assert.equal((await started.call('DELETE', 'manifests/v1')).status, 202);
    assert.equal((await started.call('GET', 'manifests/v1')).status, 404);
    assert.equal((await started.call('DELETE', `manifests/${descriptor.digest}`)).status, 202);
    assert.equal((await started.call('DELETE', `manifests/${descriptor.digest}`)).status, 404);
  });
});
