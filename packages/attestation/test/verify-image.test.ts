import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { type ContentStore, openLayoutStore } from '@assay/oci';
import {
  attachAttestation,
  attachImageSignature,
  bundleMediaType,
  type Check,
  type EvidenceForm,
  encodeBundle,
  legacyTag,
  loadSigner,
  readEvidence,
  type Signer,
  type Statement,
  signEnvelope,
  statementPayloadType,
  storeBundle,
  storeLegacyAttestation,
  verifyImage,
} from '../src/index.ts';
import {
  builderId,
  encoded,
  provenanceOf,
  pushImage,
  sourceCommit,
  sourceUri,
  temporaryDirectory,
} from './images.ts';

const repository = 'localhost/team/app';
const created = '2026-01-01T00:00:00Z';
const pem = () =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();
const signer = await loadSigner(pem());
const other = await loadSigner(pem());
const expected = { builderId, sourceUri, sourceCommit };

async function attest(
  store: ContentStore,
  digest: string,
  statement: Statement,
  forms?: EvidenceForm[],
  by: Signer = signer,
) {
  const envelope = await signEnvelope(statementPayloadType, encoded(statement), by);
  return attachAttestation(
    { store, repository, digest },
    { envelope, predicateType: statement.predicateType, signer: by },
    { created, ...(forms && { forms }) },
  );
}

function outcome(checks: readonly Check[]): string {
  return checks.map((check) => `${check.passed ? '+' : '-'}${check.name}`).join(' ');
}

for (const forms of [['bundle', 'tags'], ['bundle'], ['tags']] satisfies EvidenceForm[][]) {
  test(`a signed and attested image passes every check, evidence as ${forms.join(' and ')}`, async (t) => {
    const store = openLayoutStore(temporaryDirectory(t));
    const digest = await pushImage(store, repository);
    await attachImageSignature({ store, repository, digest }, signer, { created, forms });
    await attest(store, digest, provenanceOf(repository, digest), forms);
    const result = await verifyImage({
      store,
      image: { repository, reference: '1' },
      keys: [signer.publicKey],
      expected,
    });
    assert.deepEqual(
      result.checks.filter((check) => !check.passed),
      [],
    );
    assert.equal(result.passed, true);
    assert.equal(result.digest, digest);
    assert.equal(result.checks.length, 7);
    assert.equal(result.attestations.length, forms.length);
  });
}

test('storing the same evidence again changes nothing, and other evidence is added', async (t) => {
  const store = openLayoutStore(temporaryDirectory(t));
  const digest = await pushImage(store, repository);
  const image = { store, repository, digest };
  for (let i = 0; i < 3; i++) {
    await attachImageSignature(image, signer, { created });
    await attest(store, digest, provenanceOf(repository, digest));
  }
  assert.equal((await readEvidence(image)).length, 4);
  await attest(store, digest, provenanceOf(repository, digest, 'run-2'));
  const evidence = await readEvidence(image);
  assert.deepEqual(
    evidence.map((piece) => piece.form),
    ['bundle', 'bundle', 'bundle', 'sig', 'att', 'att'],
  );
});

test('appends to one tag at the same time are all kept', async (t) => {
  const store = openLayoutStore(temporaryDirectory(t));
  const digest = await pushImage(store, repository);
  const image = { store, repository, digest };
  await Promise.all(
    Array.from({ length: 8 }, (_, i) => storeLegacyAttestation(image, Buffer.from(`{"n":${i}}`), 'x')),
  );
  const { bytes } = await store.getManifest(repository, legacyTag(digest, 'att'));
  assert.equal(JSON.parse(Buffer.from(bytes).toString()).layers.length, 8);
});

test('an image that is not in the repository gets tags, and no bundle', async (t) => {
  const store = openLayoutStore(temporaryDirectory(t));
  const digest = `sha256:${'0'.repeat(64)}`;
  assert.deepEqual(await attest(store, digest, provenanceOf(repository, digest)), ['tags']);
});

test('every check fails closed, and those after it are not made', async (t) => {
  const store = openLayoutStore(temporaryDirectory(t));
  const verify = (reference: string, keys = [signer.publicKey], wanted = expected) =>
    verifyImage({ store, image: { repository, reference }, keys, expected: wanted });

  const missing = await verify('1');
  assert.equal(outcome(missing.checks).startsWith('-image-digest -image-signature'), true);

  const digest = await pushImage(store, repository);
  const image = { store, repository, digest };
  const unsigned = await verify('1');
  assert.equal(unsigned.passed, false);
  assert.match(unsigned.checks[1]?.message ?? '', /has no signature/);
  assert.ok(unsigned.checks[1]?.hint);

  await attachImageSignature(image, signer, { created });
  assert.equal(
    outcome((await verify('1')).checks),
    '+image-digest +image-signature -attestation-signature -attestation-subject -attestation-syntax -builder-id -source',
  );

  await attest(store, digest, provenanceOf(repository, digest));
  assert.equal((await verify('1')).passed, true);
  assert.equal((await verify('1', [])).passed, false);
  const foreign = await verify('1', [other.publicKey]);
  assert.equal(
    outcome(foreign.checks).startsWith('+image-digest -image-signature -attestation-signature'),
    true,
  );
  assert.match(foreign.checks[1]?.evidence?.join() ?? '', /ignored/);

  const elsewhere = await verify('1', undefined, { ...expected, builderId: 'https://else.example' });
  assert.match(elsewhere.checks.at(-2)?.message ?? '', /not by https:\/\/else\.example/);
  const commit = await verify('1', undefined, { ...expected, sourceCommit: '0'.repeat(40) });
  assert.match(commit.checks.at(-1)?.message ?? '', /not from/);
  const repo = await verify('1', undefined, { ...expected, sourceUri: 'https://git.example/team/other' });
  assert.equal(repo.passed, false);
});

test('provenance about another image does not count', async (t) => {
  const store = openLayoutStore(temporaryDirectory(t));
  const digest = await pushImage(store, repository);
  await attachImageSignature({ store, repository, digest }, signer, { created });
  await attest(store, digest, provenanceOf(repository, `sha256:${'1'.repeat(64)}`));
  const { checks } = await verifyImage({
    store,
    image: { repository, reference: digest },
    keys: [signer.publicKey],
    expected,
  });
  assert.equal(checks.find((check) => !check.passed)?.name, 'attestation-subject');
});

test('malformed provenance by the trusted key is denied', async (t) => {
  const store = openLayoutStore(temporaryDirectory(t));
  const digest = await pushImage(store, repository);
  await attachImageSignature({ store, repository, digest }, signer, { created });
  const statement = provenanceOf(repository, digest);
  await attest(store, digest, { ...statement, predicate: { ...statement.predicate, runDetails: {} } });
  const { checks } = await verifyImage({
    store,
    image: { repository, reference: digest },
    keys: [signer.publicKey],
    expected,
  });
  assert.equal(checks.find((check) => !check.passed)?.name, 'attestation-syntax');
});

test('evidence changed after signing is denied, even beside good evidence', async (t) => {
  const store = openLayoutStore(temporaryDirectory(t));
  const digest = await pushImage(store, repository);
  const image = { store, repository, digest };
  await attachImageSignature(image, signer, { created });
  await attest(store, digest, provenanceOf(repository, digest));
  const envelope = await signEnvelope(
    statementPayloadType,
    encoded(provenanceOf(repository, digest, 'a')),
    signer,
  );
  const forged = {
    ...envelope,
    payload: Buffer.from(encoded(provenanceOf(repository, digest, 'b'))).toString('base64'),
  };
  await storeBundle(image, await encodeBundle(forged, signer.publicKey), { predicateType: 'x', created });
  const { checks } = await verifyImage({
    store,
    image: { repository, reference: digest },
    keys: [signer.publicKey],
    expected,
  });
  const first = checks.find((check) => !check.passed);
  assert.equal(first?.name, 'attestation-signature');
  assert.match(first?.message ?? '', /was not signed by it/);
});

test('evidence by other keys is reported and does no harm', async (t) => {
  const store = openLayoutStore(temporaryDirectory(t));
  const digest = await pushImage(store, repository);
  const image = { store, repository, digest };
  await attachImageSignature(image, signer, { created });
  await attachImageSignature(image, other, { created });
  await attest(store, digest, provenanceOf(repository, digest));
  await attest(
    store,
    digest,
    { ...provenanceOf(repository, digest), predicateType: 'https://x.example/other' },
    undefined,
    other,
  );
  const result = await verifyImage({
    store,
    image: { repository, reference: digest },
    keys: [signer.publicKey],
    expected,
  });
  assert.equal(result.passed, true);
  assert.equal(
    result.checks.flatMap((check) => check.evidence ?? []).filter((line) => line.startsWith('ignored'))
      .length,
    4,
  );
});

test('a bundle that cannot be read is a failed check', async (t) => {
  const store = openLayoutStore(temporaryDirectory(t));
  const digest = await pushImage(store, repository);
  const image = { store, repository, digest };
  await attachImageSignature(image, signer, { created });
  await attest(store, digest, provenanceOf(repository, digest));
  await storeBundle(image, Buffer.from(`{"mediaType":"${bundleMediaType}"}`), {
    predicateType: 'x',
    created,
  });
  const { checks } = await verifyImage({
    store,
    image: { repository, reference: digest },
    keys: [signer.publicKey],
    expected,
  });
  assert.equal(checks.find((check) => !check.passed)?.name, 'attestation-signature');
});

test('more evidence than is looked at is an error, not a silent cut', async (t) => {
  const store = openLayoutStore(temporaryDirectory(t));
  const digest = await pushImage(store, repository);
  for (let i = 0; i < 3; i++) await attest(store, digest, provenanceOf(repository, digest, `run-${i}`));
  await assert.rejects(readEvidence({ store, repository, digest }, { maxPieces: 2 }), {
    code: 'EvidenceTooLarge',
  });
});
