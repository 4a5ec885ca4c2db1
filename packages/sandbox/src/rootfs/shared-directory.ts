import { closeSync, constants, fchmodSync, fchownSync, fstatSync, mkdirSync, openSync } from 'node:fs';

/** The host's ids of a container's root: who owns what containers are to write. */
export interface HostIds {
  uid: number;
  gid: number;
}

/**
 * A world-writable directory of a container's root, as kubelet makes an emptyDir. One that is there keeps the owner and
 * the mode that steps have given it. A symbolic link at the path is never followed: a step may have put it there.
 */
export function makeSharedDirectory(path: string, owner: HostIds): void {
  const made = mkdirSync(path, { recursive: true }) !== undefined;
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    // Still our own: an earlier process was killed between making it and giving it away.
    if (!made && fstatSync(fd).uid !== process.getuid?.()) return;
    fchmodSync(fd, 0o777);
    fchownSync(fd, owner.uid, owner.gid);
  } finally {
    closeSync(fd);
  }
}
