import type { ContentStore, Descriptor } from '../content.ts';
import { OciError } from '../error.ts';
import type { ContainerConfig, Platform } from './assemble-image.ts';

/** What a new image takes over from the one it stands on. */
export interface BaseImage {
  digest: string;
  layers: Descriptor[];
  diffIds: string[];
  config: ContainerConfig;
  history: unknown[];
}

/** Docker's layer types name the same bytes as OCI's. */
const ociLayerTypes: Record<string, string> = {
  'application/vnd.docker.image.rootfs.diff.tar': 'application/vnd.oci.image.layer.v1.tar',
  'application/vnd.docker.image.rootfs.diff.tar.gzip': 'application/vnd.oci.image.layer.v1.tar+gzip',
};

/**
 * Reads a base image; of an index, the manifest for the platform. What the manifest says comes from whoever made
 * the image; its bytes were checked against the digest by the store.
 *
 * @throws OciError `ManifestInvalid` when there is no image for the platform, and what the store throws.
 */
export async function readBaseImage(
  store: ContentStore,
  repository: string,
  digest: string,
  platform: Platform,
): Promise<BaseImage> {
  const manifest = parse((await store.getManifest(repository, digest)).bytes);
  if (Array.isArray(manifest.manifests)) {
    const children = manifest.manifests as Descriptor[];
    const child = children.find(
      ({ platform: own }) => own?.os === platform.os && own.architecture === platform.architecture,
    );
    if (child === undefined) {
      throw new OciError(
        'ManifestInvalid',
        `${repository}@${digest} has no image for ${platform.os}/${platform.architecture}`,
      );
    }
    return readBaseImage(store, repository, child.digest, platform);
  }
  const layers = manifest.layers as Descriptor[] | undefined;
  const configDigest = (manifest.config as Descriptor | undefined)?.digest;
  if (layers === undefined || configDigest === undefined) {
    throw new OciError('ManifestInvalid', `${repository}@${digest} is not an image`);
  }
  const config = parse(await store.getBlob(repository, configDigest));
  const diffIds = (config.rootfs as { diff_ids?: string[] } | undefined)?.diff_ids ?? [];
  if (diffIds.length !== layers.length) {
    throw new OciError(
      'ManifestInvalid',
      `${repository}@${digest} lists ${layers.length} layers and ${diffIds.length} diff ids`,
    );
  }
  return {
    digest,
    layers: layers.map((layer) => ({
      ...layer,
      mediaType: ociLayerTypes[layer.mediaType] ?? layer.mediaType,
    })),
    diffIds,
    config: (config.config as ContainerConfig | null | undefined) ?? {},
    history: (config.history as unknown[] | undefined) ?? [],
  };
}

function parse(bytes: Uint8Array): Record<string, unknown> {
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as Record<string, unknown>;
}
