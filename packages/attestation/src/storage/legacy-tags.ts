import type { ContentStore, Descriptor } from '@assay/oci';
import { AttestationError } from '../error.ts';
import type { ImageSignature } from '../simple-signing/payload.ts';
import { digestOf, isMissing, manifestMediaType, parseEvidenceManifest } from './manifest.ts';
import { withTagLock } from './tag-lock.ts';

export const simpleSigningMediaType = 'application/vnd.dev.cosign.simplesigning.v1+json';
export const envelopeMediaType = 'application/vnd.dsse.envelope.v1+json';
export const signatureAnnotation = 'dev.cosignproject.cosign/signature';
const configMediaType = 'application/vnd.oci.image.config.v1+json';

/** Readers stop after this many layers, so no more are written. */
export const maxLayers = 1000;
const maxAttempts = 5;

/** The tag beside an image that holds its signatures (`sig`) or attestations (`att`): `sha256-<hex>.sig`. */
export function legacyTag(digest: string, kind: 'sig' | 'att'): string {
  return `${digest.replace(':', '-')}.${kind}`;
}

/** Where an image is: repository without tag, and digest. */
export interface ImageLocation {
  store: ContentStore;
  repository: string;
  /** `sha256:<hex>` */
  digest: string;
}

/** Appends an image signature to the `.sig` tag, unless this very signature is there. */
export function storeLegacySignature(image: ImageLocation, signature: ImageSignature): Promise<void> {
  return appendLayer(image, 'sig', signature.payload, {
    mediaType: simpleSigningMediaType,
    annotations: { [signatureAnnotation]: Buffer.from(signature.signature).toString('base64') },
  });
}

/**
 * Appends an envelope, byte for byte, to the `.att` tag, unless its layer is there. The signature annotation is
 * empty, and must be present: readers take a layer without it for an error.
 */
export function storeLegacyAttestation(
  image: ImageLocation,
  envelope: Uint8Array,
  predicateType: string,
): Promise<void> {
  return appendLayer(image, 'att', envelope, {
    mediaType: envelopeMediaType,
    annotations: { [signatureAnnotation]: '', predicateType },
  });
}

/** The layers of a tag of evidence, oldest first; none when the tag does not exist. */
export async function readLegacyLayers(image: ImageLocation, kind: 'sig' | 'att'): Promise<Descriptor[]> {
  return (await readTag(image, kind)).layers;
}

/** A tag of evidence as it is now; `digest` is null when there is none. */
async function readTag(
  image: ImageLocation,
  kind: 'sig' | 'att',
): Promise<{ digest: string | null; layers: Descriptor[] }> {
  try {
    const tag = legacyTag(image.digest, kind);
    const { descriptor, bytes } = await image.store.getManifest(image.repository, tag);
    return { digest: descriptor.digest, layers: parseEvidenceManifest(bytes).layers };
  } catch (error) {
    if (isMissing(error)) return { digest: null, layers: [] };
    throw error;
  }
}

function appendLayer(
  image: ImageLocation,
  kind: 'sig' | 'att',
  content: Uint8Array,
  layer: { mediaType: string; annotations: Record<string, string> },
): Promise<void> {
  const { store, repository } = image;
  const tag = legacyTag(image.digest, kind);
  const digest = digestOf(content);
  // Signatures by several keys are over one payload: there the signature tells layers apart.
  const isSame = (present: Descriptor) =>
    present.digest === digest &&
    (present.annotations?.[signatureAnnotation] ?? '') === layer.annotations[signatureAnnotation];
  return withTagLock(`${repository}:${tag}`, async () => {
    // Another process may replace the tag between our read and our write: the registry is asked to refuse ours then,
    // and since not all do, the outcome is read back.
    for (let attempt = 0; attempt <= maxAttempts; attempt++) {
      const { digest: replaces, layers } = await readTag(image, kind);
      if (layers.some(isSame)) return;
      if (layers.length >= maxLayers) {
        throw new AttestationError(
          'EvidenceTooLarge',
          `${repository}:${tag} holds ${layers.length} layers already`,
          {
            hint: 'store attestations as bundles (referrers), which have no such limit',
          },
        );
      }
      await store.putBlob(repository, content);
      const added = {
        mediaType: layer.mediaType,
        digest,
        size: content.length,
        annotations: layer.annotations,
      };
      await putTag(store, repository, tag, [...layers, added], replaces).catch((error: unknown) => {
        if (!isConflict(error)) throw error;
      });
    }
    throw new AttestationError('StorageConflict', `could not append to ${repository}:${tag}`, {
      hint: 'another process keeps writing to this tag; try again',
    });
  });
}

async function putTag(
  store: ContentStore,
  repository: string,
  tag: string,
  layers: Descriptor[],
  replaces: string | null,
): Promise<void> {
  const config = new TextEncoder().encode(
    JSON.stringify({
      architecture: '',
      created: '0001-01-01T00:00:00Z',
      os: '',
      rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.digest) },
      config: {},
    }),
  );
  const { digest, size } = await store.putBlob(repository, config);
  const manifest = {
    schemaVersion: 2,
    mediaType: manifestMediaType,
    config: { mediaType: configMediaType, digest, size },
    layers,
  };
  await store.putManifest(
    repository,
    tag,
    new TextEncoder().encode(JSON.stringify(manifest)),
    manifestMediaType,
    { replaces },
  );
}

function isConflict(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'Conflict';
}
