import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, before, beforeEach, suite, test } from 'node:test';
import { type EvidenceForm, generateSigningKey, type Signer } from '@assay/attestation';
import type { ContentStore } from '@assay/oci';
import { codeOf } from '../results/rule-info.ts';
import { attest, provenanceOf, pushImage, sign, temporaryStore } from '../testing/signed-image.ts';
import { gatherEvidence, type ImageEvidence, type ImageEvidenceOptions } from './image-evidence.ts';
import { inputDocument } from './input-document.ts';
import { createKeyVerifier } from './verifier.ts';

const repository = 'registry.example/team/app';
let ours: Signer;
let theirs: Signer;
let place: ReturnType<typeof temporaryStore>;
let store: ContentStore;
let digest: string;

before(async () => {
  ours = (await generateSigningKey('')).signer;
  theirs = (await generateSigningKey('')).signer;
});
beforeEach(async () => {
  place = temporaryStore();
  store = place.store;
  digest = await pushImage(store, repository, { config: { Labels: { name: 'app' } } });
});
afterEach(() => place.remove());

function gather(options: Partial<ImageEvidenceOptions> = {}, containerImage = `${repository}:1`) {
  const component = { name: 'app', containerImage, source: {} };
  const verifier = createKeyVerifier([ours.publicKey]);
  return gatherEvidence(component, { store: () => store, verifier, ...options });
}

function codes(evidence: ImageEvidence): { failed: string[]; passed: string[] } {
  return { failed: evidence.violations.map(codeOf), passed: evidence.successes.map(codeOf) };
}

const allPassed = [
  'builtin.image.signature_check',
  'builtin.attestation.signature_check',
  'builtin.attestation.syntax_check',
];

for (const forms of [['bundle'], ['tags'], ['bundle', 'tags']] as EvidenceForm[][]) {
  test(`evidence stored as ${forms.join(' and ')} passes every check, and each statement counts once`, async () => {
    await sign(store, repository, digest, ours, forms);
    await attest(store, repository, digest, ours, provenanceOf(digest), forms);
    const evidence = await gather();
    assert.deepEqual(codes(evidence), { failed: [], passed: allPassed });
    assert.equal(evidence.reference, `${repository}@${digest}`);
    assert.equal(evidence.attestations.length, 1);
    assert.ok(evidence.signatures.every(({ sig }) => sig.length > 20));
    assert.ok(evidence.judgeable);
  });
}

test('the input document holds the statement as signed, the image by digest, its config and the policy', async () => {
  await sign(store, repository, digest, ours);
  await attest(store, repository, digest, ours, provenanceOf(digest));
  const evidence = await gather();
  const component = { name: 'app', containerImage: repository, source: { git: { url: 'https://g/r' } } };
  const snapshot = { application: 'shop', components: [component] };
  const policy = { sources: [{ policy: ['p'] }] };
  const input = inputDocument(component, evidence, snapshot, policy) as Record<
    string,
    Record<string, unknown>
  >;
  assert.deepEqual(input.attestations, [
    { statement: provenanceOf(digest), signatures: evidence.attestations[0]!.signatures },
  ]);
  assert.equal(input.image!.ref, `${repository}@${digest}`);
  assert.deepEqual(input.image!.config, { Labels: { name: 'app' } });
  assert.deepEqual(input.image!.source, { git: { url: 'https://g/r' } });
  assert.equal(input.component_name, 'app');
  assert.deepEqual(input.policy_spec, policy);
  assert.equal(input.image!.parent, undefined);
});

test('the base image named by annotations comes along', async () => {
  const base = await pushImage(store, 'registry.example/base', { config: { Labels: { base: 'yes' } } });
  const annotations = {
    'org.opencontainers.image.base.name': 'registry.example/base:1',
    'org.opencontainers.image.base.digest': base,
  };
  digest = await pushImage(store, repository, { tag: '2', annotations });
  await attest(store, repository, digest, ours, provenanceOf(digest));
  const { configs } = await gather({ skipImageSignature: true }, `${repository}:2`);
  assert.deepEqual(configs.parent, {
    ref: `registry.example/base@${base}`,
    config: { Labels: { base: 'yes' } },
  });
});

test('an image that is not there is one violation, and nothing is judged', async () => {
  const evidence = await gather({}, `${repository}:none`);
  assert.deepEqual(codes(evidence), { failed: ['builtin.image.accessible'], passed: [] });
  assert.match(evidence.violations[0]!.msg, /^Image URL is not accessible: /);
  assert.ok(!evidence.judgeable);
});

test('what is no reference is not accessible', async () => {
  assert.deepEqual(codes(await gather({}, 'NOT A REFERENCE')).failed, ['builtin.image.accessible']);
});

test('an image without evidence fails both signature checks', async () => {
  const evidence = await gather();
  assert.deepEqual(codes(evidence), {
    failed: ['builtin.image.signature_check', 'builtin.attestation.signature_check'],
    passed: [],
  });
  assert.match(
    evidence.violations[0]!.msg,
    /^No image signatures found matching the given public key\. .* Error: no signatures found$/,
  );
  assert.ok(!evidence.judgeable);
});

test('evidence by another key counts for nothing', async () => {
  await sign(store, repository, digest, theirs);
  await attest(store, repository, digest, theirs, provenanceOf(digest));
  const evidence = await gather();
  assert.deepEqual(codes(evidence).failed, [
    'builtin.image.signature_check',
    'builtin.attestation.signature_check',
  ]);
  assert.deepEqual([evidence.attestations, evidence.signatures], [[], []]);
});

test('a provenance bundle is no image signature', async () => {
  await attest(store, repository, digest, ours, provenanceOf(digest), ['bundle']);
  assert.deepEqual(codes(await gather()).failed, ['builtin.image.signature_check']);
});

test('an attestation about another image is not about this one', async () => {
  await sign(store, repository, digest, ours);
  await attest(store, repository, digest, ours, provenanceOf(`sha256:${'0'.repeat(64)}`));
  const evidence = await gather();
  assert.deepEqual(codes(evidence).failed, ['builtin.attestation.syntax_check', '']);
  assert.equal(evidence.violations[1]!.msg, 'No attestations contain a subject that match the given image.');
  assert.ok(!evidence.judgeable);
});

test('a malformed predicate fails the syntax check, and the policy is still asked', async () => {
  await sign(store, repository, digest, ours);
  await attest(store, repository, digest, ours, provenanceOf(digest, { runDetails: { builder: {} } }));
  const evidence = await gather();
  assert.deepEqual(codes(evidence).failed, ['builtin.attestation.syntax_check']);
  assert.match(evidence.violations[0]!.msg, /runDetails\.builder\.id/);
  assert.ok(evidence.judgeable);
});

test('an unknown predicate passes through', async () => {
  const statement = {
    ...provenanceOf(digest),
    predicateType: 'https://example.com/anything',
    predicate: { x: 1 },
  };
  await attest(store, repository, digest, ours, statement);
  const evidence = await gather({ skipImageSignature: true });
  assert.deepEqual(evidence.attestations[0]!.statement, statement);
});

test('a check that is skipped is listed nowhere', async () => {
  await attest(store, repository, digest, theirs, provenanceOf(digest));
  const evidence = await gather({ skipImageSignature: true, skipAttestationSignature: true });
  assert.deepEqual(codes(evidence), { failed: [], passed: ['builtin.attestation.syntax_check'] });
});

suite('one bit changed in what is stored', () => {
  beforeEach(async () => {
    await sign(store, repository, digest, ours, ['bundle']);
    await attest(store, repository, digest, ours, provenanceOf(digest), ['bundle']);
  });

  /** Flips a bit in each blob in turn that holds `text`. */
  function flip(text: string): number {
    const flipped = new Set<number>();
    for (const entry of readdirSync(place.directory, { recursive: true, withFileTypes: true })) {
      const file = join(entry.parentPath, entry.name);
      // Equal blobs are one file under several names.
      if (!entry.isFile() || flipped.has(statSync(file).ino)) continue;
      const bytes = readFileSync(file);
      const at = bytes.indexOf(text);
      if (at < 0) continue;
      bytes[at + text.length] = bytes[at + text.length]! ^ 1;
      writeFileSync(file, bytes);
      flipped.add(statSync(file).ino);
    }
    return flipped.size;
  }

  for (const [what, text] of [
    ['the signature', '"sig":"'],
    ['the payload', '"payload":"'],
  ] as const) {
    test(`${what}: denied`, async () => {
      assert.ok(flip(text) >= 2);
      const evidence = await gather();
      assert.deepEqual(codes(evidence).failed, [
        'builtin.image.signature_check',
        'builtin.attestation.signature_check',
      ]);
      assert.ok(!evidence.judgeable);
    });
  }

  test('the manifest: not accessible', async () => {
    assert.ok(flip('"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar') >= 1);
    assert.deepEqual(codes(await gather()).failed, ['builtin.image.accessible']);
  });
});
