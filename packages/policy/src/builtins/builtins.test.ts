import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { generateSigningKey, type Signer } from '@assay/attestation';
import { type ContentStore, mediaTypes } from '@assay/oci';
import { compile } from '@assay/rego';
import { pack } from 'tar-stream';
import { createVerifier } from '../evidence/signer-demands.ts';
import { attest, provenanceOf, pushImage, sign, temporaryStore } from '../testing/signed-image.ts';
import { ociBuiltins } from './oci-builtins.ts';
import { purlBuiltins } from './purl-builtins.ts';
import { RegistryReader } from './registry-reader.ts';
import { sigstoreBuiltins } from './sigstore-builtins.ts';

const repository = 'registry.example/team/app';
let place: ReturnType<typeof temporaryStore>;
let store: ContentStore;
let signer: Signer;
let digest: string;

before(async () => {
  place = temporaryStore();
  store = place.store;
  signer = (await generateSigningKey('')).signer;
  digest = await pushImage(store, repository, { annotations: { a: 'b' } });
  await sign(store, repository, digest, signer, ['tags']);
  await attest(store, repository, digest, signer, provenanceOf(digest), ['tags', 'bundle']);
});
after(() => place.remove());

/** The value of an expression of a policy; undefined when it has none. */
async function ask(expression: string, input: unknown = {}): Promise<unknown> {
  const reader = new RegistryReader(() => store);
  const policy = compile({
    modules: { 'p.rego': `package p\n\nanswer := ${expression}` },
    builtins: [
      ...ociBuiltins(reader),
      ...purlBuiltins,
      ...sigstoreBuiltins(reader, (demands) => createVerifier(demands)),
    ],
  });
  const [found] = await policy.evaluateAsync('x = data.p.answer', { input });
  return found?.x;
}

async function pushLayers(layers: Buffer[], tag: string): Promise<string> {
  const config = await store.putBlob(repository, Buffer.from('{}'));
  const blobs = await Promise.all(layers.map((layer) => store.putBlob(repository, layer)));
  const describe = ({ digest, size }: { digest: string; size: number }, mediaType: string) => ({
    mediaType,
    digest,
    size,
  });
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: describe(config, mediaTypes.config),
    layers: blobs.map((blob) => describe(blob, mediaTypes.layerTar)),
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  return (await store.putManifest(repository, tag, bytes, mediaTypes.manifest)).digest;
}

async function tarOf(files: Record<string, string>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name }, content);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

test('a blob is its text, by digest only', async () => {
  const blob = await store.putBlob(repository, Buffer.from('{"a": [1, 2.5]}'));
  assert.equal(await ask(`ec.oci.blob("${repository}@${blob.digest}")`), '{"a": [1, 2.5]}');
  assert.deepEqual(await ask(`ec.oci.parsed_blob("${repository}@${blob.digest}")`), { a: [1, 2.5] });
  assert.equal(await ask(`ec.oci.blob("${repository}:1")`), undefined);
  assert.equal(await ask(`ec.oci.blob("${repository}@sha256:${'0'.repeat(64)}")`), undefined);
});

test('a compressed blob is undefined, as upstream', async () => {
  const blob = await store.putBlob(repository, gzipSync('text'));
  assert.equal(await ask(`ec.oci.blob("${repository}@${blob.digest}")`), undefined);
});

test('files of a tar blob that are YAML or JSON', async () => {
  const tar = await tarOf({ 'a.yaml': 'x: 1', 'b.json': '[true]', 'c.txt': '\u0000{', 'd.json': '{}' });
  const { digest } = await store.putBlob(repository, gzipSync(tar));
  const asked = `ec.oci.blob_files("${repository}@${digest}", ["a.yaml", "b.json", "c.txt", "none"])`;
  const { 'c.txt': _, ...found } = (await ask(asked)) as Record<string, unknown>;
  assert.deepEqual(found, { 'a.yaml': { x: 1 }, 'b.json': [true] });
});

test('files of an image come from its topmost layer, without what it took away', async () => {
  const image = await pushLayers(
    [
      await tarOf({ 'm/a.yaml': 'v: 1', 'm/b.yaml': 'v: 1', 'm/c.yaml': 'v: 1', 'n/x.json': '{}' }),
      gzipSync(await tarOf({ './m/a.yaml': 'v: 2', 'm/.wh.b.yaml': '', 'm/deep/d.yaml': 'v: 1' })),
    ],
    'files',
  );
  assert.deepEqual(await ask(`ec.oci.image_files("${repository}@${image}", ["/m/"])`), {
    'm/a.yaml': { v: 2 },
    'm/c.yaml': { v: 1 },
  });
});

test('manifests and descriptors have every member', async () => {
  const manifest = (await ask(`ec.oci.image_manifest("${repository}:1")`)) as Record<string, unknown>;
  assert.equal(manifest.schemaVersion, 2);
  assert.deepEqual(manifest.annotations, { a: 'b' });
  const [layer] = manifest.layers as Record<string, unknown>[];
  assert.deepEqual(Object.keys(layer!).sort(), [
    'annotations',
    'artifactType',
    'data',
    'digest',
    'mediaType',
    'size',
    'urls',
  ]);
  const descriptor = (await ask(`ec.oci.descriptor("${repository}:1")`)) as Record<string, unknown>;
  assert.deepEqual([descriptor.digest, descriptor.mediaType], [digest, mediaTypes.manifest]);
});

test('several manifests at once, without those that cannot be read', async () => {
  const refs = `{"${repository}@${digest}", "${repository}:none", "no ref!"}`;
  const found = (await ask(`ec.oci.image_manifests(${refs})`)) as Record<string, unknown>;
  assert.deepEqual(Object.keys(found), [`${repository}@${digest}`]);
});

test('an index is an index, and an image none', async () => {
  const child = {
    mediaType: mediaTypes.manifest,
    digest,
    size: 10,
    platform: { architecture: 'arm64', os: 'linux' },
  };
  const bytes = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: [child] }),
  );
  await store.putManifest(repository, 'index', bytes, mediaTypes.index);
  const index = (await ask(`ec.oci.image_index("${repository}:index")`)) as {
    manifests: { platform: Record<string, unknown> }[];
  };
  assert.deepEqual(index.manifests[0]!.platform, {
    architecture: 'arm64',
    os: 'linux',
    'os.version': '',
    'os.features': [],
    variant: '',
    features: [],
  });
  assert.equal(await ask(`ec.oci.image_index("${repository}:1")`), undefined);
  assert.equal(await ask(`ec.oci.image_manifest("${repository}:index")`), undefined);
});

test('the tags beside an image, and what is attached to it', async () => {
  const tag = `${repository}:${digest.replace(':', '-')}`;
  assert.deepEqual(await ask(`ec.oci.image_tag_refs("${repository}:1")`), [`${tag}.sig`, `${tag}.att`]);
  const [referrer] = (await ask(`ec.oci.image_referrers("${repository}@${digest}")`)) as Record<
    string,
    unknown
  >[];
  assert.equal(referrer!.ref, `${repository}@${referrer!.digest}`);
  assert.match(String(referrer!.artifactType), /sigstore\.bundle/);
});

test('package URLs', async () => {
  assert.equal(await ask('ec.purl.is_valid("pkg:npm/%40scope/name@1.0?b=2&a=1#sub/path")'), true);
  assert.equal(await ask('ec.purl.is_valid("npm/name")'), false);
  assert.deepEqual(await ask('ec.purl.parse("pkg:npm/%40scope/name@1.0?b=2&a=1#sub/path")'), {
    type: 'npm',
    namespace: '@scope',
    name: 'name',
    version: '1.0',
    qualifiers: [
      { key: 'a', value: '1' },
      { key: 'b', value: '2' },
    ],
    subpath: 'sub/path',
  });
  assert.equal(await ask('ec.purl.parse("no")'), undefined);
});

test('signatures and attestations by a key', async () => {
  const key = signer.publicKey.pem;
  const given = '{"public_key": input.key, "ignore_rekor": true}';
  const image = `"${repository}@${digest}"`;
  const signed = (await ask(`ec.sigstore.verify_image(${image}, ${given})`, { key })) as {
    success: boolean;
    signatures: Record<string, unknown>[];
  };
  assert.equal(signed.success, true);
  assert.deepEqual(Object.keys(signed.signatures[0]!).sort(), [
    'certificate',
    'chain',
    'keyid',
    'metadata',
    'signature',
  ]);
  const attested = (await ask(`ec.sigstore.verify_attestation(${image}, ${given})`, { key })) as {
    success: boolean;
    attestations: { statement: unknown }[];
  };
  assert.deepEqual(attested.attestations[0]!.statement, provenanceOf(digest));
});

test('what is not verified is told in the answer', async () => {
  const other = (await generateSigningKey('')).signer.publicKey.pem;
  const given = '{"public_key": input.key, "ignore_rekor": true}';
  for (const [ref, key, message] of [
    [`${repository}@${digest}`, other, /no matching signatures/],
    [`${repository}:1`, signer.publicKey.pem, /^new digest: /],
    [`${repository}@${digest}`, 'no key', /^opts parameter: /],
    [`${repository}@${digest}`, '', /^opts parameter: /],
  ] as const) {
    const answer = await ask(`ec.sigstore.verify_image("${ref}", ${given})`, { key });
    const { success, errors, signatures } = answer as Record<string, unknown[]>;
    assert.deepEqual([success, signatures], [false, []]);
    assert.match(String(errors![0]), message);
  }
});

test('a misspelt member of an answer does not compile', async () => {
  await assert.rejects(ask('ec.oci.descriptor("x").digst'), /undefined ref|rego_type_error/);
});
