import { closeSync, constants, fchownSync, fstatSync, lstatSync, openSync } from 'node:fs';
import { type HostIds, makeSharedDirectory } from '@assay/sandbox';

/**
 * Opens a directory below `volume`, making what is missing. Content of the volume is under the control of containers that
 * may move things meanwhile: each part is looked up in the opened directory before it, and a link is never followed.
 *
 * @param parts names, none of them `..`
 * @returns a file descriptor to be closed by the caller, or undefined when a link or file is in the way
 */
export function openDirectoryWithin(
  volume: string,
  parts: readonly string[],
  owner: HostIds,
): number | undefined {
  let fd = openSync(volume, constants.O_RDONLY | constants.O_DIRECTORY);
  for (const part of parts) {
    const at = `/proc/self/fd/${fd}/${part}`;
    let next: number;
    try {
      const entry = lstatSync(at, { throwIfNoEntry: false });
      if (!entry) makeSharedDirectory(at, owner);
      else if (entry.isSymbolicLink()) return undefined;
      next = openSync(at, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    } finally {
      closeSync(fd);
    }
    fd = next;
  }
  return fd;
}

/**
 * Opens a file below `volume` to append to it; it and its directories are made when they are not there.
 * @returns a file descriptor to be closed by the caller, or why it cannot be
 */
export function openFileWithin(
  volume: string,
  parts: readonly string[],
  owner: HostIds,
): number | { refused: string } {
  const name = parts.at(-1);
  if (name === undefined) return { refused: 'it is a directory' };
  const directory = openDirectoryWithin(volume, parts.slice(0, -1), owner);
  if (directory === undefined) return { refused: 'it leads through a symbolic link' };
  const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW, O_NONBLOCK } = constants;
  try {
    const fd = openSync(
      `/proc/self/fd/${directory}/${name}`,
      O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK,
      0o644,
    );
    const { uid } = fstatSync(fd);
    if (!fstatSync(fd).isFile()) {
      closeSync(fd);
      return { refused: 'it is not a regular file' };
    }
    if (uid === process.getuid?.()) fchownSync(fd, owner.uid, owner.gid);
    return fd;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { refused: code === 'ELOOP' ? 'it is a symbolic link' : String(code) };
  } finally {
    closeSync(directory);
  }
}
