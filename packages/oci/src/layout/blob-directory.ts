import { type Hash, randomUUID } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { copyFile, type FileHandle, link, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { digestMismatch, hashFor, parseDigest } from '../digest/digest.ts';
import { verifyStream } from '../digest/verify-stream.ts';
import { OciError } from '../error.ts';
import { errorNumber, storageError, withDirectory } from './write-file.ts';

const verifyFirstBytes = 256 * 1024 * 1024;
const readBytes = 512 * 1024;
const rememberedFiles = 100_000;

export interface BlobContent {
  /** Bytes of the whole blob, whatever range was asked for. */
  size: number;
  stream: AsyncIterable<Uint8Array>;
}

/**
 * Blobs on disk: each kept once under `<root>/_blobs/<algorithm>/<hex>` and hard-linked into every repository
 * that has it, so each repository is a complete OCI layout of its own.
 *
 * Content is hashed before it is handed out. A file whose inode, size and times are those it was verified with
 * is not hashed again; a change of a byte moves the ctime, which cannot be set back.
 */
export class BlobDirectory {
  readonly #root: string;
  readonly #state = new Map<string, { stamp: string; found: string }>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Where a repository's own link to the blob is. */
  path(repository: string, digest: string): string {
    const { algorithm, hex } = parseDigest(digest);
    return join(this.#root, repository, '_layout', 'blobs', algorithm, hex);
  }

  #sharedPath(digest: string): string {
    const { algorithm, hex } = parseDigest(digest);
    return join(this.#root, '_blobs', algorithm, hex);
  }

  /** The size, or undefined where the repository has no such blob, or one already seen to be corrupt. */
  async size(repository: string, digest: string): Promise<number | undefined> {
    const stats = await statFile(this.path(repository, digest));
    if (!stats || (this.#remembered(stats, digest) ?? digest) !== digest) return undefined;
    return Number(stats.size);
  }

  /** True when the repository has the blob and its content, read if need be, is right. */
  holds(repository: string, digest: string): Promise<boolean> {
    return this.#isGood(this.path(repository, digest), digest);
  }

  /**
   * Opens a blob, or the bytes `start` to `end` (inclusive) of it. Up to 256 MiB, and for a range, the whole
   * blob is verified before the first byte; above that on the way, failing before the last.
   *
   * @throws OciError `BlobUnknown`, `DigestMismatch`, `RangeInvalid`
   */
  async read(
    repository: string,
    digest: string,
    range?: (size: number) => { start: number; end: number },
  ): Promise<BlobContent> {
    const file = await this.#open(repository, digest);
    try {
      const stats = await file.stat({ bigint: true });
      const size = Number(stats.size);
      const slice = range?.(size);
      let found = this.#remembered(stats, digest);
      if (found === undefined && (slice || size <= verifyFirstBytes))
        found = await this.#verify(file, digest);
      if (found !== undefined && found !== digest) throw corrupt(digest, found);
      if (size === 0) {
        await file.close();
        return { size, stream: nothing() };
      }
      const stream = file.createReadStream({
        highWaterMark: readBytes,
        start: slice?.start ?? 0,
        end: slice?.end,
      });
      if (found !== undefined) return { size, stream };
      return { size, stream: verifyStream(stream, { digest, size }, `blob ${digest} on disk`) };
    } catch (error) {
      await file.close().catch(() => {});
      throw error;
    }
  }

  /** The whole blob in memory, verified. @throws OciError `BlobUnknown`, `DigestMismatch` */
  async readAll(repository: string, digest: string): Promise<Buffer> {
    const file = await this.#open(repository, digest);
    try {
      const bytes = await file.readFile();
      const stats = await file.stat({ bigint: true });
      if (this.#remembered(stats, digest) !== digest) {
        const found = digestOf(digest, hashFor(digest).update(bytes));
        this.#remember(stats, digest, found);
        if (found !== digest) throw corrupt(digest, found);
      }
      return bytes;
    } finally {
      await file.close();
    }
  }

  /** Moves a file whose content is known to be `digest` into the store and links it into the repository. */
  async commit(temporary: string, repository: string, digest: string): Promise<void> {
    const shared = this.#sharedPath(digest);
    if (await this.#isGood(shared, digest)) {
      await rm(temporary, { force: true });
    } else {
      await withDirectory(shared, () => rename(temporary, shared));
      const stats = await statFile(shared);
      if (stats) this.#remember(stats, digest, digest);
    }
    await this.#link(shared, this.path(repository, digest), digest);
  }

  /** Links a blob of one repository into another; false where `from` has none. */
  async mount(repository: string, digest: string, from: string): Promise<boolean> {
    if ((await this.size(from, digest)) === undefined) return false;
    await this.#link(this.path(from, digest), this.path(repository, digest), digest);
    return true;
  }

  /** Takes the blob out of the repository, and off the disk when no other repository has it. */
  async remove(repository: string, digest: string): Promise<boolean> {
    try {
      await rm(this.path(repository, digest));
    } catch (error) {
      if (errorNumber(error) === 'ENOENT') return false;
      throw error;
    }
    const shared = this.#sharedPath(digest);
    const stats = await statFile(shared);
    if (stats?.nlink === 1n) await rm(shared, { force: true });
    return true;
  }

  async #open(repository: string, digest: string): Promise<FileHandle> {
    try {
      return await open(this.path(repository, digest), 'r');
    } catch (error) {
      if (errorNumber(error) !== 'ENOENT') throw error;
      throw new OciError('BlobUnknown', `${repository} has no blob ${digest}`);
    }
  }

  async #isGood(path: string, digest: string): Promise<boolean> {
    let file: FileHandle;
    try {
      file = await open(path, 'r');
    } catch (error) {
      if (errorNumber(error) === 'ENOENT') return false;
      throw error;
    }
    try {
      const known = this.#remembered(await file.stat({ bigint: true }), digest);
      return (known ?? (await this.#verify(file, digest))) === digest;
    } finally {
      await file.close();
    }
  }

  /** The digest that the file has, of the algorithm of the one it should have. */
  async #verify(file: FileHandle, digest: string): Promise<string> {
    const hash = hashFor(digest);
    const before = await file.stat({ bigint: true });
    const buffer = Buffer.allocUnsafe(readBytes);
    for (let position = 0; ; ) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
      position += bytesRead;
    }
    const found = digestOf(digest, hash);
    this.#remember(before, digest, found);
    return found;
  }

  /** A second name for a file: `target` is replaced if it is another file. Linking moves the ctime, so re-stamp. */
  async #link(source: string, target: string, digest: string): Promise<void> {
    const before = await stat(source, { bigint: true });
    const known = this.#remembered(before, digest);
    const existing = await statFile(target);
    if (existing && existing.ino === before.ino && existing.dev === before.dev) return;
    const temporary = `${target}.${randomUUID()}`;
    try {
      await withDirectory(target, () => linkOrCopy(source, temporary));
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true });
      throw storageError(error);
    }
    const after = await stat(target, { bigint: true });
    const same = after.ino === before.ino && after.mtimeNs === before.mtimeNs && after.size === before.size;
    if (same && known !== undefined) this.#remember(after, digest, known);
  }

  #remembered(stats: BigIntStats, digest: string): string | undefined {
    const state = this.#state.get(`${stats.dev}:${stats.ino}`);
    return state?.stamp === stampOf(stats, digest) ? state.found : undefined;
  }

  #remember(stats: BigIntStats, digest: string, found: string): void {
    if (this.#state.size >= rememberedFiles) this.#state.clear();
    this.#state.set(`${stats.dev}:${stats.ino}`, { stamp: stampOf(stats, digest), found });
  }
}

function stampOf(stats: BigIntStats, digest: string): string {
  return `${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}:${digest}`;
}

/** A hard link, or a copy where the file has all the links it can have or the file system has none. */
async function linkOrCopy(source: string, target: string): Promise<void> {
  try {
    await link(source, target);
  } catch (error) {
    const code = errorNumber(error);
    if (code !== 'EMLINK' && code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EXDEV') throw error;
    await copyFile(source, target);
  }
}

export async function statFile(path: string): Promise<BigIntStats | undefined> {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    const code = errorNumber(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** The finished hash as a digest of the same algorithm as `like`. */
function digestOf(like: string, hash: Hash): string {
  return `${parseDigest(like).algorithm}:${hash.digest('hex')}`;
}

function corrupt(digest: string, found: string): OciError {
  return digestMismatch('the stored blob', digest, found);
}
