import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type ContentStore, canonicalJson, computeDigest, mediaTypes, openLayoutStore } from '@assay/oci';
import { bundleImage, pushBundle } from './bundle-image.ts';
import { readBundleObjects } from './bundle-object.ts';
import { readBundle } from './read-bundle.ts';

const repository = 'registry.test/tasks/several';
let directory: string;
let content: ContentStore;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'assay-bundle-'));
  content = openLayoutStore(directory);
});
afterEach(() => rmSync(directory, { recursive: true }));

const text = `
apiVersion: tekton.dev/v1
kind: Task
metadata: { name: lint, labels: { app.kubernetes.io/version: "0.2" } }
spec: { steps: [{ name: look, ref: { name: look } }] }
---
apiVersion: tekton.dev/v1beta1
kind: StepAction
metadata: { name: look }
spec: { description: Looks., image: localhost/toolbox, script: echo fine }
---
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: { name: check }
spec: { tasks: [{ name: lint, taskRef: { name: lint } }] }
`;

/** Puts a bundle whose layers are made of those of a good one. */
async function push(change: (layer: Uint8Array) => Uint8Array): Promise<void> {
  const { manifest, blobs } = await bundleImage(readBundleObjects(text, 'several.yaml'));
  const parsed = JSON.parse(Buffer.from(manifest).toString()) as { layers: object[] };
  const [config, ...layers] = blobs;
  const changed = layers.map(change);
  parsed.layers = parsed.layers.map((layer, index) => ({
    ...layer,
    digest: computeDigest(changed[index]!),
    size: changed[index]!.byteLength,
  }));
  const bytes = canonicalJson(parsed);
  await pushBundle(
    content,
    { repository, tag: '0.1' },
    { digest: computeDigest(bytes), manifest: bytes, blobs: [config!, ...changed] },
  );
}

const read = () => readBundle(content, `${repository}:0.1`);

test('a bundle of several objects, a StepAction among them, reads back in their order', async () => {
  await push((layer) => layer);
  const { objects } = await read();
  assert.deepEqual(
    objects.map(({ apiVersion, kind, name, version }) => [apiVersion, kind, name, version]),
    [
      ['tekton.dev/v1', 'Task', 'lint', '0.2'],
      ['tekton.dev/v1beta1', 'StepAction', 'look', undefined],
      ['tekton.dev/v1', 'Pipeline', 'check', undefined],
    ],
  );
  assert.equal(objects[1]!.description, 'Looks.');
  assert.deepEqual(
    objects.map(({ object }) => object),
    readBundleObjects(text, 'several.yaml').map(({ object }) => object),
  );
});

test('layers may be compressed', async () => {
  await push((layer) => layer);
  const plain = await read();
  await push((layer) => gzipSync(layer));
  assert.deepEqual((await read()).objects, plain.objects);
});

test('the annotations of a layer name what is in it', async () => {
  const { manifest } = await bundleImage(readBundleObjects(text, 'several.yaml'));
  const { layers } = JSON.parse(Buffer.from(manifest).toString());
  assert.deepEqual(layers[1].annotations, {
    'dev.tekton.image.apiVersion': 'v1beta1',
    'dev.tekton.image.kind': 'stepaction',
    'dev.tekton.image.name': 'look',
  });
});

suite('what is no bundle is refused', () => {
  const broken: [what: string, change: (layer: Uint8Array) => Uint8Array][] = [
    ['compressed data that are cut off', (layer) => gzipSync(layer).subarray(0, 40)],
    ['what unpacks to far more than an object', () => gzipSync(Buffer.alloc(8 * 1024 * 1024))],
    ['no tar file', () => Buffer.from('x'.repeat(600))],
  ];
  for (const [what, change] of broken)
    test(what, async () => {
      await push(change);
      await assert.rejects(read(), { code: 'InvalidBundle', message: /cannot be unpacked$/ });
    });

  test('an image', async () => {
    const { manifest, blobs } = await bundleImage(readBundleObjects(text, 'several.yaml'));
    const parsed = JSON.parse(Buffer.from(manifest).toString()) as { layers: { annotations?: object }[] };
    for (const layer of parsed.layers) delete layer.annotations;
    const bytes = canonicalJson(parsed);
    for (const blob of blobs) await content.putBlob(repository, blob);
    await content.putManifest(repository, '0.1', bytes, mediaTypes.manifest);
    await assert.rejects(read(), { code: 'InvalidBundle', message: /is no Tekton bundle/ });
  });

  test('nothing', async () => {
    await assert.rejects(read(), { code: 'InvalidBundle', message: /does not exist$/ });
  });

  test('too many objects, or none', async () => {
    const [object] = readBundleObjects(text, 'several.yaml');
    const many = Array.from({ length: 21 }, () => object!);
    await assert.rejects(bundleImage(many), { message: 'a bundle holds 1 to 20 objects, not 21' });
    await assert.rejects(bundleImage([]), { message: 'a bundle holds 1 to 20 objects, not 0' });
  });
});

suite('a file that cannot be bundled is told by its name', () => {
  const cases: [what: string, file: string, message: RegExp][] = [
    ['no YAML', 'a: [', /^bad\.yaml: /],
    [
      'another kind',
      'apiVersion: v1\nkind: Pod\nmetadata: { name: x }',
      /^bad\.yaml: v1 Pod cannot be bundled$/,
    ],
    ['no name', 'apiVersion: tekton.dev/v1\nkind: Task', /^bad\.yaml: the Task has no metadata\.name$/],
    ['a text', 'just text', /^bad\.yaml: undefined undefined cannot be bundled$/],
    [
      'aliases without end',
      `a: &a [1]\n${Array.from(
        { length: 9 },
        (_, n) =>
          `b${n}: &b${n} [${Array(12)
            .fill(n ? `*b${n - 1}` : '*a')
            .join(', ')}]`,
      ).join('\n')}`,
      /^bad\.yaml: Excessive alias count/,
    ],
  ];
  for (const [what, file, message] of cases)
    test(what, () =>
      assert.throws(() => readBundleObjects(file, 'bad.yaml'), { code: 'InvalidTask', message }),
    );
});
