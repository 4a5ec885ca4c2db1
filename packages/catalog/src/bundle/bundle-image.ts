import { type ContentStore, canonicalJson, computeDigest, mediaTypes } from '@assay/oci';
import { pack } from 'tar-stream';
import { CatalogError } from '../error.ts';
import type { BundleObject } from './bundle-object.ts';

/** A Tekton refuses larger bundles (docs/tekton-bundle-contracts.md). */
const maxObjects = 20;

/** Where a task comes from, for Konflux's annotations. */
export interface BundleOrigin {
  /** URL of the repository. */
  source?: string;
  /** Commit. */
  revision?: string;
}

/** A bundle before it is anywhere. */
export interface BundleImage {
  digest: string;
  manifest: Uint8Array;
  blobs: Uint8Array[];
}

/**
 * Makes a bundle of Tekton objects (docs/tekton-bundle-contracts.md, v0.1): a layer each, of one file. Its digest depends on the
 * objects and the origin alone: no time, no owner, keys in order.
 * @throws CatalogError InvalidBundle
 */
export async function bundleImage(
  objects: readonly BundleObject[],
  origin: BundleOrigin = {},
): Promise<BundleImage> {
  if (objects.length === 0 || objects.length > maxObjects)
    throw new CatalogError(
      'InvalidBundle',
      `a bundle holds 1 to ${maxObjects} objects, not ${objects.length}`,
    );
  const tars = await Promise.all(objects.map(({ name, object }) => tarOf(name, canonicalJson(object))));
  const layers = objects.map(({ apiVersion, kind, name }, index) => ({
    ...descriptorOf(mediaTypes.layerTar, tars[index]!),
    annotations: {
      'dev.tekton.image.apiVersion': apiVersion.split('/').at(-1)!,
      'dev.tekton.image.kind': kind.toLowerCase(),
      'dev.tekton.image.name': name,
    },
  }));
  const config = canonicalJson({
    architecture: 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
  });
  const manifest = canonicalJson({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: descriptorOf(mediaTypes.config, config),
    layers,
    annotations: annotationsOf(objects, origin),
  });
  return { digest: computeDigest(manifest), manifest, blobs: [config, ...tars] };
}

/** Stores a bundle under a tag. @throws the store's errors */
export async function pushBundle(
  store: ContentStore,
  { repository, tag }: { repository: string; tag: string },
  { manifest, blobs }: BundleImage,
): Promise<void> {
  for (const blob of blobs) await store.putBlob(repository, blob);
  await store.putManifest(repository, tag, manifest, mediaTypes.manifest);
}

function descriptorOf(mediaType: string, bytes: Uint8Array) {
  return { mediaType, digest: computeDigest(bytes), size: bytes.byteLength };
}

/** Konflux's annotations of a task bundle; the version is what `trusted_task_rules` compare. */
function annotationsOf([first]: readonly BundleObject[], { source, revision }: BundleOrigin) {
  const { name, version, description } = first!;
  const prefix = 'org.opencontainers.image';
  return {
    [`${prefix}.title`]: name,
    ...(version !== undefined && { [`${prefix}.version`]: version }),
    ...(description !== undefined && { [`${prefix}.description`]: description }),
    ...(source !== undefined && { [`${prefix}.source`]: source }),
    ...(revision !== undefined && { [`${prefix}.revision`]: revision }),
  };
}

async function tarOf(name: string, content: Uint8Array): Promise<Uint8Array> {
  const archive = pack();
  archive.entry({ name, mode: 0o600, mtime: new Date(0) }, Buffer.from(content));
  archive.finalize();
  return Buffer.concat(await Array.fromAsync(archive as AsyncIterable<Uint8Array>));
}
