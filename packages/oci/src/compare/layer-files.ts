import { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { extract } from 'tar-stream';
import type { Descriptor } from '../content.ts';
import { computeDigest } from '../digest/digest.ts';

/** One entry of a layer, with its content when that is small enough to be looked into. */
export interface LayerFile {
  path: string;
  type: string;
  mode: number;
  owner: string;
  /** Milliseconds since 1970. */
  mtime: number;
  link: string;
  size: number;
  digest: string;
  content: Buffer | undefined;
}

const largestContent = 128 * 1024 * 1024;

/** The entries of a layer, in its order. `stream` is the blob, verified by whoever hands it out. */
export async function readLayerFiles(
  descriptor: Descriptor,
  stream: AsyncIterable<Uint8Array>,
): Promise<LayerFile[]> {
  const files: LayerFile[] = [];
  const archive = extract();
  const blob = Readable.from(stream);
  const decompress = decompressorOf(descriptor.mediaType);
  const tar = decompress ? blob.on('error', (error) => decompress.destroy(error)).pipe(decompress) : blob;
  tar.on('error', (error) => archive.destroy(error));
  tar.pipe(archive);
  for await (const entry of archive) {
    const { header } = entry;
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry) chunks.push(chunk as Uint8Array);
    const content = Buffer.concat(chunks);
    files.push({
      path: header.name.replace(/^\.?\//, '').replace(/\/$/, ''),
      type: header.type ?? 'file',
      mode: header.mode ?? 0,
      owner: `${header.uid ?? 0}:${header.gid ?? 0}`,
      mtime: modified((header.pax as Record<string, string> | null | undefined)?.mtime, header.mtime),
      link: header.linkname ?? '',
      size: content.length,
      digest: computeDigest(content),
      content: content.length <= largestContent ? content : undefined,
    });
  }
  return files;
}

function decompressorOf(mediaType: string) {
  if (/[+.]gzip$/.test(mediaType)) return createGunzip();
  return mediaType.endsWith('+zstd') ? createZstdDecompress() : undefined;
}

/** Milliseconds since 1970; an extended header has fractions of a second that the plain one cannot hold. */
function modified(precise: string | undefined, plain: Date | null | undefined): number {
  return precise === undefined ? (plain?.getTime() ?? 0) : Number(precise) * 1000;
}
