import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import type { Home } from '../home.ts';
import { type BackupEntry, backupEntries } from './backup-entries.ts';
import { type BackupManifest, manifestName } from './backup-manifest.ts';

export interface WrittenBackup {
  file: string;
  bytes: number;
  files: number;
  withKeys: boolean;
}

type Pack = ReturnType<typeof pack>;

/**
 * Writes a tar archive (compressed when the name ends in `.gz` or `.tgz`) of a home and of a copy of its store, with a list
 * of checksums at its end. The file appears when it is whole, and only its owner can read it.
 * @param store a copy of the store that nobody writes to
 */
export async function writeBackup(
  home: Home,
  store: string,
  file: string,
  withKeys: boolean,
): Promise<WrittenBackup> {
  const unfinished = `${file}.new`;
  const archive = pack();
  const compress = /\.t?gz$/.test(file);
  const output = createWriteStream(unfinished, { mode: 0o600, flush: true });
  const written = compress ? pipeline(archive, createGzip(), output) : pipeline(archive, output);
  written.catch(() => {});
  try {
    const files: BackupManifest['files'] = [];
    const { size, mtimeMs } = await stat(store);
    const mtime = Math.floor(mtimeMs / 1000);
    const copy = { path: 'store.db', mode: 0o600, uid: process.getuid!(), gid: process.getgid!(), mtime };
    await addFile(archive, { ...copy, type: 'file', source: store, size }, files);
    for await (const entry of backupEntries(home, withKeys)) {
      if (entry.type === 'file') await addFile(archive, entry, files);
      else await addOther(archive, entry);
    }
    const manifest: BackupManifest = { format: 1, created: new Date().toISOString(), withKeys, files };
    await ended((done) => archive.entry({ name: manifestName, mode: 0o600 }, JSON.stringify(manifest), done));
    archive.finalize();
    await written;
    await rename(unfinished, file);
    return { file, bytes: (await stat(file)).size, files: files.length, withKeys };
  } catch (error) {
    archive.destroy(error as Error);
    await rm(unfinished, { force: true });
    throw error;
  }
}

function ended(add: (done: (error?: Error | null) => void) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    add((error) => (error ? reject(error) : resolve()));
  });
}

function header({ path, mode, uid, gid, mtime }: BackupEntry) {
  return { name: path, mode, uid, gid, mtime: new Date(mtime * 1000) };
}

async function addOther(archive: Pack, entry: Exclude<BackupEntry, { type: 'file' }>): Promise<void> {
  const link = entry.type === 'directory' ? {} : { linkname: entry.target };
  await ended((done) => archive.entry({ ...header(entry), type: entry.type, ...link }, done));
}

/** A file that changes meanwhile is written at the size it had; what it has lost is zeros. */
async function addFile(
  archive: Pack,
  entry: Extract<BackupEntry, { type: 'file' }>,
  files: BackupManifest['files'],
): Promise<void> {
  let handle: FileHandle;
  try {
    handle = await open(entry.source, 'r');
  } catch {
    // Removed since its directory was read.
    return;
  }
  try {
    const hash = createHash('sha256');
    const done = Promise.withResolvers<void>();
    const sink = archive.entry(
      { ...header(entry), type: 'file', size: entry.size },
      (error?: Error | null) => (error ? done.reject(error) : done.resolve()),
    );
    done.promise.catch(() => {});
    for (let at = 0; at < entry.size; ) {
      const chunk = Buffer.alloc(Math.min(1024 * 1024, entry.size - at));
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, at);
      const part = bytesRead > 0 ? chunk.subarray(0, bytesRead) : chunk;
      hash.update(part);
      at += part.length;
      if (!sink.write(part)) await new Promise<void>((resolve) => sink.once('drain', () => resolve()));
    }
    sink.end(undefined);
    await done.promise;
    files.push({ path: entry.path, size: entry.size, sha256: hash.digest('hex') });
  } finally {
    await handle.close();
  }
}
