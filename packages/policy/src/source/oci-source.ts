import { gunzipSync } from 'node:zlib';
import { type ContentStore, parseManifest, parseReference, referenceTarget } from '@assay/oci';
import { extract } from 'tar-stream';
import { PolicyError } from '../error.ts';
import { type FileCollector, isPolicyOrData } from './source-files.ts';

const title = 'org.opencontainers.image.title';

/**
 * Reads an OCI artifact of policies or data, as `conftest push` and `oras push` lay them out: a layer a file named by its title, or a
 * tar archive of a directory.
 * @returns the digest
 */
export async function readOci(
  address: { reference: string; path: string },
  store: (repository: string) => ContentStore,
  collector: FileCollector,
): Promise<string> {
  const reference = parseReference(address.reference);
  const { repository } = reference;
  const content = store(repository);
  const { descriptor, bytes } = await content.getManifest(repository, referenceTarget(reference));
  const manifest = parseManifest(bytes, descriptor.mediaType);
  if (manifest.kind === 'index') {
    throw new PolicyError(
      'InvalidSource',
      `${address.reference} is an index of images, not an artifact of policies`,
    );
  }
  const add = (path: string, file: Uint8Array) => {
    const inside = address.path === '' ? path : below(path, address.path);
    if (inside !== undefined && isPolicyOrData(inside)) collector.add(inside, file);
  };
  for (const layer of manifest.blobs.slice(1)) {
    if (layer.size > collector.room)
      throw new PolicyError('InvalidSource', `${address.reference} is too large`);
    const blob = await content.getBlob(repository, layer.digest);
    if (/tar\b|\+tar|tar\+/.test(layer.mediaType)) await unpack(blob, collector.room, add);
    else add(layer.annotations?.[title] ?? layer.digest, blob);
  }
  return descriptor.digest;
}

function below(path: string, directory: string): string | undefined {
  const clean = path.replace(/^(\.?\/)+/, '');
  if (clean === directory) return clean.split('/').at(-1)!;
  return clean.startsWith(`${directory}/`) ? clean.slice(directory.length + 1) : undefined;
}

async function unpack(
  blob: Uint8Array,
  maxBytes: number,
  add: (path: string, bytes: Uint8Array) => void,
): Promise<void> {
  const gzipped = blob[0] === 0x1f && blob[1] === 0x8b;
  const tar = gzipped ? gunzipSync(blob, { maxOutputLength: Math.max(1, maxBytes) }) : blob;
  const archive = extract();
  archive.end(Buffer.from(tar));
  for await (const entry of archive) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry) chunks.push(chunk as Uint8Array);
    if (entry.header.type === 'file') add(entry.header.name, Buffer.concat(chunks));
  }
}
