import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type ContainerConfig, openLayoutStore } from '@assay/oci';
import { buildToolboxImages } from './build-toolbox-images.ts';

const scratch = await mkdtemp(join(tmpdir(), 'assay-images-'));
after(() => rm(scratch, { recursive: true, force: true }));

const skip = hasApt() ? false : 'needs apt and dpkg, on Debian';

function hasApt(): boolean {
  try {
    execFileSync('apt-get', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const build = (store: string, cache: string) =>
  buildToolboxImages({
    store: openLayoutStore(join(scratch, store)),
    cacheDir: join(scratch, cache),
    host: 'localhost',
    images: ['static'],
  });

test('two builds that share nothing give the same digest; a third with a cache builds nothing', {
  skip,
}, async () => {
  const [one] = await build('store-one', 'cache-one');
  const [two] = await build('store-two', 'cache-two');
  assert.equal(one!.digest, two!.digest);
  assert.deepEqual([one!.built, one!.pushed], [true, true]);

  const started = performance.now();
  const [again] = await build('store-one', 'cache-one');
  assert.deepEqual(again, { ...one!, built: false, pushed: false });
  assert(performance.now() - started < 1000, 'an unchanged image takes less than a second');

  const [elsewhere] = await build('store-three', 'cache-one');
  assert.deepEqual(elsewhere, { ...one!, built: false, pushed: true });
});

test('the image for static programs has accounts, certificates and time zones, and runs as nobody special', {
  skip,
}, async () => {
  const [image] = await build('store-one', 'cache-one');
  const store = openLayoutStore(join(scratch, 'store-one'));
  const manifest = JSON.parse(
    Buffer.from((await store.getManifest(image!.repository, 'latest')).bytes).toString(),
  );
  const config = JSON.parse(
    Buffer.from(await store.getBlob(image!.repository, manifest.config.digest)).toString(),
  );
  assert.equal((config.config as ContainerConfig).User, '65532:65532');
  assert.equal(config.created, '2025-01-01T00:00:00Z');
  const layer = await store.getBlob(image!.repository, manifest.layers[0].digest);
  const tar = (args: string[]) => execFileSync('tar', args, { input: layer, encoding: 'utf8' });
  const names = tar(['-t']).split('\n');
  for (const name of ['etc/passwd', 'tmp/', 'usr/share/zoneinfo/Asia/Kolkata', 'home/nonroot/']) {
    assert(names.includes(name), name);
  }
  assert.match(
    tar(['-xO', 'etc/ssl/certs/ca-certificates.crt']),
    /^(-----BEGIN CERTIFICATE-----[^-]+-----END[^\n]+\n+){50,}$/,
  );
});
