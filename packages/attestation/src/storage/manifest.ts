import { createHash } from 'node:crypto';
import type { ContentStore, Descriptor } from '@assay/oci';
import { AttestationError } from '../error.ts';
import { isObject, isTextMap, parseBoundedJson } from '../statement/bounded-json.ts';

export const manifestMediaType = 'application/vnd.oci.image.manifest.v1+json';

/** The parts of an image manifest in which evidence is found. */
export interface EvidenceManifest {
  artifactType?: string;
  config: Descriptor;
  layers: Descriptor[];
}

/** No manifest of evidence is larger than registries must accept. */
const maxManifestBytes = 4 * 1024 * 1024;

/** Reads an image manifest from bytes of any origin; throws `InvalidJson` when it is none. */
export function parseEvidenceManifest(bytes: Uint8Array): EvidenceManifest {
  const value = parseBoundedJson(bytes, { maxBytes: maxManifestBytes, maxDepth: 32 });
  if (
    !isObject(value) ||
    !isDescriptor(value.config) ||
    !Array.isArray(value.layers) ||
    !value.layers.every(isDescriptor)
  ) {
    throw new AttestationError('InvalidJson', 'the stored evidence is not an image manifest');
  }
  const manifest: EvidenceManifest = { config: value.config, layers: value.layers };
  if (typeof value.artifactType === 'string') manifest.artifactType = value.artifactType;
  return manifest;
}

function isDescriptor(value: unknown): value is Descriptor {
  return (
    isObject(value) &&
    typeof value.mediaType === 'string' &&
    typeof value.digest === 'string' &&
    typeof value.size === 'number' &&
    (value.annotations === undefined || value.annotations === null || isTextMap(value.annotations))
  );
}

/** A blob of stored evidence; never more bytes are held than the descriptor promises, nor than `maxBytes`. */
export async function readEvidenceBlob(
  store: ContentStore,
  repository: string,
  descriptor: Descriptor,
  maxBytes: number,
): Promise<Uint8Array> {
  const limit = Math.min(descriptor.size, maxBytes);
  const tooLarge = () =>
    new AttestationError(
      'EvidenceTooLarge',
      `${descriptor.digest} is larger than ${limit} bytes and was not read`,
    );
  if (descriptor.size > maxBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of await store.streamBlob(repository, descriptor.digest)) {
    size += chunk.length;
    if (size > limit) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** True when an error of a content store says that what was asked for is not there. */
export function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ManifestUnknown' || code === 'NameUnknown' || code === 'BlobUnknown';
}

/** `sha256:<hex>` of some bytes. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
