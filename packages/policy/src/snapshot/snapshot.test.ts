import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mediaTypes } from '@assay/oci';
import { pushImage, temporaryStore } from '../testing/signed-image.ts';
import { expandIndexes } from './expand-indexes.ts';
import { mergeSnapshots, readSnapshot, snapshotOfImage } from './snapshot.ts';

test('a snapshot is read bare, whole, as JSON or YAML', () => {
  const spec = { application: 'shop', components: [{ name: 'web', containerImage: 'x/y', source: {} }] };
  assert.deepEqual(readSnapshot(JSON.stringify({ kind: 'Snapshot', spec }), 's'), spec);
  assert.deepEqual(
    readSnapshot('application: shop\ncomponents: [{name: web, containerImage: x/y}]', 's'),
    spec,
  );
});

test('what is no snapshot is refused with the place', () => {
  assert.throws(
    () => readSnapshot('components: [{name: a}]', 's.yaml'),
    /^PolicyError: s\.yaml: components\.0\.containerImage/,
  );
  assert.throws(() => readSnapshot('{', 's.yaml'), /^PolicyError: s\.yaml: /);
});

test('merging keeps each image once, under a name that is one', () => {
  const named = { application: 'shop', components: [{ name: 'web', containerImage: 'x/y', source: {} }] };
  const merged = mergeSnapshots([snapshotOfImage('x/y'), named, snapshotOfImage('x/z')]);
  assert.equal(merged.application, 'shop');
  assert.deepEqual(
    merged.components.map(({ name, containerImage }) => [name, containerImage]),
    [
      ['web', 'x/y'],
      ['Unnamed', 'x/z'],
    ],
  );
});

test('an index is followed by its images, named by digest and platform', async (t) => {
  const { store, remove } = temporaryStore();
  t.after(remove);
  const repository = 'registry.example/team/app';
  const image = await pushImage(store, repository);
  const child = { mediaType: mediaTypes.manifest, digest: image, size: 500 };
  const index = {
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: [{ ...child, platform: { architecture: 'arm64', os: 'linux' } }, child],
  };
  const size = (await store.getManifest(repository, image)).bytes.byteLength;
  for (const manifest of index.manifests) manifest.size = size;
  await store.putManifest(repository, 'multi', Buffer.from(JSON.stringify(index)), mediaTypes.index);
  const components = [
    { name: 'web', containerImage: `${repository}:multi`, source: { git: { url: 'u' } } },
    { name: 'gone', containerImage: `${repository}:none`, source: {} },
  ];
  const expanded = await expandIndexes(components, () => store);
  assert.deepEqual(
    expanded.map(({ name, containerImage }) => [name, containerImage]),
    [
      ['web', `${repository}:multi`],
      ['gone', `${repository}:none`],
      [`web-${image}-arm64`, `${repository}@${image}`],
      [`web-${image}-noarch-1`, `${repository}@${image}`],
    ],
  );
  assert.deepEqual(expanded[2]!.source, { git: { url: 'u' } });
});
