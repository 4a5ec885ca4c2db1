import { createGunzip } from 'node:zlib';
import { type ContentStore, parseManifest } from '@assay/oci';
import { parseDocument, toJs } from '@assay/rego';
import { extract, type Header } from 'tar-stream';

/** The largest file that is read out of an archive, and the largest archive when unpacked. */
const maxFileBytes = 64 * 1024 * 1024;
const maxArchiveBytes = 2 * 1024 * 1024 * 1024;

const hasKnownExtension = (name: string) => /\.(ya?ml|json)$/i.test(name);

interface ImageLocation {
  store: ContentStore;
  repository: string;
  digest: string;
}

/**
 * The YAML and JSON files that lie directly in some directories of an image, as the topmost layer has them. What cannot be read as
 * either is left out. The layers are untrusted: sizes are bounded.
 * @param directories as in the image, without a slash in front
 */
export async function imageFiles(
  { store, repository, digest }: ImageLocation,
  directories: readonly string[],
): Promise<Record<string, unknown>> {
  const wanted = new Set(directories.map((directory) => cleaned(directory).toLowerCase()));
  const { bytes, descriptor } = await store.getManifest(repository, digest);
  const layers = parseManifest(bytes, descriptor.mediaType).blobs.slice(1);
  const files = new Map<string, unknown>();
  const hidden = new Set<string>();
  for (const layer of layers.toReversed()) {
    const hiddenHere: string[] = [];
    const isWanted = (path: string) => {
      const name = path.split('/').at(-1)!;
      const directory = path.slice(0, Math.max(0, path.length - name.length - 1));
      if (name.startsWith('.wh.')) {
        hiddenHere.push(name === '.wh..wh..opq' ? directory : `${directory}/${name.slice(4)}`);
        return false;
      }
      return (
        wanted.has(directory.toLowerCase()) &&
        hasKnownExtension(name) &&
        !files.has(path) &&
        !isHidden(path, hidden)
      );
    };
    const blob = await store.streamBlob(repository, layer.digest);
    for await (const [path, content] of entries(blob, isWanted)) {
      const document = structured(content);
      if (document !== undefined) files.set(path, document.value);
    }
    for (const path of hiddenHere) hidden.add(path);
  }
  return Object.fromEntries(files);
}

function isHidden(path: string, hidden: ReadonlySet<string>): boolean {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/'))))
    if (hidden.has(at)) return true;
  return false;
}

/** Named files of a tar blob, whatever they are called, that can be read as YAML or JSON. */
export async function archiveFiles(
  blob: Uint8Array,
  names: readonly string[],
): Promise<Record<string, unknown>> {
  const wanted = new Set(names);
  const files: [string, unknown][] = [];
  const chunks = (async function* () {
    yield blob;
  })();
  for await (const [, content, header] of entries(chunks, (_, name) => wanted.has(name))) {
    const document = structured(content);
    if (document !== undefined) files.push([header.name, document.value]);
  }
  return Object.fromEntries(files);
}

async function* entries(
  blob: AsyncIterable<Uint8Array>,
  isWanted: (path: string, name: string) => boolean,
): AsyncGenerator<[path: string, content: Buffer, header: Header]> {
  const archive = extract();
  const feeding = feed(blob, archive).catch((error) => archive.destroy(error as Error));
  for await (const entry of archive) {
    const { header } = entry;
    const path = cleaned(header.name);
    const read = header.type === 'file' && (header.size ?? 0) <= maxFileBytes && isWanted(path, header.name);
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry) if (read) chunks.push(chunk as Uint8Array);
    if (read) yield [path, Buffer.concat(chunks), header];
  }
  await feeding;
}

async function feed(blob: AsyncIterable<Uint8Array>, archive: ReturnType<typeof extract>): Promise<void> {
  const source = await unpacked(blob);
  let size = 0;
  for await (const chunk of source) {
    size += chunk.byteLength;
    if (size > maxArchiveBytes) throw new Error(`the archive holds more than ${maxArchiveBytes} bytes`);
    if (!archive.write(chunk)) await new Promise<void>((resolve) => archive.once('drain', resolve));
  }
  archive.end(undefined);
}

async function unpacked(blob: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const iterator = blob[Symbol.asyncIterator]();
  const first = await iterator.next();
  const whole = (async function* () {
    if (!first.done) yield first.value;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  })();
  const gzipped = !first.done && first.value[0] === 0x1f && first.value[1] === 0x8b;
  if (!gzipped) return whole;
  const { pipeline } = await import('node:stream/promises');
  const gunzip = createGunzip();
  pipeline(whole, gunzip).catch((error) => gunzip.destroy(error as Error));
  return gunzip;
}

function cleaned(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}

function structured(content: Uint8Array): { value: unknown } | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(content);
    return { value: toJs(parseDocument(text, 'file')) };
  } catch {
    return undefined;
  }
}
