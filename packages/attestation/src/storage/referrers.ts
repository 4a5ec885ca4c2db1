import type { Descriptor } from '@assay/oci';
import { bundleMediaType } from '../bundle/bundle.ts';
import type { ImageLocation } from './legacy-tags.ts';
import { digestOf, manifestMediaType } from './manifest.ts';

const emptyConfig = new TextEncoder().encode('{}');

/** What is said about a bundle on the manifest that carries it. */
export interface BundleAnnotations {
  predicateType: string;
  /** RFC 3339. */
  created: string;
}

/**
 * The manifest that attaches a bundle to an image, as cosign 3 writes it: one layer, the empty config, the image as
 * subject. `subject` is the image's own descriptor.
 */
export function bundleManifest(
  bundle: Uint8Array,
  subject: Descriptor,
  annotations: BundleAnnotations,
): Uint8Array {
  return new TextEncoder().encode(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestMediaType,
      artifactType: bundleMediaType,
      config: {
        mediaType: 'application/vnd.oci.empty.v1+json',
        digest: digestOf(emptyConfig),
        size: emptyConfig.length,
      },
      layers: [{ mediaType: bundleMediaType, digest: digestOf(bundle), size: bundle.length }],
      subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size },
      annotations: {
        'dev.sigstore.bundle.content': 'dsse-envelope',
        'dev.sigstore.bundle.predicateType': annotations.predicateType,
        'org.opencontainers.image.created': annotations.created,
      },
    }),
  );
}

/**
 * Attaches a bundle to an image as an OCI referrer. Storing the same bundle with the same annotations again changes
 * nothing. The image has to exist, since the referrer names its size; a missing one is the store's `ManifestUnknown`.
 */
export async function storeBundle(
  image: ImageLocation,
  bundle: Uint8Array,
  annotations: BundleAnnotations,
): Promise<Descriptor> {
  const { store, repository } = image;
  const subject = await store.resolve(repository, image.digest);
  await store.putBlob(repository, emptyConfig);
  await store.putBlob(repository, bundle);
  const manifest = bundleManifest(bundle, subject, annotations);
  return store.putManifest(repository, digestOf(manifest), manifest, manifestMediaType);
}
