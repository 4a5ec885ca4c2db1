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

/**
 * Stores Tekton objects as a bundle (docs/tekton-bundle-contracts.md, v0.1): a layer each, of one file. Its digest depends on the objects
 * and the origin alone: no time, no owner, keys in order.
 * @returns the digest
 * @throws CatalogError InvalidBundle; the store's errors
 */
export async function pushBundle(
  store: ContentStore,
  { repository, tag }: { repository: string; tag?: string },
  objects: readonly BundleObject[],
  origin: BundleOrigin = {},
): Promise<string> {
  if (objects.length === 0 || objects.length > maxObjects)
    throw new CatalogError(
      'InvalidBundle',
      `a bundle holds 1 to ${maxObjects} objects, not ${objects.length}`,
    );
  const layers = [];
  for (const object of objects) {
    const bytes = await tarOf(object.name, canonicalJson(object.object));
    const { digest, size } = await store.putBlob(repository, bytes);
    layers.push({
      mediaType: mediaTypes.layerTar,
      ...{ digest, size },
      annotations: {
        'dev.tekton.image.apiVersion': object.apiVersion.split('/').at(-1)!,
        'dev.tekton.image.kind': object.kind.toLowerCase(),
        'dev.tekton.image.name': object.name,
      },
    });
  }
  const config = await store.putBlob(
    repository,
    canonicalJson({
      architecture: 'amd64',
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
    }),
  );
  const manifest = canonicalJson({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest: config.digest, size: config.size },
    layers,
    annotations: annotationsOf(objects, origin),
  });
  const digest = computeDigest(manifest);
  await store.putManifest(repository, tag ?? digest, manifest, mediaTypes.manifest);
  return digest;
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
