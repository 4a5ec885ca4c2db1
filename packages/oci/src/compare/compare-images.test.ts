import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { computeDigest } from '../digest/digest.ts';
import { collect } from '../digest/verify-stream.ts';
import { type LayoutStore, openLayoutStore } from '../layout/layout-store.ts';
import { mediaTypes } from '../media-types.ts';
import { compareImages } from './compare-images.ts';

interface File {
  name: string;
  content: string | Buffer;
  mtime?: number;
}

let root: string;
let store: LayoutStore;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'assay-compare-'));
  store = openLayoutStore(root);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function tarOf(files: File[]): Promise<Buffer> {
  const archive = pack();
  for (const { name, content, mtime = 0 } of files)
    archive.entry({ name, mtime: new Date(mtime * 1000) }, content as string);
  archive.finalize();
  return Buffer.from(await collect(archive as AsyncIterable<Uint8Array>, 1e8, () => new Error('too large')));
}

/** Puts an image with these layers, base first, under a tag. */
async function image(tag: string, layers: File[][], created: string, gzip = false): Promise<void> {
  const tars = await Promise.all(layers.map(tarOf));
  const descriptors = [];
  for (const tar of tars) {
    const { digest, size } = await store.putBlob('localhost/app', gzip ? gzipSync(tar) : tar);
    descriptors.push({ mediaType: gzip ? mediaTypes.layerTarGzip : mediaTypes.layerTar, digest, size });
  }
  const document = {
    created,
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: tars.map((tar) => computeDigest(tar)) },
  };
  const config = await store.putBlob('localhost/app', Buffer.from(JSON.stringify(document)));
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { ...config, mediaType: mediaTypes.config },
    layers: descriptors,
  };
  await store.putManifest('localhost/app', tag, Buffer.from(JSON.stringify(manifest)), mediaTypes.manifest);
}

async function causes(): Promise<string[]> {
  const locate = (reference: string) => ({ store, repository: 'localhost/app', reference });
  const { differences } = await compareImages(locate('a'), locate('b'));
  return differences.map(({ cause, layer, path }) =>
    [cause, layer, path].filter((part) => part !== undefined).join(' '),
  );
}

/** What a Go linker leaves of the build in a program. */
function program(buildId: string, directory: string): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(buildId.length);
  return Buffer.concat([
    Buffer.from('\x7fELF', 'latin1'),
    Buffer.from([4, 0, 0, 0]),
    size,
    Buffer.from([4, 0, 0, 0]),
    Buffer.from(`Go\0\0${buildId}\0${directory}/main.go\0`),
  ]);
}

const base = [{ name: 'etc/passwd', content: 'root' }];
const epoch = '1970-01-01T00:00:00Z';

test('equal images have no differences', async () => {
  await image('a', [base], epoch);
  await image('b', [base], epoch);
  assert.deepEqual(await causes(), []);
});

test("a build's time in the config is found", async () => {
  await image('a', [base], epoch);
  await image('b', [base], '2026-01-01T00:00:00Z');
  assert.deepEqual(await causes(), ['config-time config created']);
});

test("a build's time in a layer is found by file", async () => {
  await image('a', [[{ name: 'app', content: 'x', mtime: 1 }]], epoch);
  await image('b', [[{ name: 'app', content: 'x', mtime: 2 }]], epoch);
  assert.deepEqual(await causes(), ['layer-time 0 app']);
});

test('another order of the same files is found', async () => {
  const [one, two] = [
    { name: 'a', content: '1' },
    { name: 'b', content: '2' },
  ];
  await image('a', [[one, two]], epoch);
  await image('b', [[two, one]], epoch);
  assert.deepEqual(await causes(), ['file-order 0']);
});

test('a layer below the top that differs is another base image', async () => {
  await image('a', [base, [{ name: 'app', content: 'x' }]], epoch);
  await image('b', [[{ name: 'etc/passwd', content: 'other' }], [{ name: 'app', content: 'x' }]], epoch);
  assert.deepEqual(await causes(), ['base-image 0']);
});

test("a program's build id and source path are told apart", async () => {
  await image('a', [[{ name: 'app', content: program('id-one', '/build/one') }]], epoch);
  await image('b', [[{ name: 'app', content: program('id-two', '/build/two') }]], epoch);
  assert.deepEqual(await causes(), ['build-id 0 app', 'paths 0 app']);
});

test('other content of a file, a missing file and an added one are named', async () => {
  await image(
    'a',
    [
      [
        { name: 'same', content: '1' },
        { name: 'changed', content: '1' },
        { name: 'gone', content: '1' },
      ],
    ],
    epoch,
  );
  await image(
    'b',
    [
      [
        { name: 'same', content: '1' },
        { name: 'changed', content: '2' },
        { name: 'new', content: '1' },
      ],
    ],
    epoch,
  );
  assert.deepEqual(await causes(), ['content 0 changed', 'content 0 gone', 'content 0 new']);
});

test('the same layer, compressed or not, is only compressed differently', async () => {
  await image('a', [base], epoch);
  await image('b', [base], epoch, true);
  assert.deepEqual(await causes(), ['compression 0']);
});
