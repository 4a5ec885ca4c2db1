import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { type ContentStore, mediaTypes, openLayoutStore } from '@assay/oci';
import { pushManifest } from '../testing/world.ts';
import type { CopyPlan } from './copy-plan.ts';
import { verifyCopy } from './verify-copy.ts';

const target = 'registry.test/released/web';

let directory: string;
let content: ContentStore;
let image: string;
let signature: string;
let plan: CopyPlan;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'assay-verify-copy-'));
  content = openLayoutStore(directory);
  image = await pushManifest(content, target, 'image', {}, '1.0');
  const tag = `${image.replace(':', '-')}.sig`;
  signature = await pushManifest(content, target, 'signature', {}, tag);
  plan = {
    release: 'team/one',
    images: [
      {
        ...{ component: 'web', source: 'registry.test/team/web', digest: image, target },
        manifests: [image, signature].map((digest) => ({
          ...{ from: 'registry.test/team/web', digest, mediaType: mediaTypes.manifest, blobs: [] },
        })),
        evidenceTags: [{ tag, digest: signature }],
        tags: ['1.0'],
      },
    ],
  };
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const verify = () => verifyCopy(() => content, plan);
const other = () => pushManifest(content, target, 'another image');

test('a whole copy is one', verify);

test('a manifest that is missing is named', async () => {
  const digest = `sha256:${'d'.repeat(64)}`;
  plan.images[0]!.manifests.push({ from: target, digest, mediaType: mediaTypes.manifest, blobs: [] });
  await assert.rejects(verify(), {
    code: 'CopyIncomplete',
    message: `component web: ${target}@${digest} is not there`,
  });
});

test('a tag that is missing is named', async () => {
  plan.images[0]!.tags.push('2.0');
  await assert.rejects(verify(), { message: `component web: ${target}:2.0 is not there` });
});

test('a tag that holds something else is told with both', async () => {
  const digest = await other();
  const { bytes } = await content.getManifest(target, digest);
  await content.putManifest(target, '1.0', bytes, mediaTypes.manifest);
  await assert.rejects(verify(), { message: `component web: ${target}:1.0 is ${digest}, not ${image}` });
});

test('so is a tag of evidence', async () => {
  const digest = await other();
  const { bytes } = await content.getManifest(target, digest);
  const { tag } = plan.images[0]!.evidenceTags[0]!;
  await content.putManifest(target, tag, bytes, mediaTypes.manifest);
  await assert.rejects(verify(), {
    message: `component web: ${target}:${tag} is ${digest}, not ${signature}`,
  });
});

test('every image of the plan is looked at', async () => {
  const second = { ...plan.images[0]!, component: 'db', target: 'registry.test/released/db' };
  plan.images.push(second);
  await assert.rejects(verify(), { message: /^component db: registry\.test\/released\/db@/ });
});
