import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Home } from '../home.ts';

/** One thing of a home that goes into a backup. */
export type BackupEntry = {
  /** Relative to the home, with slashes. */
  path: string;
  mode: number;
  uid: number;
  gid: number;
  /** Seconds since the epoch. */
  mtime: number;
} & (
  | { type: 'directory' }
  | { type: 'file'; source: string; size: number }
  /** The same file as an earlier entry, or what a symbolic link holds. */
  | { type: 'link'; target: string }
  | { type: 'symlink'; target: string }
);

/** What is left out everywhere: on its way, of a process that runs, or made again. */
const passing = /(^|\/)(_uploads|[^/]*\.new)$/;

/**
 * What of a home is kept by a backup, the store and this list aside being what it is: registry, repositories, what claims
 * hold, the ports and Tekton's settings; with keys, the signing key and the certificates and tokens of the API. In an order in which what
 * refers to content comes before it, so that a registry that is pushed to meanwhile is whole in the copy.
 */
export async function* backupEntries(home: Home, withKeys: boolean): AsyncGenerator<BackupEntry> {
  const roots = [
    'registry-port',
    'api-port',
    'tekton.yaml',
    'registry',
    'repositories',
    'sandbox/claims',
    ...(withKeys ? ['keys', 'access'] : []),
  ];
  const seen = new Map<string, string>();
  for (const root of roots) yield* walk(home, root, seen);
}

async function* walk(home: Home, path: string, seen: Map<string, string>): AsyncGenerator<BackupEntry> {
  if (passing.test(path)) return;
  const source = join(home.root, path);
  const stats = await lstat(source).catch(() => undefined);
  // Removed since its directory was read.
  if (!stats) return;
  const { uid, gid } = stats;
  const common = { path, mode: stats.mode & 0o7777, uid, gid, mtime: Math.floor(stats.mtimeMs / 1000) };
  if (stats.isSymbolicLink()) {
    const target = await readlink(source).catch(() => undefined);
    if (target !== undefined) yield { ...common, type: 'symlink', target };
  } else if (stats.isDirectory()) {
    yield { ...common, type: 'directory' };
    const entries = await readdir(source, { withFileTypes: true }).catch(() => []);
    const sorted = entries.sort(
      (a, b) => Number(a.isDirectory()) - Number(b.isDirectory()) || (a.name < b.name ? -1 : 1),
    );
    for (const { name } of sorted) yield* walk(home, `${path}/${name}`, seen);
  } else if (stats.isFile()) {
    const inode = `${stats.dev}:${stats.ino}`;
    const earlier = stats.nlink > 1 ? seen.get(inode) : undefined;
    if (earlier !== undefined) yield { ...common, type: 'link', target: earlier };
    else {
      if (stats.nlink > 1) seen.set(inode, path);
      yield { ...common, type: 'file', source, size: stats.size };
    }
  }
}
