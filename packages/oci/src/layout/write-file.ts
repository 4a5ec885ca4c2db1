import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isOciError, OciError } from '../error.ts';

const batchBytes = 1024 * 1024;

/**
 * Replaces a file in one step: readers see the old content or the new, also after a power cut.
 *
 * @throws OciError `StorageFull`
 */
export async function writeFileAtomically(path: string, content: Uint8Array | string): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  try {
    const file = await open(temporary, 'wx', 0o644);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw storageError(error);
  }
}

/**
 * Appends a stream to an open file from `position` on, in writes of about 1 MiB while the next bytes arrive.
 * `onWritten` sees the bytes that reached the file, in order. Gives the position after the last byte.
 *
 * @throws OciError `StorageFull`; what the source throws, after the bytes before it were written
 */
export async function appendStream(
  file: FileHandle,
  source: AsyncIterable<Uint8Array>,
  position: number,
  onWritten: (chunk: Uint8Array) => void,
): Promise<number> {
  let end = position;
  let batch: Uint8Array[] = [];
  let pendingBytes = 0;
  let writing: Promise<void> = Promise.resolve();
  const flush = async () => {
    await writing;
    const chunks = batch;
    batch = [];
    pendingBytes = 0;
    writing = (async () => {
      for (const chunk of chunks) onWritten(chunk);
      end += await writeAll(file, chunks, end);
    })();
    writing.catch(() => {});
  };
  try {
    for await (const chunk of source) {
      batch.push(chunk);
      pendingBytes += chunk.byteLength;
      if (pendingBytes >= batchBytes) await flush();
    }
  } finally {
    if (batch.length > 0) await flush();
    await writing;
  }
  return end;
}

async function writeAll(file: FileHandle, chunks: Uint8Array[], position: number): Promise<number> {
  let written = 0;
  try {
    for (const chunk of chunks) {
      for (let offset = 0; offset < chunk.byteLength; ) {
        const { bytesWritten } = await file.write(
          chunk,
          offset,
          chunk.byteLength - offset,
          position + written,
        );
        offset += bytesWritten;
        written += bytesWritten;
      }
    }
  } catch (error) {
    throw storageError(error);
  }
  return written;
}

/** Makes a rename in the directory survive a power cut. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** `StorageFull` for a full disk, quota or inode table; any other error as it is. */
export function storageError(error: unknown): unknown {
  if (isOciError(error)) return error;
  const code = errorNumber(error);
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new OciError('StorageFull', 'the disk of the image store is full', {
    hint: 'free space on it, or remove images that are no longer needed, and try again',
    cause: error,
  });
}

/** The `code` of a Node system error (`ENOENT`), if it is one. */
export function errorNumber(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Runs `action`, and once more after making the directory of `path` if it was missing. */
export async function withDirectory<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (errorNumber(error) !== 'ENOENT') throw storageError(error);
    await mkdir(dirname(path), { recursive: true });
    return await action();
  }
}
