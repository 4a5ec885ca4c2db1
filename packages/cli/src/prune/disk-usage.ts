import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes on disk below a path, what is linked twice counted once; 0 where there is nothing. */
export async function diskUsage(path: string, seen = new Set<string>()): Promise<number> {
  const stats = await lstat(path).catch(() => undefined);
  if (!stats) return 0;
  let bytes = stats.blocks * 512;
  if (stats.nlink > 1 && stats.isFile()) {
    const inode = `${stats.dev}:${stats.ino}`;
    if (seen.has(inode)) return 0;
    seen.add(inode);
  }
  if (!stats.isDirectory()) return bytes;
  for (const name of await readdir(path).catch(() => [])) bytes += await diskUsage(join(path, name), seen);
  return bytes;
}
