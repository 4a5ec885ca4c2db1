import { accessSync, constants, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Identity } from '../rootfs/layout.ts';

const searched = [
  ...(process.env.PATH ?? '').split(':'),
  '/usr/local/sbin',
  '/usr/sbin',
  '/sbin',
  '/usr/bin',
];

/** Absolute path of a program, or undefined. */
export function findProgram(name: string): string | undefined {
  for (const dir of new Set(searched)) {
    if (!dir.startsWith('/')) continue;
    const path = join(dir, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not there.
    }
  }
  return undefined;
}

/** Whether a device may be opened by us. */
export function accessible(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

const fallbackRange = { first: 100_000, size: 65_536 };

/** The range of host ids that a user may map, by subuid(5) or subgid(5). */
export function subordinateRange(
  user: string,
  uid: number,
  file = '/etc/subuid',
): { first: number; size: number } | undefined {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  for (const line of text.split('\n')) {
    const [name, first, size] = line.split(':');
    if ((name === user || name === String(uid)) && Number(size) > 0) {
      return { first: Number(first), size: Number(size) };
    }
  }
  return undefined;
}

/** Which host ids containers get: as root a range of their own, else what the user namespace of this user allows. */
export function hostIdentity(): Identity {
  const uid = process.geteuid?.() ?? 0;
  const gid = process.getegid?.() ?? 0;
  if (uid === 0) {
    const uids = subordinateRange('root', 0) ?? fallbackRange;
    const gids = subordinateRange('root', 0, '/etc/subgid') ?? fallbackRange;
    const size = Math.min(uids.size, gids.size, fallbackRange.size);
    return { rootless: false, root: { uid: uids.first, gid: gids.first }, size, unshare: [] };
  }
  let name = '';
  try {
    name = userInfo().username;
  } catch {
    // A user without an entry in /etc/passwd.
  }
  const range = subordinateRange(name, uid);
  const mapped = range !== undefined && findProgram('newuidmap') !== undefined;
  const map = ['--map-root-user', ...(mapped ? ['--map-auto'] : [])];
  return {
    rootless: true,
    root: { uid, gid },
    size: mapped ? range.size + 1 : 1,
    unshare: ['--user', ...map],
  };
}
