import type { ContentStore, Descriptor } from '../content.ts';
import type { AssembledImage } from './assemble-image.ts';
import type { WrittenLayer } from './write-layer.ts';

export interface PushImageOptions {
  image: AssembledImage;
  /** The layers on top of the base, as they were given to `assembleImage`. */
  layers: WrittenLayer[];
  /** The bytes of one of `layers`; asked only for what the store does not have. */
  content(layer: Descriptor): AsyncIterable<Uint8Array>;
  /** @default [] */
  tags?: string[];
}

/**
 * Puts an image into a store: layers, config, then the manifest under its digest and each tag, so that nobody
 * finds a manifest whose layers are missing. Layers of the base are mounted, or copied from the base's own store.
 *
 * @throws what the store throws.
 */
export async function pushImage(
  store: ContentStore,
  repository: string,
  options: PushImageOptions,
): Promise<Descriptor> {
  const { image } = options;
  for (const layer of image.base?.layers ?? []) await copyBaseLayer(store, repository, image.base!, layer);
  for (const { descriptor } of options.layers) {
    if (await store.hasBlob(repository, descriptor.digest)) continue;
    await store.putBlobStream(repository, options.content(descriptor), descriptor);
  }
  await store.putBlob(repository, image.config.bytes);
  const { bytes, descriptor } = image.manifest;
  await store.putManifest(repository, descriptor.digest, bytes, descriptor.mediaType);
  for (const tag of options.tags ?? []) {
    await store.putManifest(repository, tag, bytes, descriptor.mediaType);
  }
  return descriptor;
}

async function copyBaseLayer(
  store: ContentStore,
  repository: string,
  base: NonNullable<AssembledImage['base']>,
  layer: Descriptor,
): Promise<void> {
  if (await store.hasBlob(repository, layer.digest)) return;
  if (base.store === store && (await store.mountBlob(repository, layer.digest, base.repository))) return;
  await store.putBlobStream(repository, await base.store.streamBlob(base.repository, layer.digest), layer);
}
