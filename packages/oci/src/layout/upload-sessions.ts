import { createHash, type Hash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type DigestAlgorithm, digestMismatch, parseDigest } from '../digest/digest.ts';
import { OciError } from '../error.ts';
import { statFile } from './blob-directory.ts';
import { appendStream, errorNumber, withDirectory } from './write-file.ts';

interface RunningHash {
  algorithm: DigestAlgorithm;
  hash: Hash;
  /** Bytes hashed so far; the hash is only of use while this is the file's size. */
  size: number;
}

/** How long a request waits for another one on the same upload to end. */
const patienceMs = 5000;
const idPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Blobs on their way in, as files under `<root>/_uploads/<repository>/_sessions/<id>`. The file's size is the
 * upload's whole state, so an upload goes on after a broken connection or a restart.
 */
export class UploadSessions {
  readonly #root: string;
  readonly #hashes = new Map<string, RunningHash>();
  /** Uploads that a request is writing to, until it has ended. */
  readonly #busy = new Map<string, Promise<void>>();

  constructor(root: string) {
    this.#root = root;
  }

  #path(repository: string, id: string): string {
    return join(this.#root, '_uploads', repository, '_sessions', id);
  }

  /** Begins an upload and gives its id. `algorithm` is the one hashed on the way (another costs a second read). */
  async start(repository: string, algorithm: DigestAlgorithm = 'sha256'): Promise<string> {
    const id = randomUUID();
    const path = this.#path(repository, id);
    const file = await withDirectory(path, () => open(path, 'wx', 0o644));
    await file.close();
    this.#hashes.set(path, { algorithm, hash: createHash(algorithm), size: 0 });
    return id;
  }

  /** Bytes received so far. @throws OciError `UploadUnknown` */
  async size(repository: string, id: string): Promise<number> {
    const stats = idPattern.test(id) ? await statFile(this.#path(repository, id)) : undefined;
    if (!stats) throw unknown(repository, id);
    return Number(stats.size);
  }

  /**
   * Appends to an upload and gives its new size. What came before the source broke off is kept; when the disk
   * is full, what this call wrote is dropped again.
   *
   * @param start where the chunk says to begin; anything but the current size is `RangeInvalid`
   * @throws OciError `UploadUnknown`, `UploadInvalid` (two at once), `RangeInvalid`, `StorageFull`
   */
  append(repository: string, id: string, source: AsyncIterable<Uint8Array>, start?: number): Promise<number> {
    return this.#exclusive(repository, id, (path, file) => this.#append(path, file, source, start));
  }

  /**
   * Ends an upload, after appending `source` if given, and hands the file to `commit` when it is what `digest`
   * says. On a mismatch the upload is gone.
   *
   * @throws OciError as `append`, and `DigestMismatch`
   */
  async finish(
    repository: string,
    id: string,
    digest: string,
    commit: (file: string) => Promise<void>,
    source?: { content: AsyncIterable<Uint8Array>; start?: number },
  ): Promise<void> {
    const { algorithm, hex } = parseDigest(digest);
    await this.#exclusive(repository, id, async (path, file) => {
      if (source) await this.#append(path, file, source.content, source.start);
      const found = await this.#digest(path, file, algorithm);
      if (found !== hex) {
        await this.#drop(path);
        throw digestMismatch('the uploaded content', digest, `${algorithm}:${found}`);
      }
      this.#hashes.delete(path);
      await commit(path);
    });
  }

  /** Forgets an upload. @throws OciError `UploadUnknown` */
  async cancel(repository: string, id: string): Promise<void> {
    await this.size(repository, id);
    await this.#drop(this.#path(repository, id));
  }

  async #append(
    path: string,
    file: FileHandle,
    source: AsyncIterable<Uint8Array>,
    start: number | undefined,
  ): Promise<number> {
    const size = (await file.stat()).size;
    if (start !== undefined && start !== size) {
      throw new OciError('RangeInvalid', `the chunk begins at ${start}, but the upload stands at ${size}`, {
        hint: 'ask for the upload status and go on from there',
      });
    }
    const running = this.#hashes.get(path);
    const usable = running?.size === size ? running : undefined;
    if (!usable) this.#hashes.delete(path);
    try {
      const end = await appendStream(file, source, size, (chunk) => {
        usable?.hash.update(chunk);
        if (usable) usable.size += chunk.byteLength;
      });
      return end;
    } catch (error) {
      if (error instanceof OciError && error.code === 'StorageFull') {
        this.#hashes.delete(path);
        await file.truncate(size);
      }
      throw error;
    }
  }

  async #digest(path: string, file: FileHandle, algorithm: DigestAlgorithm): Promise<string> {
    const size = (await file.stat()).size;
    const running = this.#hashes.get(path);
    if (running?.algorithm === algorithm && running.size === size) return running.hash.digest('hex');
    const hash = createHash(algorithm);
    for await (const chunk of file.createReadStream({ start: 0, autoClose: false })) hash.update(chunk);
    return hash.digest('hex');
  }

  async #exclusive<T>(
    repository: string,
    id: string,
    action: (path: string, file: FileHandle) => Promise<T>,
  ): Promise<T> {
    if (!idPattern.test(id)) throw unknown(repository, id);
    const path = this.#path(repository, id);
    // A client whose connection broke comes back while the broken request may still be ending here.
    for (const deadline = Date.now() + patienceMs; this.#busy.has(path); ) {
      await Promise.race([this.#busy.get(path), setTimeout(patienceMs, undefined, { ref: false })]);
      if (this.#busy.has(path) && Date.now() >= deadline) {
        throw new OciError('UploadInvalid', 'another request is writing to this upload', {
          hint: 'send the chunks one after the other',
        });
      }
    }
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    this.#busy.set(path, ended);
    try {
      const file = await open(path, constants.O_RDWR).catch((error) => {
        throw errorNumber(error) === 'ENOENT' ? unknown(repository, id) : error;
      });
      try {
        return await action(path, file);
      } finally {
        await file.close();
      }
    } finally {
      this.#busy.delete(path);
      end();
    }
  }

  async #drop(path: string): Promise<void> {
    this.#hashes.delete(path);
    await rm(path, { force: true });
  }
}

function unknown(repository: string, id: string): OciError {
  return new OciError('UploadUnknown', `${repository} has no upload ${JSON.stringify(id.slice(0, 64))}`, {
    hint: 'begin the upload again',
  });
}
