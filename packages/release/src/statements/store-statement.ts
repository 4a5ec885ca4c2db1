import {
  bundleManifest,
  encodeBundle,
  encodeStatement,
  type Signer,
  type Statement,
  signEnvelope,
  statementPayloadType,
} from '@assay/attestation';
import { type ContentStore, computeDigest, type Descriptor, mediaTypes } from '@assay/oci';
import type { PlannedManifest } from '../plan/copy-plan.ts';

/** Where the gate keeps its own statements until a managed pipeline copies them. */
export interface StatementStore {
  store: ContentStore;
  repository: string;
  signer: Signer;
}

const emptyConfig = new TextEncoder().encode('{}');

/**
 * Signs a statement and keeps it as a bundle that refers to the image. The image itself need not be in the repository.
 * @param subject the image's own descriptor
 * @param created RFC 3339
 * @returns what to copy, after the image
 */
export async function storeStatement(
  { store, repository, signer }: StatementStore,
  statement: Statement,
  subject: Descriptor,
  created: string,
): Promise<PlannedManifest> {
  const envelope = await signEnvelope(statementPayloadType, encodeStatement(statement), signer);
  const bundle = await encodeBundle(envelope, signer.publicKey);
  const manifest = bundleManifest(bundle, subject, { predicateType: statement.predicateType, created });
  const blobs = await Promise.all([
    store.putBlob(repository, emptyConfig),
    store.putBlob(repository, bundle),
  ]);
  const digest = computeDigest(manifest);
  await store.putManifest(repository, digest, manifest, mediaTypes.manifest);
  return {
    from: repository,
    digest,
    mediaType: mediaTypes.manifest,
    blobs: blobs.map((blob) => ({ digest: blob.digest, size: blob.size })),
  };
}
