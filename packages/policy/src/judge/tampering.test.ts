import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, before, beforeEach, suite, test } from 'node:test';
import { type EvidenceForm, evidenceForms, generateSigningKey, type Signer } from '@assay/attestation';
import type { ContentStore } from '@assay/oci';
import { codeOf } from '../results/rule-info.ts';
import { snapshotOfImage } from '../snapshot/snapshot.ts';
import { attest, provenanceOf, pushImage, sign, temporaryStore } from '../testing/signed-image.ts';
import { validateImage } from './validate-image.ts';

const repository = 'registry.example/team/app';
const policies = 'registry.example/policies';
let signer: Signer;
let other: Signer;
let place: ReturnType<typeof temporaryStore>;
let digest: string;
let policyDigest: string;

before(async () => {
  signer = (await generateSigningKey('')).signer;
  other = (await generateSigningKey('')).signer;
});
beforeEach(async () => {
  place = temporaryStore();
  digest = await pushImage(place.store, repository, { config: { Labels: { name: 'app' } } });
  policyDigest = await pushPolicy(
    'package main\n\n# METADATA\n# custom:\n#   short_name: provenance\ndeny contains "no provenance" if {\n\tcount([1 | some found in input.attestations; found.statement.predicate.buildDefinition]) != 1\n}',
  );
});
afterEach(() => place.remove());

async function pushPolicy(text: string): Promise<string> {
  const { store } = place;
  const layer = await store.putBlob(policies, Buffer.from(text));
  const config = await store.putBlob(policies, Buffer.from('{}'));
  const manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.empty.v1+json', ...sized(config) },
    layers: [
      {
        mediaType: 'application/vnd.cncf.openpolicyagent.policy.layer.v1+rego',
        ...sized(layer),
        annotations: { 'org.opencontainers.image.title': 'main.rego' },
      },
    ],
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  return (await store.putManifest(policies, 'latest', bytes, manifest.mediaType)).digest;
}

function sized({ digest, size }: { digest: string; size: number }) {
  return { digest, size };
}

async function signAll(forms: EvidenceForm[]): Promise<void> {
  await sign(place.store, repository, digest, signer, forms);
  await attest(place.store, repository, digest, signer, provenanceOf(digest), forms);
}

/** `passed`, `denied: codes`, or `undecided: code`. */
async function verdict(
  options: { key?: Signer; store?: ContentStore; reference?: string } = {},
): Promise<string> {
  try {
    const report = await validateImage({
      snapshot: snapshotOfImage(options.reference ?? `${repository}@${digest}`),
      policy: {
        publicKey: (options.key ?? signer).publicKey.pem,
        sources: [{ policy: [`oci::${policies}@${policyDigest}`] }],
      },
      store: () => options.store ?? place.store,
    });
    if (report.success) return 'passed';
    return `denied: ${report.components[0]!.violations.map((violation) => codeOf(violation) || violation.msg).join(', ')}`;
  } catch (error) {
    return `undecided: ${(error as { code?: string }).code}`;
  }
}

/** Changes one bit behind `text` in every stored file that holds it; returns how many there were. */
function flip(text: string | RegExp): number {
  const flipped = new Set<number>();
  for (const entry of readdirSync(place.directory, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (!entry.isFile() || flipped.has(statSync(file).ino)) continue;
    const bytes = readFileSync(file);
    const found = typeof text === 'string' ? bytes.indexOf(text) : bytes.toString('latin1').search(text);
    if (found < 0) continue;
    const at = found + (typeof text === 'string' ? text.length : 0);
    bytes[at] = bytes[at]! ^ 1;
    writeFileSync(file, bytes);
    flipped.add(statSync(file).ino);
  }
  return flipped.size;
}

for (const form of evidenceForms) {
  suite(`one bit changed, evidence as ${form}`, () => {
    beforeEach(() => signAll([form]));

    test('none: passed', async () => assert.equal(await verdict(), 'passed'));

    test('in the signature', async () => {
      assert.ok(flip(form === 'bundle' ? '"sig":"' : 'dev.cosignproject.cosign/signature":"') > 0);
      assert.match(await verdict(), /^denied: builtin\.(image|attestation)\.signature_check/);
    });

    test('in the signed payload', async () => {
      assert.ok(flip('"payload":"') > 0);
      assert.match(await verdict(), /^denied: .*builtin\.attestation\.signature_check/);
    });

    test('in the key', async () => {
      assert.match(
        await verdict({ key: other }),
        /^denied: builtin\.attestation\.signature_check, builtin\.image/,
      );
    });

    test('in the image', async () => {
      assert.ok(flip('"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar') > 0);
      assert.match(await verdict(), /^denied: builtin\.image\.accessible/);
    });

    test('in the policy', async () => {
      assert.ok(flip('deny contains "n') > 0);
      assert.match(await verdict(), /^undecided: SourceUnavailable/);
    });
  });
}

suite('evidence that does not belong', () => {
  test('none at all', async () => {
    assert.equal(
      await verdict(),
      'denied: builtin.attestation.signature_check, builtin.image.signature_check',
    );
  });

  test('an attestation about another image, signed by our key', async () => {
    await sign(place.store, repository, digest, signer);
    const elsewhere = await pushImage(place.store, repository, { tag: '2', config: { x: 1 } });
    await attest(place.store, repository, digest, signer, provenanceOf(elsewhere));
    assert.match(
      await verdict(),
      /^denied: No attestations contain a subject.*builtin\.attestation\.syntax_check/,
    );
  });

  test('a signature of another image, moved here', async () => {
    const elsewhere = await pushImage(place.store, repository, { tag: '2', config: { x: 1 } });
    await sign(place.store, repository, elsewhere, signer, ['tags']);
    const tag = (of: string) => `${of.replace(':', '-')}.sig`;
    const { bytes, descriptor } = await place.store.getManifest(repository, tag(elsewhere));
    await place.store.putManifest(repository, tag(digest), bytes, descriptor.mediaType);
    await attest(place.store, repository, digest, signer, provenanceOf(digest), ['tags']);
    assert.equal(await verdict(), 'denied: builtin.image.signature_check');
  });

  test('another tag now: the digest asked for is the one that is judged', async () => {
    await signAll(['bundle']);
    await pushImage(place.store, repository, { tag: '1', config: { x: 2 } });
    assert.equal(await verdict(), 'passed');
    assert.match(await verdict({ reference: `${repository}:1` }), /^denied/);
  });

  test('a predicate of unknown type beside the provenance does no harm', async () => {
    await signAll(['bundle']);
    const statement = {
      ...provenanceOf(digest),
      predicateType: 'https://example.com/x',
      predicate: { a: 1 },
    };
    await attest(place.store, repository, digest, signer, statement, ['bundle']);
    assert.equal(await verdict(), 'passed');
  });
});

suite('a registry that lies', () => {
  beforeEach(() => signAll(['bundle']));

  function lying(lies: Partial<ContentStore>): ContentStore {
    return new Proxy(place.store, {
      get: (store, name) => {
        const lie = lies[name as keyof ContentStore];
        if (lie) return lie;
        const honest = store[name as keyof ContentStore];
        return typeof honest === 'function' ? honest.bind(store) : honest;
      },
    });
  }

  test('it hides the evidence', async () => {
    const store = lying({
      referrers: async () => [],
      getManifest: async (repo, reference) => {
        if (reference.endsWith('.sig') || reference.endsWith('.att')) throw new Error('no');
        return place.store.getManifest(repo, reference);
      },
    });
    assert.match(await verdict({ store }), /^denied/);
  });

  test('it names another digest for a tag: that image is judged, by its own evidence', async () => {
    const evil = await pushImage(place.store, repository, { tag: 'evil', config: { evil: true } });
    const store = lying({ resolve: (repo) => place.store.resolve(repo, evil) });
    assert.match(await verdict({ store, reference: `${repository}:1` }), /^denied: builtin\.attestation/);
  });

  test('it is down: denied, the image cannot be reached', async () => {
    const fail = async () => {
      throw new Error('connection refused');
    };
    const store = lying({
      resolve: async (repo, reference) => (repo === policies ? place.store.resolve(repo, reference) : fail()),
    });
    assert.equal(await verdict({ store }), 'denied: builtin.image.accessible');
  });
});
