import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { computeDigest, parseDigest } from '../digest/digest.ts';
import { refNameAnnotation } from '../media-types.ts';
import { chunked, descriptorOf, pushImage, pushReferrer, readAll } from '../testing/example-content.ts';
import { noSmallDisk, smallDisk, temporaryDirectory } from '../testing/temporary-directory.ts';
import { openLayoutStore } from './layout-store.ts';

const run = promisify(execFile);
const noSkopeo = existsSync('/usr/bin/skopeo') ? false : 'skopeo is not installed';
const repo = 'localhost/team/app';

function blobFile(root: string, digest: string): string {
  return `${root}/team/app/_layout/blobs/sha256/${parseDigest(digest).hex}`;
}

/** Changes one byte in place and sets the file's times back, as a failing disk would. */
async function corrupt(path: string): Promise<void> {
  const { atime, mtime } = await stat(path);
  const bytes = await readFile(path);
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  await writeFile(path, bytes);
  await utimes(path, atime, mtime);
}

describe('layout store', () => {
  it('makes each repository a complete OCI layout that shares blobs with the others', async (t) => {
    const root = await temporaryDirectory(t);
    const store = openLayoutStore(root);
    const { layer } = await pushImage(store, repo, 'v1');
    await pushImage(store, 'localhost/other', 'v1');
    assert.equal(store.layoutDirectory(repo), `${root}/team/app/_layout`);
    const layout = JSON.parse(await readFile(`${root}/team/app/_layout/oci-layout`, 'utf8'));
    assert.deepEqual(layout, { imageLayoutVersion: '1.0.0' });
    const inode = async (path: string) => (await stat(path)).ino;
    const { hex } = parseDigest(layer.digest);
    const shared = await inode(`${root}/_blobs/sha256/${hex}`);
    assert.equal(await inode(`${root}/team/app/_layout/blobs/sha256/${hex}`), shared);
    assert.equal(await inode(`${root}/other/_layout/blobs/sha256/${hex}`), shared);
    assert.deepEqual(await store.listRepositories(), ['other', 'team/app']);
  });

  it('lists every manifest in index.json: tags, untagged and referrers', async (t) => {
    const root = await temporaryDirectory(t);
    const store = openLayoutStore(root);
    const old = await pushImage(store, repo, 'v1', 'one');
    const young = await pushImage(store, repo, 'v1', 'two');
    await pushImage(store, repo, 'latest', 'two');
    const referrer = await pushReferrer(store, repo, young.descriptor, 'application/x.a', { note: 'n' });
    const index = JSON.parse(await readFile(`${root}/team/app/_layout/index.json`, 'utf8'));
    const summary = index.manifests.map((m: { digest: string; annotations?: Record<string, string> }) => [
      m.digest,
      m.annotations?.[refNameAnnotation],
    ]);
    assert.deepEqual(summary, [
      [old.descriptor.digest, undefined],
      [young.descriptor.digest, 'latest'],
      [young.descriptor.digest, 'v1'],
      [referrer.digest, undefined],
    ]);
    assert.deepEqual(index.manifests[3].annotations, { note: 'n' });
    assert.equal(index.manifests[3].artifactType, 'application/x.a');
  });

  it('finds tags and referrers again after a restart', async (t) => {
    const root = await temporaryDirectory(t);
    const before = openLayoutStore(root);
    const { descriptor } = await pushImage(before, repo, 'v1');
    const referrer = await pushReferrer(before, repo, descriptor, 'application/x.a');
    const after = openLayoutStore(root);
    assert.deepEqual(await after.listTags(repo), ['v1']);
    assert.equal((await after.resolve(repo, 'v1')).digest, descriptor.digest);
    assert.deepEqual(await after.referrers(repo, descriptor.digest), [referrer]);
  });

  it('does not take a manifest annotation for a tag', async (t) => {
    const root = await temporaryDirectory(t);
    const store = openLayoutStore(root);
    const { descriptor } = await pushImage(store, repo, 'v1');
    await pushReferrer(store, repo, descriptor, 'application/x.a', { [refNameAnnotation]: 'v1' });
    assert.equal((await openLayoutStore(root).resolve(repo, 'v1')).digest, descriptor.digest);
  });

  it('sees what another program wrote meanwhile', async (t) => {
    const root = await temporaryDirectory(t);
    const [writer, reader] = [openLayoutStore(root), openLayoutStore(root)];
    await pushImage(writer, repo, 'v1');
    assert.deepEqual(await reader.listTags(repo), ['v1']);
    await pushImage(writer, repo, 'v2');
    assert.deepEqual(await reader.listTags(repo), ['v1', 'v2']);
  });

  it('takes pushes of many tags at once', async (t) => {
    const root = await temporaryDirectory(t);
    const store = openLayoutStore(root);
    const tags = Array.from({ length: 40 }, (_, i) => `t${String(i).padStart(2, '0')}`);
    await Promise.all(tags.map((tag) => pushImage(store, repo, tag, tag)));
    assert.deepEqual(await openLayoutStore(root).listTags(repo), tags);
  });

  it('says which file is no layout', async (t) => {
    const root = await temporaryDirectory(t);
    await mkdir(`${root}/team/app/_layout`, { recursive: true });
    await writeFile(`${root}/team/app/_layout/index.json`, '{"manifests":{}}');
    await assert.rejects(openLayoutStore(root).listTags(repo), {
      code: 'InvalidLayout',
      message: /index\.json/,
    });
  });

  for (const fresh of [true, false]) {
    it(`gives DigestMismatch for a byte changed on disk, ${fresh ? 'read first' : 'read before'}`, async (t) => {
      const root = await temporaryDirectory(t);
      const { layer, descriptor } = await pushImage(openLayoutStore(root), repo, 'v1');
      const store = openLayoutStore(root);
      if (!fresh) {
        await store.getBlob(repo, layer.digest);
        await store.getManifest(repo, 'v1');
      }
      await corrupt(blobFile(root, layer.digest));
      await corrupt(blobFile(root, descriptor.digest));
      await assert.rejects(store.getBlob(repo, layer.digest), { code: 'DigestMismatch' });
      await assert.rejects(async () => readAll(await store.streamBlob(repo, layer.digest)), {
        code: 'DigestMismatch',
      });
      await assert.rejects(store.getManifest(repo, 'v1'), { code: 'DigestMismatch' });
    });
  }

  it('does not trust its memory of a file that just got longer', async (t) => {
    const root = await temporaryDirectory(t);
    const store = openLayoutStore(root);
    const { layer } = await pushImage(store, repo, 'v1');
    await appendFile(blobFile(root, layer.digest), 'x');
    await assert.rejects(store.getBlob(repo, layer.digest), { code: 'DigestMismatch' });
  });

  it('is healed by pushing a damaged blob again', async (t) => {
    const root = await temporaryDirectory(t);
    const store = openLayoutStore(root);
    const { layer } = await pushImage(store, repo, 'v1', 'precious');
    await corrupt(blobFile(root, layer.digest));
    await assert.rejects(store.getBlob(repo, layer.digest), { code: 'DigestMismatch' });
    assert.equal(await store.hasBlob(repo, layer.digest), false);
    await store.putBlob(repo, Buffer.from('precious'));
    assert.equal(Buffer.from(await store.getBlob(repo, layer.digest)).toString(), 'precious');
  });

  it('keeps a blob on disk while one repository has it', async (t) => {
    const root = await temporaryDirectory(t);
    const store = openLayoutStore(root);
    const { digest } = await store.putBlob(repo, Buffer.from('shared'));
    await store.mountBlob('localhost/b', digest, repo);
    await store.deleteBlob(repo, digest);
    assert.equal(await store.hasBlob(repo, digest), false);
    assert.equal(Buffer.from(await store.getBlob('localhost/b', digest)).toString(), 'shared');
    await store.deleteBlob('localhost/b', digest);
    assert.deepEqual(await readdir(`${root}/_blobs/sha256`), []);
  });

  it('leaves nothing of a failed upload', async (t) => {
    const root = await temporaryDirectory(t);
    const store = openLayoutStore(root);
    const { digest, size } = descriptorOf('', Buffer.from('promised'));
    await assert.rejects(store.putBlobStream(repo, chunked(Buffer.from('received')), { digest, size }));
    assert.deepEqual(await readdir(`${root}/_uploads/team/app/_sessions`), []);
    assert.equal(existsSync(`${root}/_blobs`), false);
  });

  it('says StorageFull on a full disk and shows no half-written blob', { skip: noSmallDisk }, async (t) => {
    const root = await smallDisk(t);
    const store = openLayoutStore(root);
    await pushImage(store, repo, 'v1');
    const big = Buffer.alloc(2_000_000, 7);
    await assert.rejects(store.putBlob(repo, big), { code: 'StorageFull', hint: /free space/ });
    assert.equal(await store.hasBlob(repo, computeDigest(big)), false);
    assert.deepEqual(await readdir(`${root}/_uploads/team/app/_sessions`), []);
    await pushImage(store, repo, 'v2', 'there is room for small things');
  });
});

describe('skopeo and the layout', { skip: noSkopeo }, () => {
  it('reads a repository of ours as oci:', async (t) => {
    const root = await temporaryDirectory(t);
    const store = openLayoutStore(root);
    const { descriptor } = await pushImage(store, repo, 'v1');
    await pushReferrer(store, repo, descriptor, 'application/x.a');
    const directory = store.layoutDirectory(repo);
    const { stdout } = await run('skopeo', ['inspect', '--raw', `oci:${directory}:v1`]);
    assert.equal(computeDigest(stdout), descriptor.digest);
    await run('skopeo', ['copy', `oci:${directory}:v1`, `dir:${root}/out`]);
    assert.equal(computeDigest(await readFile(`${root}/out/manifest.json`)), descriptor.digest);
  });

  it('writes into a repository, and we read it', async (t) => {
    const root = await temporaryDirectory(t);
    const store = openLayoutStore(root);
    const { descriptor } = await pushImage(store, repo, 'v1');
    await store.resolve(repo, 'v1');
    const directory = store.layoutDirectory(repo);
    await run('skopeo', ['copy', `oci:${directory}:v1`, `oci:${directory}:from-skopeo`]);
    assert.equal((await store.resolve(repo, 'from-skopeo')).digest, descriptor.digest);
    await pushImage(store, repo, 'v2', 'two');
    assert.deepEqual(await store.listTags(repo), ['from-skopeo', 'v1', 'v2']);
  });
});
