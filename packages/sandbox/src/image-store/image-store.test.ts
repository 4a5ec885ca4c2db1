import assert from 'node:assert/strict';
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { ContentStore } from '@assay/oci';
import { type Header, pack } from 'tar-stream';
import { SandboxError } from '../error.ts';
import { hostIdentity } from '../host/tools.ts';
import { digestOf, storeImage, temporaryHome } from '../testing/host-image.ts';
import { createImageStore } from './image-store.ts';

type Entry = Partial<Header> & { name: string; content?: string };

async function tarOf(entries: Entry[]): Promise<Buffer> {
  const archive = pack();
  for (const { content, ...header } of entries) archive.entry({ ...header }, content ?? '');
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const { rootless, root } = hostIdentity();
const homes: string[] = [];
after(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true });
});

interface Place {
  home: string;
  images: ReturnType<typeof createImageStore>;
  digest: string;
  store: ContentStore;
}

async function imageOf(
  layers: Array<{ blob: Uint8Array; mediaType?: string; diffId?: string }>,
  config: Record<string, unknown> = {},
): Promise<Place> {
  const home = temporaryHome();
  homes.push(home);
  const { store, digest } = await storeImage(join(home, 'registry'), 'localhost/app', 'v1', layers, config);
  const images = createImageStore({ home, store, platform: { os: 'linux', architecture: 'amd64' } });
  return { home, images, digest, store };
}

const resolveOne = async (entries: Entry[]): Promise<string> => {
  const { images } = await imageOf([{ blob: await tarOf(entries) }]);
  const { layers } = await images.resolve('localhost/app:v1', { pullPolicy: 'Always' });
  assert.equal(layers.length, 1);
  return layers[0] as string;
};

const refuses = (entries: Entry[], message: RegExp) => async () => {
  const { images, home } = await imageOf([{ blob: await tarOf(entries) }]);
  await assert.rejects(images.resolve('localhost/app:v1', { pullPolicy: 'Always' }), (error) => {
    assert.ok(error instanceof SandboxError);
    assert.equal(error.code, 'LayerRefused');
    assert.match(error.message, message);
    return true;
  });
  assert.deepEqual(readdirSync(join(home, 'layers')), []);
};

/** The same store, with blobs streamed otherwise. */
function withStream(store: ContentStore, streamBlob: ContentStore['streamBlob']): ContentStore {
  return new Proxy(store, {
    get: (target, name) => {
      if (name === 'streamBlob') return streamBlob;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

describe('image store', () => {
  it('unpacks plain, gzip and zstd layers to the same tree, topmost first', async () => {
    const plain = await tarOf([{ name: 'one', content: '1' }]);
    const second = await tarOf([{ name: 'two', content: '2' }]);
    const third = await tarOf([{ name: 'three', content: '3' }]);
    const { images } = await imageOf([
      { blob: plain },
      {
        blob: gzipSync(second),
        diffId: digestOf(second),
        mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      },
      {
        blob: zstdCompressSync(third),
        diffId: digestOf(third),
        mediaType: 'application/vnd.oci.image.layer.v1.tar+zstd',
      },
    ]);
    const { layers } = await images.resolve('localhost/app:v1', { pullPolicy: 'IfNotPresent' });
    assert.deepEqual(
      layers.map((layer) => readdirSync(layer)),
      [['three'], ['two'], ['one']],
    );
  });

  it('gives the configuration and the id of the manifest', async () => {
    const config = { Entrypoint: ['/e'], Cmd: ['c'], Env: ['A=1=2', 'B='], WorkingDir: '/w', User: 'u' };
    const { images, digest } = await imageOf([{ blob: await tarOf([{ name: 'f' }]) }], config);
    const image = await images.resolve('localhost/app:v1', { pullPolicy: 'Always' });
    assert.equal(image.reference, 'localhost/app:v1');
    assert.equal(image.imageId, `localhost/app@${digest}`);
    assert.deepEqual(image.config, {
      ...{ entrypoint: ['/e'], cmd: ['c'], env: { A: '1=2', B: '' }, workingDir: '/w', user: 'u' },
    });
  });

  it('keeps owners shifted, modes, times and hard links', { skip: rootless && 'needs root' }, async () => {
    const mtime = new Date(1_000_000_000_000);
    const layer = await resolveOne([
      { name: 'd', type: 'directory', mode: 0o1777, uid: 5, gid: 6, mtime },
      { name: 'd/suid', mode: 0o4755, uid: 7, gid: 8, mtime, content: 'x' },
      { name: 'again', type: 'link', linkname: 'd/suid' },
      { name: 'sym', type: 'symlink', linkname: '/d/suid', uid: 9, mtime },
      { name: 'huge-owner', uid: 1_000_620_000, content: '' },
    ]);
    const dir = statSync(join(layer, 'd'));
    assert.deepEqual(
      [dir.mode & 0o7777, dir.uid, dir.gid, dir.mtimeMs],
      [0o1777, root.uid + 5, root.gid + 6, 1e12],
    );
    const file = statSync(join(layer, 'd/suid'));
    assert.deepEqual(
      [file.mode & 0o7777, file.uid, file.gid, file.mtimeMs],
      [0o4755, root.uid + 7, root.gid + 8, 1e12],
    );
    assert.equal(statSync(join(layer, 'again')).ino, file.ino);
    assert.equal(lstatSync(join(layer, 'sym')).uid, root.uid + 9);
    assert.equal(statSync(join(layer, 'huge-owner')).uid, root.uid + 65_534);
    assert.equal(statSync(layer).mode & 0o7777, 0o755);
  });

  it('turns whiteouts into devices 0/0', async () => {
    const layer = await resolveOne([{ name: 'etc/', type: 'directory' }, { name: 'etc/.wh.gone' }]);
    const kind = lstatSync(join(layer, 'etc/gone'));
    assert.ok(kind.isCharacterDevice());
    assert.equal(kind.rdev, 0);
    assert.equal(existsSync(join(layer, 'etc/.wh.gone')), false);
  });

  it('lets a whiteout beside its own name hide the lower layers only', async () => {
    const layer = await resolveOne([{ name: '.wh.f' }, { name: 'f', content: 'new' }]);
    assert.equal(readFileSync(join(layer, 'f'), 'utf8'), 'new');
  });

  it('lets the last of two entries win, and follows links within the layer', async () => {
    const layer = await resolveOne([
      { name: 'usr/lib', type: 'directory' },
      { name: 'lib', type: 'symlink', linkname: '/usr/lib' },
      { name: 'lib/f', content: 'old' },
      { name: 'usr/lib/f', content: 'new' },
      { name: 'd', type: 'directory' },
      { name: 'd/inner', content: '' },
      { name: 'd', content: 'a file now' },
    ]);
    assert.equal(readFileSync(join(layer, 'usr/lib/f'), 'utf8'), 'new');
    assert.equal(readFileSync(join(layer, 'd'), 'utf8'), 'a file now');
  });

  it('refuses absolute names', refuses([{ name: '/etc/passwd', content: 'x' }], /absolute/));
  it('refuses names that climb', refuses([{ name: 'a/../../b', content: 'x' }], /\.\./));
  it(
    'refuses to write through a link that leads out',
    refuses(
      [
        { name: 'out', type: 'symlink', linkname: '../../..' },
        { name: 'out/pwned', content: 'x' },
      ],
      /leads out/,
    ),
  );
  it(
    'refuses hard links to what the layer lacks',
    refuses([{ name: 'p', type: 'link', linkname: 'etc/passwd' }], /lacks/),
  );
  it(
    'refuses hard links that climb',
    refuses([{ name: 'p', type: 'link', linkname: '../../etc/passwd' }], /\.\./),
  );
  it('refuses devices', refuses([{ name: 'sda', type: 'block-device', devmajor: 8, devminor: 0 }], /device/));
  it(
    'refuses link loops',
    refuses(
      [
        { name: 'a', type: 'symlink', linkname: 'b' },
        { name: 'b', type: 'symlink', linkname: 'a' },
        { name: 'a/f', content: '' },
      ],
      /too many links/,
    ),
  );

  it('writes an absolute link target inside the layer, never on the host', async () => {
    const target = temporaryHome();
    homes.push(target);
    const layer = await resolveOne([
      { name: 'out', type: 'symlink', linkname: target },
      { name: 'out/f', content: 'x' },
    ]);
    assert.deepEqual(readdirSync(target), []);
    assert.equal(readFileSync(join(layer, target, 'f'), 'utf8'), 'x');
  });

  it('refuses a layer that is not what the configuration says, and leaves nothing', async () => {
    const { images, home } = await imageOf([
      { blob: await tarOf([{ name: 'f' }]), diffId: digestOf(Buffer.from('x')) },
    ]);
    await assert.rejects(images.resolve('localhost/app:v1', { pullPolicy: 'Always' }), {
      code: 'ImagePullFailed',
      message: /unpacks to sha256/,
    });
    assert.deepEqual(readdirSync(join(home, 'layers')), []);
  });

  it('refuses a blob that was changed in the registry', async () => {
    const blob = await tarOf([{ name: 'f', content: 'honest' }]);
    const { home, store } = await imageOf([{ blob }]);
    const changed = withStream(store, async () =>
      (async function* () {
        yield blob;
        throw new Error('the digest is not met');
      })(),
    );
    const other = createImageStore({
      home,
      store: changed,
      platform: { os: 'linux', architecture: 'amd64' },
    });
    await assert.rejects(other.resolve('localhost/app:v1', { pullPolicy: 'Always' }), {
      code: 'ImagePullFailed',
      message: /the digest is not met/,
    });
    assert.deepEqual(readdirSync(join(home, 'layers')), []);
  });

  it('shares one unpacking between pulls at once', async () => {
    const blob = await tarOf([{ name: 'f', content: 'x' }]);
    const { home, store } = await imageOf([{ blob }]);
    await storeImage(join(home, 'registry'), 'localhost/other', 'v1', [{ blob }], { Cmd: ['x'] });
    let streams = 0;
    const counting = withStream(store, (repository, digest) => {
      streams += 1;
      return store.streamBlob(repository, digest);
    });
    const images = createImageStore({
      home,
      store: counting,
      platform: { os: 'linux', architecture: 'amd64' },
    });
    const names = ['localhost/app:v1', 'localhost/app:v1', 'localhost/other:v1'];
    await Promise.all(names.map((name) => images.resolve(name, { pullPolicy: 'Always' })));
    assert.equal(streams, 1);
  });

  it('follows the pull policy', async () => {
    const { images, home, store } = await imageOf([{ blob: await tarOf([{ name: 'f' }]) }]);
    await assert.rejects(images.resolve('localhost/app:v1', { pullPolicy: 'Never' }), {
      code: 'ImageNotPresent',
    });
    const first = await images.resolve('localhost/app:v1', { pullPolicy: 'IfNotPresent' });
    await storeImage(join(home, 'registry'), 'localhost/app', 'v1', [{ blob: await tarOf([{ name: 'g' }]) }]);
    const options = { home, store, platform: { os: 'linux', architecture: 'amd64' } };
    const kept = await createImageStore(options).resolve('localhost/app:v1', { pullPolicy: 'IfNotPresent' });
    assert.equal(kept.imageId, first.imageId);
    assert.equal((await images.resolve('localhost/app:v1', { pullPolicy: 'Never' })).imageId, first.imageId);
    const fresh = await images.resolve('localhost/app:v1', { pullPolicy: 'Always' });
    assert.notEqual(fresh.imageId, first.imageId);
    const offline = createImageStore({ ...options, store: () => assert.fail('the network was asked') });
    assert.equal((await offline.resolve(first.imageId, { pullPolicy: 'Always' })).imageId, first.imageId);
  });

  it('picks the platform of an index and applies the rewriting', async () => {
    const { home, store, digest } = await imageOf([{ blob: await tarOf([{ name: 'f' }]) }]);
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    const { size } = await store.resolve('localhost/app', 'v1');
    const manifests = [
      {
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        digest,
        size,
        platform: { os: 'linux', architecture: 'amd64' },
      },
    ];
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests }));
    await store.putManifest('localhost/app', 'multi', bytes, mediaType);
    const options = { home, store, rewrite: () => 'localhost/app:multi' };
    const image = await createImageStore({
      ...options,
      platform: { os: 'linux', architecture: 'amd64' },
    }).resolve('example.com/any:tag', { pullPolicy: 'Always' });
    assert.deepEqual([image.reference, image.imageId], ['example.com/any:tag', `localhost/app@${digest}`]);
    const arm = createImageStore({ ...options, platform: { os: 'linux', architecture: 'arm64' } });
    await assert.rejects(arm.resolve('example.com/any:tag', { pullPolicy: 'Always' }), {
      message: /no manifest for linux\/arm64, only for linux\/amd64/,
    });
  });

  it("says the registry's words when an image is not there", async () => {
    const { images } = await imageOf([{ blob: await tarOf([{ name: 'f' }]) }]);
    await assert.rejects(images.resolve('localhost/nope:v1', { pullPolicy: 'Always' }), {
      code: 'ImagePullFailed',
      message: /localhost\/nope:v1/,
    });
    await assert.rejects(images.resolve('Not A Reference', { pullPolicy: 'Always' }), {
      code: 'InvalidReference',
    });
  });
});
