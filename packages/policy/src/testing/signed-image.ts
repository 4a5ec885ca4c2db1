import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  attachAttestation,
  attachImageSignature,
  type EvidenceForm,
  encodeStatement,
  predicateTypes,
  type Signer,
  type Statement,
  signEnvelope,
  statementPayloadType,
  statementTypes,
} from '@assay/attestation';
import { type ContentStore, mediaTypes, openLayoutStore } from '@assay/oci';

/** An image layout of its own, removed by `remove`. */
export function temporaryStore(): { store: ContentStore; directory: string; remove(): void } {
  const directory = mkdtempSync(join(tmpdir(), 'assay-policy-'));
  return {
    store: openLayoutStore(directory),
    directory,
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** Pushes an image whose digest depends on its config; returns the digest. */
export async function pushImage(
  store: ContentStore,
  repository: string,
  options: { tag?: string; config?: Record<string, unknown>; annotations?: Record<string, string> } = {},
): Promise<string> {
  const { tag = '1', config = {}, annotations } = options;
  const layer = await store.putBlob(repository, Buffer.from('layer'));
  const image = {
    architecture: 'amd64',
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  };
  const { digest, size } = await store.putBlob(repository, Buffer.from(JSON.stringify(image)));
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest, size },
    layers: [{ mediaType: mediaTypes.layerTar, digest: layer.digest, size: layer.size }],
    ...(annotations && { annotations }),
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  return (await store.putManifest(repository, tag, bytes, mediaTypes.manifest)).digest;
}

/** Provenance about an image, as the observer would make it. */
export function provenanceOf(digest: string, predicate: Record<string, unknown> = {}): Statement {
  return {
    _type: statementTypes.v1,
    subject: [{ name: 'app', digest: { sha256: digest.slice(7) } }],
    predicateType: predicateTypes.slsaProvenance1,
    predicate: {
      buildDefinition: { buildType: 'https://tekton.dev/chains/v2/slsa', externalParameters: {} },
      runDetails: { builder: { id: 'https://assay.example/builder' } },
      ...predicate,
    },
  };
}

const created = '2026-01-01T00:00:00Z';

export async function sign(
  store: ContentStore,
  repository: string,
  digest: string,
  signer: Signer,
  forms?: EvidenceForm[],
): Promise<void> {
  await attachImageSignature({ store, repository, digest }, signer, { created, ...(forms && { forms }) });
}

export async function attest(
  store: ContentStore,
  repository: string,
  digest: string,
  signer: Signer,
  statement: Statement,
  forms?: EvidenceForm[],
): Promise<void> {
  const envelope = await signEnvelope(statementPayloadType, encodeStatement(statement), signer);
  const { predicateType } = statement;
  const options = { created, ...(forms && { forms }) };
  await attachAttestation({ store, repository, digest }, { envelope, predicateType, signer }, options);
}
