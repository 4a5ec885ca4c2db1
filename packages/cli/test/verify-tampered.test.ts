import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import {
  attachImageSignature,
  encodeEnvelope,
  legacyTag,
  loadSigner,
  parseEnvelope,
} from '@assay/attestation';
import { copyImage, type LayoutStore, openLayoutStore, parseManifest } from '@assay/oci';
import { registryHost } from '../src/factory/registry-address.ts';
import { FactoryHome } from './testing/factory-home.ts';

const commit = '05669ed367ed21569f68edee8b93c64eda91e910';
const source = 'https://git.example/demo/app';
let home: FactoryHome;
let host: string;
let store: LayoutStore;
/** Digests of two signed images. */
const digests: Record<string, string> = {};

/** A build that pushes `demo/<name>:1` and says so in its results. */
const build = (name: string) => `
---
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: { name: build-${name} }
spec:
  taskSpec:
    results: [{ name: IMAGE_URL }, { name: IMAGE_DIGEST }, { name: CHAINS-GIT_URL }, { name: CHAINS-GIT_COMMIT }]
    steps:
      - name: push
        image: localhost/toolbox
        script: |
          #!/bin/sh
          set -e
          mkdir /workspace/tree; echo ${name} >/workspace/tree/app
          digest=$(assemble-image --image ${host}/demo/${name}:1 --base ${host}/toolbox --tree /workspace/tree)
          printf %s "$digest" >$(results.IMAGE_DIGEST.path)
          printf %s ${host}/demo/${name}:1 >$(results.IMAGE_URL.path)
          printf %s ${source} >$(results.CHAINS-GIT_URL.path)
          printf %s ${commit} >$(results.CHAINS-GIT_COMMIT.path)
`;

before(async () => {
  home = await FactoryHome.create();
  host = registryHost(home.paths)!;
  const outcome = await home.run(build('app') + build('other'), '-o', 'json');
  assert.equal(outcome.code, 0, outcome.stderr);
  assert.equal(outcome.stderr.match(/provenance signed/g)?.length, 2, outcome.stderr);
  store = openLayoutStore(home.paths.registry);
  for (const name of ['app', 'other']) {
    digests[name] = (await store.resolve(`${host}/demo/${name}`, '1')).digest;
  }
});
after(() => home.remove());

const verify = (name: string, ...flags: string[]) =>
  home.assay(['verify', `${host}/demo/${name}:1`, ...flags]);

/** `demo/app` under another name, with the evidence chosen. */
async function copy(name: string, evidence: readonly ('sig' | 'att')[]): Promise<string> {
  const repository = `${host}/demo/${name}`;
  await copyImage(store, store, `${host}/demo/app:1`, { referrers: false, as: `${repository}:1` });
  for (const kind of evidence) await copyEvidence('app', kind, repository);
  return repository;
}

/** Copies a tag of evidence of a signed image to where that of `demo/app` is looked for. */
async function copyEvidence(
  from: string,
  kind: 'sig' | 'att',
  repository: string,
  edit = (bytes: Uint8Array) => bytes,
) {
  const origin = `${host}/demo/${from}`;
  const { bytes, descriptor } = await store.getManifest(origin, legacyTag(digests[from]!, kind));
  const manifest = JSON.parse(Buffer.from(bytes).toString());
  for (const layer of manifest.layers) {
    const content = edit(await store.getBlob(origin, layer.digest));
    Object.assign(layer, await store.putBlob(repository, content), { mediaType: layer.mediaType });
  }
  await store.putBlob(repository, await store.getBlob(origin, manifest.config.digest));
  const changed = Buffer.from(JSON.stringify(manifest));
  parseManifest(changed);
  await store.putManifest(repository, legacyTag(digests.app!, kind), changed, descriptor.mediaType);
}

test('what a step pushed is signed and verifies, each check on a line', async () => {
  const { code, stdout, stderr } = await verify('app', '--source-uri', source, '--source-commit', commit);
  assert.equal(code, 0, stderr);
  assert.deepEqual(
    stdout.split('\n').flatMap((line) => /^✔ (\S+)/.exec(line)?.[1] ?? []),
    [
      'image-digest',
      'image-signature',
      'attestation-signature',
      'attestation-subject',
      'attestation-syntax',
      'builder-id',
      'source',
    ],
  );
  assert.match(stdout, new RegExp(`demo/app@${digests.app} verified: 7 checks passed`));
  const json = JSON.parse((await verify('app', '-o', 'json')).stdout);
  assert.equal(json.passed, true);
  assert.equal(json.digest, digests.app);
  assert.deepEqual(
    json.checks.map(({ passed }: { passed: boolean }) => passed),
    [true, true, true, true, true, true],
  );
  assert.ok(json.attestations.length >= 1);
});

test('a copy with its evidence verifies as well: the tampering below is what makes the difference', async () => {
  await copy('whole', ['sig', 'att']);
  const { code, stdout, stderr } = await verify('whole');
  assert.equal(code, 0, stdout + stderr);
});

describe('tampered', () => {
  const cases: Record<
    string,
    { first: string; arrange?: (name: string) => Promise<unknown>; flags?: string[] }
  > = {
    'an unsigned image': { first: 'image-signature', arrange: (name) => copy(name, []) },
    'a signature by another key': {
      first: 'image-signature',
      arrange: async (name) => {
        const repository = await copy(name, ['att']);
        const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
        const signer = await loadSigner(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
        await attachImageSignature({ store, repository, digest: digests.app! }, signer, {
          created: '2026-01-01T00:00:00Z',
        });
      },
    },
    'the signature of another image': {
      first: 'image-signature',
      arrange: async (name) => copyEvidence('other', 'sig', await copy(name, ['att'])),
    },
    'a removed attestation': { first: 'attestation-signature', arrange: (name) => copy(name, ['sig']) },
    'the attestation of another image': {
      first: 'attestation-subject',
      arrange: async (name) => copyEvidence('other', 'att', await copy(name, ['sig'])),
    },
    'a changed payload': {
      first: 'attestation-signature',
      arrange: async (name) =>
        copyEvidence('app', 'att', await copy(name, ['sig']), (bytes) => {
          const envelope = parseEnvelope(bytes);
          const payload = Buffer.from(envelope.payload, 'base64').toString().replace(commit, '0'.repeat(40));
          return Buffer.from(
            encodeEnvelope({ ...envelope, payload: Buffer.from(payload).toString('base64') }),
          );
        }),
    },
    'another builder': { first: 'builder-id', flags: ['--builder-id', 'https://builder.example'] },
    'another commit': { first: 'source', flags: ['--source-commit', '1'.repeat(40)] },
    'another repository': { first: 'source', flags: ['--source-uri', 'https://git.example/demo/evil'] },
  };
  for (const [what, { first, arrange, flags = [] }] of Object.entries(cases)) {
    test(`${what} is denied by the check ${first}`, async () => {
      const name = arrange ? what.replaceAll(' ', '-') : 'app';
      await arrange?.(name);
      const { code, stdout, stderr } = await verify(name, '-o', 'json', ...flags);
      assert.equal(code, 3, stderr);
      const { passed, checks, attestations } = JSON.parse(stdout);
      assert.equal(passed, false);
      assert.equal(checks.find((check: { passed: boolean }) => !check.passed)?.name, first, stdout);
      assert.deepEqual(attestations, []);
    });
  }

  test('in words: the failed check, an error and what to do', async () => {
    const { code, stdout, stderr } = await verify('app', '--builder-id', 'https://builder.example');
    assert.equal(code, 3);
    assert.match(stdout, /^✖ builder-id +built by .*, not by https:\/\/builder.example$/m);
    assert.match(stderr, /^error: .*demo\/app@sha256:\w+ is not verified: .*\nhint: \S/);
  });
});

test('an unknown image is denied, and a registry that is down is a failure, not a verdict', async () => {
  const unknown = await verify('nothing');
  assert.equal(unknown.code, 3);
  assert.match(unknown.stdout, /^✖ image-digest/m);
  const down = await home.assay(['verify', 'localhost:1/demo/app:1']);
  assert.equal(down.code, 1);
  assert.equal(down.stdout, '');
  assert.match(down.stderr, /^error: localhost:1 cannot be reached/);
  const usage = await verify('app', '--key', 'nowhere.pub');
  assert.equal(usage.code, 2);
  assert.match(usage.stderr, /^error: there is no public key nowhere.pub\nhint: /);
});
