import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { OciError } from '../error.ts';
import type { LayerEntry } from './layer-entry.ts';

/**
 * Lists a directory as layer entries below `prefix`, the directory itself left out. Owner and times of the host
 * are not taken over, permission bits are, reduced to what a checkout can carry: 0755 for directories and
 * executable files, 0644 for the rest, so that the umask of whoever made the tree does not reach the digest.
 * Hard links become separate files.
 *
 * @param prefix where the directory's content goes inside the image, such as `/app`. @default the root
 * @throws OciError `LayerInvalid` for a device, a socket or a named pipe.
 */
export async function readDirectory(directory: string, prefix = ''): Promise<LayerEntry[]> {
  const entries: LayerEntry[] = [];
  const names = await readdir(directory);
  for (const file of names.sort()) {
    const path = join(directory, file);
    const name = prefix === '' ? file : `${prefix}/${file}`;
    const stats = await lstat(path);
    const mode = stats.isDirectory() || (stats.mode & 0o100) !== 0 ? 0o755 : 0o644;
    if (stats.isDirectory()) {
      entries.push({ type: 'directory', name, mode }, ...(await readDirectory(path, name)));
    } else if (stats.isSymbolicLink()) {
      entries.push({ type: 'symlink', name, mode: 0o777, target: await readlink(path) });
    } else if (stats.isFile()) {
      const content = { size: stats.size, read: () => createReadStream(path) };
      entries.push({ type: 'file', name, mode, content });
    } else {
      throw new OciError('LayerInvalid', `${path} is neither a file, a directory nor a symbolic link`, {
        hint: 'an image layer carries only these; remove it from the directory',
      });
    }
  }
  return entries;
}
