import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { SandboxError } from '../error.ts';
import type { Identity } from '../rootfs/layout.ts';
import { makeSpecialFiles, type SpecialFiles } from './special-files.ts';
import { type EntryMeta, refused, TreeWriter } from './tree-writer.ts';

const whiteoutPrefix = '.wh.';
const opaqueMarker = '.wh..wh..opq';

/**
 * Unpacks a layer (image-spec, "Image Layer Filesystem Changeset") into an empty directory as overlayfs wants it:
 * plain, gzip or zstd, told by its first bytes. The content is untrusted until the last byte: the caller
 * makes the directory visible only after this has returned.
 *
 * @param blob ends with an error when it does not meet its digest
 * @throws SandboxError `LayerRefused`; `ImagePullFailed` when the uncompressed content is not `diffId`
 */
export async function unpackLayer(
  blob: AsyncIterable<Uint8Array>,
  root: string,
  diffId: string,
  identity: Identity,
): Promise<void> {
  const tree = new TreeWriter(root, identity);
  const special: SpecialFiles = { whiteouts: [], opaque: [], fifos: [] };
  const hash = createHash('sha256');
  const archive = extract();
  const write = async (): Promise<void> => {
    for await (const entry of archive) {
      const content = entry as AsyncIterable<Uint8Array> & { header: Header };
      const file = addEntry(tree, special, content.header);
      try {
        for await (const chunk of content) file?.write(chunk);
      } finally {
        file?.close();
      }
    }
  };
  const { content, decompress } = await decompressor(blob);
  const measured = async function* (source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      hash.update(chunk);
      yield chunk;
    }
  };
  const feed =
    decompress === undefined
      ? pipeline(content, measured, archive)
      : pipeline(content, decompress, measured, archive);
  const outcomes = await Promise.allSettled([
    feed,
    write().catch((error: Error) => {
      archive.destroy(error);
      throw error;
    }),
  ]);
  const failed = outcomes.filter((outcome) => outcome.status === 'rejected').map((outcome) => outcome.reason);
  const failure: unknown = failed.find((reason) => reason instanceof SandboxError) ?? failed[0];
  if (failure !== undefined) throw failure;
  const found = `sha256:${hash.digest('hex')}`;
  if (found !== diffId) {
    throw new SandboxError(
      'ImagePullFailed',
      `a layer unpacks to ${found}, but the image's config says ${diffId}`,
    );
  }
  settleWhiteouts(tree, special);
  await makeSpecialFiles(tree, special, identity);
  tree.finish();
}

function addEntry(
  tree: TreeWriter,
  special: SpecialFiles,
  header: Header,
): { write(chunk: Uint8Array): void; close(): void } | undefined {
  const { name } = header;
  const { base, parent, path } = tree.place(name);
  if (base === opaqueMarker) {
    special.opaque.push(parent);
    return undefined;
  }
  if (base.startsWith(whiteoutPrefix)) {
    const hidden = base.slice(whiteoutPrefix.length);
    // Names of aufs's own begin with the prefix twice.
    if (hidden.startsWith(whiteoutPrefix)) return undefined;
    if (hidden === '' || hidden === '.' || hidden === '..') throw refused(name, 'it hides no valid name');
    special.whiteouts.push(parent === '' ? hidden : `${parent}/${hidden}`);
    return undefined;
  }
  const meta: EntryMeta = {
    mode: header.mode ?? 0o644,
    uid: header.uid ?? 0,
    gid: header.gid ?? 0,
    mtime: header.mtime ?? new Date(0),
  };
  switch (header.type) {
    case 'directory':
      tree.directory(name, meta);
      return undefined;
    case 'file':
    case 'contiguous-file':
      return tree.file(name, meta);
    case 'symlink':
      tree.symlink(name, header.linkname ?? '', meta);
      return undefined;
    case 'link':
      tree.hardLink(name, header.linkname ?? '');
      return undefined;
    case 'fifo':
      special.fifos.push({ path, meta });
      return undefined;
    case 'block-device':
    case 'character-device':
      // Containers get a /dev of their own, so what whole-system images have there is never seen.
      if (path.startsWith('dev/')) return undefined;
      throw refused(name, 'it is a device');
    default:
      throw refused(name, `it is a ${header.type ?? 'thing of unknown kind'}`);
  }
}

/** A whiteout next to an entry of the same name in the same layer hides the lower one alone. */
function settleWhiteouts(tree: TreeWriter, special: SpecialFiles): void {
  const alone = new Set<string>();
  for (const path of special.whiteouts) {
    const kind = tree.kindOf(path);
    if (kind === undefined) alone.add(path);
    else if (kind === 'directory') special.opaque.push(path);
  }
  special.whiteouts = [...alone];
  special.opaque = [...new Set(special.opaque)];
}

async function decompressor(
  blob: AsyncIterable<Uint8Array>,
): Promise<{ content: AsyncIterable<Uint8Array>; decompress: Duplex | undefined }> {
  const iterator = blob[Symbol.asyncIterator]();
  let head = new Uint8Array();
  while (head.length < 4) {
    const next = await iterator.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  const content = async function* (): AsyncGenerator<Uint8Array> {
    if (head.length > 0) yield head;
    for (;;) {
      const next = await iterator.next();
      if (next.done) return;
      yield next.value;
    }
  };
  const magic = Buffer.from(head.subarray(0, 4)).toString('hex');
  if (magic.startsWith('1f8b')) return { content: content(), decompress: createGunzip() };
  if (magic === '28b52ffd') return { content: content(), decompress: createZstdDecompress() };
  return { content: content(), decompress: undefined };
}
