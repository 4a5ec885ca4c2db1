import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openLayoutStore } from '@assay/oci';

/** A file that nothing refers to. */
export interface OrphanedFile {
  path: string;
  bytes: number;
}

const maxManifestBytes = 4 * 1024 * 1024;

/** Every digest in a manifest or index: its config, layers, children, subject. */
function* digestsIn(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'digest' && typeof inner === 'string') yield inner;
    else yield* digestsIn(inner);
  }
}

/**
 * Blobs of the registry that no manifest of their repository names, and no repository has, and uploads that were given up;
 * each older than `olderThan` (milliseconds since the epoch), since content is pushed before what names it. A push that
 * counts on one of them just then is told that it is missing, and pushes it again.
 */
export async function orphanedBlobs(registry: string, olderThan: number): Promise<OrphanedFile[]> {
  const layout = openLayoutStore(registry);
  const orphans: OrphanedFile[] = [];
  /** How many links of each shared blob are orphans. */
  const gone = new Map<string, number>();
  for (const repository of await layout.listRepositories()) {
    const directory = layout.layoutDirectory(`localhost/${repository}`);
    const named = await namedBlobs(directory);
    for (const { path, digest, inode } of await files(join(directory, 'blobs'), olderThan)) {
      if (named.has(digest)) continue;
      // It takes no room but for the shared one.
      orphans.push({ path, bytes: 0 });
      gone.set(inode, (gone.get(inode) ?? 0) + 1);
    }
  }
  for (const { path, bytes, inode, links } of await files(join(registry, '_blobs'), olderThan)) {
    if (links - (gone.get(inode) ?? 0) === 1) orphans.push({ path, bytes });
  }
  for (const name of await readdir(registry, { recursive: true }).catch(() => [])) {
    if (!/(^|\/)_uploads\/[^/]+$/.test(name)) continue;
    const path = join(registry, name);
    const stats = await stat(path).catch(() => undefined);
    if (stats?.isFile() && stats.mtimeMs < olderThan) orphans.push({ path, bytes: stats.blocks * 512 });
  }
  return orphans;
}

/** The digests that a layout's index, and the manifests below it, name. */
async function namedBlobs(directory: string): Promise<Set<string>> {
  const named = new Set<string>();
  const visit = async (text: string): Promise<void> => {
    let manifest: unknown;
    try {
      manifest = JSON.parse(text);
    } catch {
      // A layer, or whatever else is no manifest.
      return;
    }
    for (const digest of digestsIn(manifest)) {
      if (named.has(digest)) continue;
      named.add(digest);
      const blob = join(directory, 'blobs', digest.replace(':', '/'));
      const stats = await stat(blob).catch(() => undefined);
      if (stats && stats.size <= maxManifestBytes) await visit(await readFile(blob, 'utf8').catch(() => ''));
    }
  };
  await visit(await readFile(join(directory, 'index.json'), 'utf8'));
  return named;
}

async function files(directory: string, olderThan: number) {
  const found: { path: string; digest: string; bytes: number; inode: string; links: number }[] = [];
  for (const algorithm of await readdir(directory).catch(() => [])) {
    for (const hex of await readdir(join(directory, algorithm)).catch(() => [])) {
      const path = join(directory, algorithm, hex);
      const stats = await stat(path).catch(() => undefined);
      // The change time tells when it came here: a blob that is linked anew is new.
      if (!stats?.isFile() || Math.max(stats.ctimeMs, stats.mtimeMs) >= olderThan) continue;
      const inode = `${stats.dev}:${stats.ino}`;
      found.push({
        path,
        digest: `${algorithm}:${hex}`,
        bytes: stats.blocks * 512,
        inode,
        links: stats.nlink,
      });
    }
  }
  return found;
}
