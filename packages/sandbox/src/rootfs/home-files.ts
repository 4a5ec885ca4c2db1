import { chmodSync, chownSync, lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OciProcess } from '../runtime/spec.ts';
import type { Identity } from './layout.ts';
import { findDirectory } from './lookup.ts';

/**
 * Puts files below a container's `HOME` into its own top layer, where nothing of the container runs yet. Directories of
 * the image keep their owner and mode.
 *
 * @param files by path below the home directory
 * @returns why nothing, or not all, was written: the user could not have done so either, or links are in the way
 */
export function writeHomeFiles(
  upper: string,
  layers: string[],
  { env, user }: Pick<OciProcess, 'env' | 'user'>,
  files: ReadonlyMap<string, Uint8Array>,
  identity: Identity,
): string | undefined {
  const home = env.find((entry) => entry.startsWith('HOME='))?.slice('HOME='.length) ?? '';
  const parts = home.split('/').filter((part) => part !== '' && part !== '.');
  if (!home.startsWith('/') || parts.includes('..')) return 'HOME is not an absolute path';
  const owner = {
    uid: identity.rootless ? identity.root.uid : identity.root.uid + user.uid,
    gid: identity.rootless ? identity.root.gid : identity.root.gid + user.gid,
  };
  for (const depth of parts.keys()) {
    if (!copyDirectory(upper, layers, parts.slice(0, depth + 1), owner)) return inTheWay;
  }
  const { mode, uid } = lstatSync(join(upper, ...parts));
  const writable = user.uid === 0 || (uid === owner.uid ? (mode & 0o200) !== 0 : (mode & 0o002) !== 0);
  if (!writable) return 'permission denied';
  for (const [path, content] of files) {
    const below = path.split('/');
    for (const depth of below.slice(0, -1).keys()) {
      if (!copyDirectory(upper, layers, [...parts, ...below.slice(0, depth + 1)], owner)) return inTheWay;
    }
    const at = join(upper, ...parts, path);
    writeFileSync(at, content, { mode: 0o600 });
    chmodSync(at, 0o600);
    chownSync(at, owner.uid, owner.gid);
  }
  return undefined;
}

const inTheWay = 'a link or file is in the way';

/** Makes a directory in the top layer as it is in the image, else one of the owner's alone. */
function copyDirectory(
  upper: string,
  layers: string[],
  parts: string[],
  owner: { uid: number; gid: number },
): boolean {
  const at = join(upper, ...parts);
  const present = lstatSync(at, { throwIfNoEntry: false });
  if (present) return present.isDirectory();
  const found = findDirectory(layers, parts);
  if (found === 'other') return false;
  mkdirSync(at);
  const { mode, uid, gid } = found ?? { mode: 0o700, ...owner };
  chownSync(at, uid, gid);
  chmodSync(at, mode & 0o7777);
  return true;
}
