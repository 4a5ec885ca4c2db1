import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Descriptor } from '../content.ts';
import { openLayoutStore } from '../layout/layout-store.ts';
import { type AssembleImageOptions, assembleImage, type ContainerConfig } from './assemble-image.ts';
import { canonicalJson } from './canonical-json.ts';
import { pushImage } from './push-image.ts';
import { type WrittenLayer, writeLayer } from './write-layer.ts';

const scratch = await mkdtemp(join(tmpdir(), 'assay-assemble-'));
after(() => rm(scratch, { recursive: true, force: true }));
const store = openLayoutStore(join(scratch, 'layout'));
const platform = { os: 'linux', architecture: 'amd64' };

async function makeLayer(name: string): Promise<WrittenLayer> {
  const entry = { type: 'file', name, mode: 0o644, content: Buffer.from(name) } as const;
  return writeLayer([entry], { output: join(scratch, name), sourceDateEpoch: 0 });
}

async function publish(repository: string, name: string, options: Partial<AssembleImageOptions> = {}) {
  const layers = [await makeLayer(name)];
  const image = await assembleImage({ layers, config: {}, sourceDateEpoch: 0, platform, ...options });
  const content = () => createReadStream(join(scratch, name));
  return pushImage(store, repository, { image, layers, content, tags: ['latest'] });
}

async function read(repository: string, digest: string) {
  const manifest = JSON.parse(Buffer.from((await store.getManifest(repository, digest)).bytes).toString());
  const config = JSON.parse(Buffer.from(await store.getBlob(repository, manifest.config.digest)).toString());
  return {
    layers: manifest.layers as Descriptor[],
    annotations: manifest.annotations as Record<string, string> | undefined,
    config: config as { created: string; rootfs: { diff_ids: string[] }; config: ContainerConfig },
  };
}

test('the same inputs give the same digest, in whatever order their keys come', async () => {
  const one = await publish('host/one', 'a', { config: { Cmd: ['x'], Labels: { b: '1', a: '2' } } });
  const two = await publish('host/two', 'a', { config: { Labels: { a: '2', b: '1' }, Cmd: ['x'] } });
  assert.equal(one.digest, two.digest);
  assert.equal((await store.resolve('host/two', 'latest')).digest, one.digest);
  const later = await publish('host/two', 'a', { sourceDateEpoch: 1 });
  assert.notEqual(later.digest, one.digest);
  assert.equal((await read('host/two', later.digest)).config.created, '1970-01-01T00:00:01Z');
});

test('layers and config of a base come first, and its layers become reachable in the new repository', async () => {
  const base = await publish('host/base', 'a', {
    config: { Env: ['PATH=/bin', 'KEPT=1'], Cmd: ['base'], User: 'nobody' },
  });
  const { digest } = await publish('host/app', 'b', {
    base: { store, repository: 'host/base', digest: base.digest },
    config: { Env: ['PATH=/app'], Entrypoint: ['/app'] },
  });
  const image = await read('host/app', digest);
  assert.deepEqual(
    image.config.rootfs.diff_ids,
    image.layers.map((layer) => layer.digest),
  );
  assert.equal(image.layers.length, 2);
  assert.deepEqual(image.config.config, {
    Entrypoint: ['/app'],
    Env: ['KEPT=1', 'PATH=/app'],
    User: 'nobody',
  });
  assert.equal(image.annotations?.['org.opencontainers.image.base.digest'], base.digest);
  for (const layer of image.layers) assert(await store.hasBlob('host/app', layer.digest));
});

test('of an index, the base is the image for the platform', async () => {
  const base = await publish('host/multi', 'a');
  const index = canonicalJson({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [{ ...base, platform }],
  });
  const { digest } = await store.putManifest(
    'host/multi',
    'index',
    index,
    'application/vnd.oci.image.index.v1+json',
  );
  const options = { base: { store, repository: 'host/multi', digest } };
  const image = await publish('host/multi', 'b', options);
  assert.equal((await read('host/multi', image.digest)).layers.length, 2);
  await assert.rejects(
    publish('host/multi', 'b', { ...options, platform: { os: 'linux', architecture: 's390x' } }),
    {
      code: 'ManifestInvalid',
      message: /no image for linux\/s390x/,
    },
  );
});

test('a base by tag is refused', async () => {
  const base = { store, repository: 'host/base', digest: 'latest' };
  await assert.rejects(publish('host/app', 'b', { base }), { code: 'InvalidDigest' });
});
