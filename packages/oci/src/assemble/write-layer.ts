import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { PassThrough, Readable, Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack as createPack, type Header, type Pack } from 'tar-stream';
import type { Descriptor } from '../content.ts';
import type { LayerEntry } from './layer-entry.ts';
import { orderEntries } from './layer-order.ts';

type TarHeader = Partial<Header> & Pick<Header, 'name'>;

export interface WriteLayerOptions {
  /** A file to create, or a stream, which is ended. */
  output: string | Writable;
  /** Modification time of every entry, in seconds since 1970. */
  sourceDateEpoch: number;
  /**
   * `gzip` is smaller on the wire, but its bytes are a property of the zlib that made them; `none` gives the same
   * digest on every machine. @default 'none'
   */
  compression?: 'none' | 'gzip';
}

export interface WrittenLayer {
  descriptor: Descriptor;
  /** Digest of the uncompressed tar, as `rootfs.diff_ids` of the image config lists it. */
  diffId: string;
}

/**
 * Writes one layer (image-spec, "Image Layer Filesystem Changeset") whose bytes depend on names, modes, owners and
 * contents alone: not on the order the entries come in, not on any clock, not on the host.
 *
 * @throws OciError `LayerInvalid` for entries that make no layer (see `orderEntries`).
 */
export async function writeLayer(
  entries: Iterable<LayerEntry>,
  options: WriteLayerOptions,
): Promise<WrittenLayer> {
  const ordered = orderEntries(entries);
  const pack = createPack();
  const uncompressed = digestMeter();
  const compressed = digestMeter();
  const gzip = options.compression === 'gzip';
  const output = typeof options.output === 'string' ? createWriteStream(options.output) : options.output;
  const compression = gzip ? [createGzip({ level: 6 }), neutralGzipHeader()] : [new PassThrough()];
  const written = pipeline([
    Readable.from(pack),
    uncompressed.stream,
    ...compression,
    compressed.stream,
    output,
  ]);
  await Promise.all([packEntries(pack, ordered, options.sourceDateEpoch), written]);
  return {
    descriptor: {
      mediaType: `application/vnd.oci.image.layer.v1.tar${gzip ? '+gzip' : ''}`,
      digest: compressed.digest(),
      size: compressed.size(),
    },
    diffId: uncompressed.digest(),
  };
}

async function packEntries(pack: Pack, entries: LayerEntry[], sourceDateEpoch: number): Promise<void> {
  const mtime = new Date(sourceDateEpoch * 1000);
  try {
    for (const entry of entries) await packEntry(pack, entry, mtime);
    pack.finalize();
  } catch (error) {
    pack.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

async function packEntry(pack: Pack, entry: LayerEntry, mtime: Date): Promise<void> {
  const header: TarHeader = {
    name: entry.name,
    mode: entry.mode,
    mtime,
    uid: entry.uid ?? 0,
    gid: entry.gid ?? 0,
    uname: '',
    gname: '',
  };
  switch (entry.type) {
    case 'directory':
      return addEntry(pack, { ...header, name: `${entry.name}/`, type: 'directory' });
    case 'symlink':
      return addEntry(pack, { ...header, type: 'symlink', linkname: entry.target });
    case 'hardlink':
      return addEntry(pack, { ...header, type: 'link', linkname: entry.target });
    case 'file':
      if (entry.content instanceof Uint8Array) {
        return addEntry(pack, { ...header, type: 'file' }, Buffer.from(entry.content));
      }
      return addStreamedFile(
        pack,
        { ...header, type: 'file', size: entry.content.size },
        entry.content.read(),
      );
  }
}

function addEntry(pack: Pack, header: TarHeader, content?: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null) => (error ? reject(error) : resolve());
    if (content === undefined) pack.entry(header, done);
    else pack.entry(header, content, done);
  });
}

async function addStreamedFile(
  pack: Pack,
  header: TarHeader,
  content: AsyncIterable<Uint8Array>,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const sink = pack.entry(header, (error) => (error ? reject(error) : resolve()));
  sink.once('error', reject);
  for await (const chunk of content) {
    if (!sink.write(chunk)) await new Promise<void>((drained) => sink.once('drain', () => drained()));
  }
  sink.end(null);
  await promise;
}

function digestMeter(): { stream: Transform; digest(): string; size(): number } {
  const hash = createHash('sha256');
  let size = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      size += chunk.length;
      done(null, chunk);
    },
  });
  return { stream, digest: () => `sha256:${hash.digest('hex')}`, size: () => size };
}

/** RFC 1952 byte 9 names the operating system that compressed; 255 is "unknown", the same everywhere. */
function neutralGzipHeader(): Transform {
  let position = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (position <= 9 && position + chunk.length > 9) chunk[9 - position] = 0xff;
      position += chunk.length;
      done(null, chunk);
    },
  });
}
