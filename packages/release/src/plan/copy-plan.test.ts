import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { type ContentStore, computeDigest, openLayoutStore } from '@assay/oci';
import { pushManifest } from '../testing/world.ts';
import { encodePlan, inventoryDigest, type PlannedImage, planImage } from './copy-plan.ts';

const repository = 'registry.test/team/web';
const indexType = 'application/vnd.oci.image.index.v1+json';

let directory: string;
let content: ContentStore;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'assay-copy-plan-'));
  content = openLayoutStore(directory);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const push = (what: string, more: Record<string, unknown> = {}, tag?: string) =>
  pushManifest(content, repository, what, more, tag);

/** A manifest that refers to another one. */
async function attach(what: string, digest: string): Promise<string> {
  const { mediaType, size } = await content.resolve(repository, digest);
  return push(what, { subject: { mediaType, digest, size } });
}

async function pushIndex(children: readonly { digest: string; size: number }[]): Promise<string> {
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifests = children.map(({ digest, size }) => ({ mediaType, digest, size }));
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests }));
  const digest = computeDigest(bytes);
  await content.putManifest(repository, digest, bytes, indexType);
  return digest;
}

function plan(digest: string, tags = ['1']): Promise<PlannedImage> {
  const target = 'registry.test/released/web';
  return planImage(content, {
    ...{ component: 'web', image: `${repository}@${digest}` },
    ...{ repository: target, tags },
  });
}

const digestsOf = ({ manifests }: PlannedImage) => manifests.map(({ digest }) => digest);
const tagOf = (digest: string, suffix: string) => `${digest.replace(':', '-')}.${suffix}`;

test('an image alone is its manifest with its blobs', async () => {
  const digest = await push('one');
  const planned = await plan(digest);
  assert.deepEqual(planned, {
    ...{ component: 'web', source: repository, digest, target: 'registry.test/released/web' },
    manifests: [
      {
        ...{ from: repository, digest },
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        blobs: [
          { digest: computeDigest(Buffer.from('{}')), size: 2 },
          { digest: computeDigest(Buffer.from('one')), size: 3 },
        ],
      },
    ],
    evidenceTags: [],
    tags: ['1'],
  });
});

test('an index comes after its parts', async () => {
  const parts = [await push('amd64'), await push('arm64')];
  const index = await pushIndex(await Promise.all(parts.map((part) => content.resolve(repository, part))));
  assert.deepEqual(digestsOf(await plan(index)), [...parts, index]);
});

test('parts of an index that are not there are left out', async () => {
  const part = await push('amd64');
  const missing = { digest: `sha256:${'b'.repeat(64)}`, size: 7 };
  const index = await pushIndex([missing, await content.resolve(repository, part)]);
  assert.deepEqual(digestsOf(await plan(index)), [part, index]);
});

test('what is said of a part, and of what is said, comes too: each after what it refers to', async () => {
  const part = await push('amd64');
  const index = await pushIndex([await content.resolve(repository, part)]);
  const sbom = await attach('sbom', part);
  const signature = await attach('signature of the sbom', sbom);
  const again = await attach('signature of the signature', signature);
  assert.deepEqual(digestsOf(await plan(index)), [part, sbom, signature, again, index]);
});

test('tags of evidence are kept with what they hold, and so is evidence of evidence', async () => {
  const digest = await push('one');
  const held = new Map<string, string>();
  for (const suffix of ['sig', 'att', 'sbom'])
    held.set(tagOf(digest, suffix), await push(suffix, {}, tagOf(digest, suffix)));
  const attestation = held.get(tagOf(digest, 'att'))!;
  const signature = await push('signature of the attestation', {}, tagOf(attestation, 'sig'));
  held.set(tagOf(attestation, 'sig'), signature);
  await push('some other tag', {}, tagOf(digest, 'other'));
  const planned = await plan(digest);
  assert.deepEqual(new Map(planned.evidenceTags.map(({ tag, digest: at }) => [tag, at])), held);
  assert.deepEqual(digestsOf(planned).sort(), [digest, ...held.values()].sort());
});

test('two tags that hold the same are one manifest', async () => {
  const digest = await push('one');
  for (const suffix of ['sig', 'att']) await push('same', {}, tagOf(digest, suffix));
  const planned = await plan(digest);
  assert.equal(planned.manifests.length, 2);
  assert.equal(planned.evidenceTags.length, 2);
});

test('an image that is gone is told by its component', async () => {
  const digest = `sha256:${'c'.repeat(64)}`;
  await assert.rejects(plan(digest), {
    code: 'EvidenceChanged',
    message: `component web: ${repository}@${digest} does not exist`,
  });
});

test('a plan has the same bytes whatever the order of its fields', async () => {
  const image = await plan(await push('one'));
  const shuffled = Object.fromEntries(Object.entries(image).reverse()) as unknown as PlannedImage;
  assert.deepEqual(
    encodePlan({ release: 'team/one', images: [image] }),
    encodePlan({ images: [shuffled], release: 'team/one' }),
  );
});

test('the inventory changes with what is attached, and not with where it goes', async () => {
  const digest = await push('one');
  const before = inventoryDigest([await plan(digest)]);
  assert.equal(inventoryDigest([await plan(digest, ['2'])]), before);
  await attach('sbom', digest);
  const attached = inventoryDigest([await plan(digest)]);
  assert.notEqual(attached, before);
  await push('signature', {}, tagOf(digest, 'sig'));
  const signed = inventoryDigest([await plan(digest)]);
  assert.notEqual(signed, attached);
  await push('another signature', {}, tagOf(digest, 'sig'));
  assert.notEqual(inventoryDigest([await plan(digest)]), signed);
});
