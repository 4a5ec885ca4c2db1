import type { ContentStore, Descriptor } from '../content.ts';
import { computeDigest } from '../digest/digest.ts';
import { mediaTypes } from '../media-types.ts';

export function encode(document: unknown): Buffer {
  return Buffer.from(JSON.stringify(document));
}

export function descriptorOf(mediaType: string, bytes: Uint8Array): Descriptor {
  return { mediaType, digest: computeDigest(bytes), size: bytes.byteLength };
}

export const emptyConfig = Buffer.from('{}');

/** Pushes an image with one layer of the given text and gives its manifest's bytes. */
export async function pushImage(
  store: ContentStore,
  repository: string,
  reference: string,
  content = 'layer',
): Promise<{ bytes: Buffer; descriptor: Descriptor; layer: Descriptor; config: Descriptor }> {
  const layerBytes = Buffer.from(content);
  const configBytes = encode({
    architecture: 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: [computeDigest(layerBytes)] },
  });
  const layer = { ...(await store.putBlob(repository, layerBytes)), mediaType: mediaTypes.layerTar };
  const config = { ...(await store.putBlob(repository, configBytes)), mediaType: mediaTypes.config };
  const bytes = encode({ schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: [layer] });
  const descriptor = await store.putManifest(repository, reference, bytes, mediaTypes.manifest);
  return { bytes, descriptor, layer, config };
}

/** Bytes of an artifact manifest about `subject`, whose only blob is the empty config. */
export function artifactBytes(
  subject: Descriptor,
  artifactType: string,
  annotations?: Record<string, string>,
): Buffer {
  const empty = descriptorOf(mediaTypes.empty, emptyConfig);
  const { mediaType, digest, size } = subject;
  return encode({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    artifactType,
    config: empty,
    layers: [empty],
    subject: { mediaType, digest, size },
    ...(annotations && { annotations }),
  });
}

/** Pushes an artifact about `subject` under its digest. */
export async function pushReferrer(
  store: ContentStore,
  repository: string,
  subject: Descriptor,
  artifactType: string,
  annotations?: Record<string, string>,
): Promise<Descriptor> {
  await store.putBlob(repository, emptyConfig);
  const bytes = artifactBytes(subject, artifactType, annotations);
  return await store.putManifest(repository, computeDigest(bytes), bytes, mediaTypes.manifest);
}

export async function* chunked(bytes: Uint8Array, size = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < bytes.byteLength; offset += size) yield bytes.subarray(offset, offset + size);
}

export async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
