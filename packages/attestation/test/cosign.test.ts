// Our evidence before the verifier that most people use, and its evidence before ours.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createRegistryClient } from '@assay/oci';
import {
  attachAttestation,
  attachImageSignature,
  type EvidenceForm,
  generateSigningKey,
  loadSigner,
  parsePublicKey,
  readEvidence,
  signEnvelope,
  statementPayloadType,
  verifyImage,
} from '../src/index.ts';
import { cosignPrograms, noCosign, runCosign } from './cosign.ts';
import {
  builderId,
  encoded,
  provenanceOf,
  pushImage,
  sourceCommit,
  sourceUri,
  temporaryDirectory,
} from './images.ts';
import { dockerRegistryProgram, startDockerRegistry, startOwnRegistry } from './registries.ts';

const programs = cosignPrograms();
const skip = programs.length === 0 ? noCosign : false;
const dockerRegistry = dockerRegistryProgram();
const created = '2026-01-01T00:00:00Z';
const offline = ['--insecure-ignore-tlog=true'];

const registries: {
  name: string;
  skip: string | false;
  start(t: TestContext, directory: string): Promise<string>;
}[] = [
  { name: 'our registry', skip, start: startOwnRegistry },
  {
    name: 'docker-registry',
    skip: skip || (dockerRegistry === undefined ? 'no docker-registry' : false),
    start: (t, directory) => startDockerRegistry(t, directory, dockerRegistry ?? ''),
  },
];
const layouts: EvidenceForm[][] = [['bundle', 'tags'], ['tags'], ['bundle']];

for (const registry of registries) {
  test(`cosign verifies what we attach, in ${registry.name}`, { skip: registry.skip }, async (t) => {
    const cwd = temporaryDirectory(t);
    const host = await registry.start(t, cwd);
    const store = createRegistryClient();
    t.after(() => store.close());
    const pair = await generateSigningKey('pw');
    const stranger = await generateSigningKey('pw');
    writeFileSync(join(cwd, 'k.pub'), pair.publicPem);
    writeFileSync(join(cwd, 'other.pub'), stranger.publicPem);
    for (const forms of layouts) {
      const repository = `${host}/team/${forms.join('-')}`;
      const digest = await pushImage(store, repository);
      const image = { store, repository, digest };
      await attachImageSignature(image, pair.signer, { created, forms });
      const statement = provenanceOf(repository, digest);
      const envelope = await signEnvelope(statementPayloadType, encoded(statement), pair.signer);
      const { predicateType } = statement;
      await attachAttestation(image, { envelope, predicateType, signer: pair.signer }, { created, forms });
      for (const program of programs) {
        // Version 2 knows bundles only behind a flag of its own.
        if (program.name === 'cosign-2' && !forms.includes('tags')) continue;
        await t.test(`${program.name}, evidence as ${forms.join(' and ')}`, async () => {
          const reference = `${repository}@${digest}`;
          const run = (args: string[]) => runCosign(program.path, args, { cwd });
          const signature = await run(['verify', '--key', 'k.pub', ...offline, reference]);
          assert.equal(signature.status, 0, signature.stderr);
          assert.match(signature.stdout, new RegExp(digest));
          const type = ['--type', 'slsaprovenance1'];
          const attestation = await run([
            'verify-attestation',
            ...type,
            '--key',
            'k.pub',
            ...offline,
            reference,
          ]);
          assert.equal(attestation.status, 0, attestation.stderr);
          const line = JSON.parse(attestation.stdout.trim().split('\n')[0] ?? '');
          assert.deepEqual(JSON.parse(Buffer.from(line.payload, 'base64').toString()), statement);
          const refused = await run(['verify', '--key', 'other.pub', ...offline, reference]);
          assert.notEqual(refused.status, 0);
          const denied = await run([
            'verify-attestation',
            ...type,
            '--key',
            'other.pub',
            ...offline,
            reference,
          ]);
          assert.notEqual(denied.status, 0);
        });
      }
    }
  });
}

for (const program of programs) {
  test(`${program.name} and we read each other's keys`, async (t) => {
    const cwd = temporaryDirectory(t);
    const ours = await generateSigningKey('pässword');
    writeFileSync(join(cwd, 'ours.key'), ours.privatePem);
    const exported = await runCosign(program.path, ['public-key', '--key', 'ours.key'], {
      cwd,
      password: 'pässword',
    });
    assert.equal(exported.status, 0, exported.stderr);
    assert.equal(exported.stdout.trim(), ours.publicPem.trim());

    const made = await runCosign(program.path, ['generate-key-pair'], { cwd, password: 'pässword' });
    assert.equal(made.status, 0, made.stderr);
    const theirs = await loadSigner(readFileSync(join(cwd, 'cosign.key'), 'utf8'), 'pässword');
    assert.equal(theirs.publicKey.hint, parsePublicKey(readFileSync(join(cwd, 'cosign.pub'), 'utf8')).hint);
  });

  test(`we verify what ${program.name} signs and attests`, async (t) => {
    const cwd = temporaryDirectory(t);
    const host = await startOwnRegistry(t, cwd);
    const repository = `${host}/team/app`;
    const store = createRegistryClient();
    t.after(() => store.close());
    const digest = await pushImage(store, repository);
    const pair = await generateSigningKey('pw');
    writeFileSync(join(cwd, 'k.key'), pair.privatePem);
    writeFileSync(join(cwd, 'predicate.json'), JSON.stringify(provenanceOf(repository, digest).predicate));
    const keep = ['--tlog-upload=false', '--yes', '--key', 'k.key'];
    if (program.name !== 'cosign-2') keep.push('--use-signing-config=false');
    const run = (args: string[]) => runCosign(program.path, args, { cwd, password: 'pw' });
    const signed = await run(['sign', ...keep, `${repository}@${digest}`]);
    assert.equal(signed.status, 0, signed.stderr);
    const predicate = ['--type', 'slsaprovenance1', '--predicate', 'predicate.json'];
    const attested = await run(['attest', ...keep, ...predicate, `${repository}@${digest}`]);
    assert.equal(attested.status, 0, attested.stderr);

    const evidence = await readEvidence({ store, repository, digest });
    assert.deepEqual(evidence.map((piece) => piece.kind).sort(), ['attestation', 'signature']);
    const result = await verifyImage({
      store,
      image: { repository, reference: '1' },
      keys: [pair.signer.publicKey],
      expected: { builderId, sourceUri, sourceCommit },
    });
    assert.deepEqual(
      result.checks.filter((check) => !check.passed),
      [],
    );
  });
}
