import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  attachAttestation,
  attachImageSignature,
  encodeStatement,
  generateSigningKey,
  predicateTypes,
  signEnvelope,
  statementPayloadType,
  statementTypes,
} from '@assay/attestation';
import { mediaTypes, openLayoutStore } from '@assay/oci';

const main = resolve(import.meta.dirname, '../../src/main.ts');

/** What a command printed, and how it ended. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A home without a factory, whose registry holds one signed image with provenance of one task. */
export interface SignedHome {
  directory: string;
  /** By digest. */
  image: string;
  /** Of the file. */
  publicKey: string;
  privateKey: string;
  /** The task's bundle as the provenance names it. */
  bundle: string;
  /** Writes a file; returns its path. */
  write(name: string, text: string): string;
  assay(...args: string[]): Promise<Ended>;
  remove(): void;
}

export async function createSignedHome(): Promise<SignedHome> {
  const directory = mkdtempSync(join(tmpdir(), 'assay-signed-home-'));
  const write = (name: string, text: string) => {
    const file = join(directory, name);
    mkdirSync(resolve(file, '..'), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  const { signer, privatePem, publicPem } = await generateSigningKey('');
  const bundle = `quay.io/org/task-build:0.1@sha256:${'f'.repeat(64)}`;
  const repository = 'localhost/team/app';
  const store = openLayoutStore(join(directory, 'registry'));
  const digest = await pushImage(store, repository);
  const place = { store, repository, digest };
  const created = '2026-01-01T00:00:00Z';
  await attachImageSignature(place, signer, { created });
  const statement = {
    _type: statementTypes.v1,
    subject: [{ name: 'app', digest: { sha256: digest.slice(7) } }],
    predicateType: predicateTypes.slsaProvenance1,
    predicate: {
      buildDefinition: {
        buildType: 'https://tekton.dev/chains/v2/slsa',
        externalParameters: {},
        resolvedDependencies: [pipelineTask(bundle)],
      },
      runDetails: { builder: { id: 'https://assay.example/builder' } },
    },
  };
  const envelope = await signEnvelope(statementPayloadType, encodeStatement(statement), signer);
  const { predicateType } = statement;
  await attachAttestation(place, { envelope, predicateType, signer }, { created });
  return {
    directory,
    image: `${repository}@${digest}`,
    publicKey: write('cosign.pub', publicPem),
    privateKey: write('cosign.key', privatePem),
    bundle,
    write,
    assay: (...args) => run(args, directory),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

async function pushImage(store: ReturnType<typeof openLayoutStore>, repository: string): Promise<string> {
  const layer = await store.putBlob(repository, Buffer.from('layer'));
  const config = await store.putBlob(
    repository,
    Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', config: { Labels: { name: 'app' } } })),
  );
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest: config.digest, size: config.size },
    layers: [{ mediaType: mediaTypes.layerTar, digest: layer.digest, size: layer.size }],
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  return (await store.putManifest(repository, '1', bytes, mediaTypes.manifest)).digest;
}

function pipelineTask(bundle: string) {
  const task = {
    metadata: { labels: { 'tekton.dev/pipelineTask': 'build', 'tekton.dev/task': 'build-app' } },
    spec: { taskRef: { resolver: 'bundles', params: [{ name: 'bundle', value: bundle }] } },
  };
  return { name: 'pipelineTask', content: Buffer.from(JSON.stringify(task)).toString('base64') };
}

function run(args: readonly string[], home: string): Promise<Ended> {
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  return new Promise((done) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
      cwd: home,
      env: { ...environment, ASSAY_HOME: home, NO_COLOR: '1', COSIGN_PASSWORD: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('close', (code) => done({ code, stdout, stderr }));
  });
}
