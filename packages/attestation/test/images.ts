import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ContentStore } from '@assay/oci';
import { encodeStatement, predicateTypes, type Statement, statementTypes } from '../src/index.ts';

/** A directory that goes when the test ends. */
export function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'assay-attestation-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Pushes a small image whose digest depends on `text`; returns the digest. */
export async function pushImage(
  store: ContentStore,
  repository: string,
  text = 'x',
  tag = '1',
): Promise<string> {
  const layer = await store.putBlob(repository, Buffer.from(text));
  const configBytes = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: [layer.digest] },
    }),
  );
  const config = await store.putBlob(repository, configBytes);
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = {
    schemaVersion: 2,
    mediaType,
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      digest: config.digest,
      size: config.size,
    },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: layer.digest, size: layer.size }],
  };
  return (await store.putManifest(repository, tag, Buffer.from(JSON.stringify(manifest)), mediaType)).digest;
}

export const builderId = 'https://assay.dev/builders/test';
export const sourceUri = 'https://git.example/team/app';
export const sourceCommit = '05669ed367ed21569f68edee8b93c64eda91e910';

/** Provenance about an image, as the observer would make it. */
export function provenanceOf(name: string, digest: string, invocationId = 'run-1'): Statement {
  return {
    _type: statementTypes.v1,
    subject: [{ name, digest: { sha256: digest.slice(7) } }],
    predicateType: predicateTypes.slsaProvenance1,
    predicate: {
      buildDefinition: {
        buildType: 'https://tekton.dev/chains/v2/slsa',
        externalParameters: { runSpec: {} },
        resolvedDependencies: [
          { name: 'inputs/result', uri: `git+${sourceUri}.git`, digest: { sha1: sourceCommit } },
        ],
      },
      runDetails: { builder: { id: builderId }, metadata: { invocationId } },
    },
  };
}

export const encoded = (statement: Statement): Uint8Array => encodeStatement(statement);
