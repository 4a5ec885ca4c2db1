import { spawn } from 'node:child_process';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import { SandboxError } from '../error.ts';
import type { Identity } from '../rootfs/layout.ts';
import type { EntryMeta, TreeWriter } from './tree-writer.ts';

/** What Node cannot make itself; real paths relative to the tree's root. */
export interface SpecialFiles {
  /** Hide what lower layers have there: a character device 0/0 (kernel, overlayfs). */
  whiteouts: string[];
  /** Directories that hide their lower namesakes' content. */
  opaque: string[];
  fifos: Array<{ path: string; meta: EntryMeta }>;
}

/**
 * Makes device nodes, extended attributes and pipes in one go: a small archive handed to the host's GNU tar, which
 * every Debian has and which can make them all. Rootless, the overlay reads `user.` attributes, and the
 * kernel lets anybody make the device 0/0.
 */
export async function makeSpecialFiles(
  tree: TreeWriter,
  files: SpecialFiles,
  identity: Identity,
): Promise<void> {
  const { whiteouts, opaque, fifos } = files;
  if (whiteouts.length + opaque.length + fifos.length === 0) return;
  const attribute = `${identity.rootless ? 'user' : 'trusted'}.overlay.opaque`;
  const archive = pack();
  for (const path of opaque) {
    const meta = tree.metaOf(path);
    const pax = { [`SCHILY.xattr.${attribute}`]: 'y' };
    archive.entry({
      name: path === '' ? '.' : path,
      type: 'directory',
      mode: 0o700,
      ...tree.hostIds(meta),
      pax,
    });
  }
  const owner = tree.hostIds({ uid: 0, gid: 0 });
  for (const name of whiteouts) {
    archive.entry({ name, type: 'character-device', devmajor: 0, devminor: 0, mode: 0, ...owner });
  }
  for (const { path, meta } of fifos) {
    archive.entry({
      name: path,
      type: 'fifo',
      mode: meta.mode & 0o7777,
      mtime: meta.mtime,
      ...tree.hostIds(meta),
    });
  }
  archive.finalize();
  const child = spawn(
    'tar',
    [
      ...['--extract', '--file=-', '--directory', tree.root, '--preserve-permissions', '--numeric-owner'],
      ...[
        identity.rootless ? '--no-same-owner' : '--same-owner',
        '--xattrs',
        `--xattrs-include=${attribute}`,
      ],
    ],
    { stdio: ['pipe', 'ignore', 'pipe'], env: { PATH: process.env.PATH, LC_ALL: 'C' } },
  );
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  await Promise.all([pipeline(archive, child.stdin).catch(() => {}), ended]);
  if ((await ended) !== 0) {
    throw new SandboxError(
      'HostToolMissing',
      `tar could not make the layer's special files: ${complaints.trim()}`,
      {
        hint: 'apt-get install tar (GNU tar with extended attributes), on a file system that has them',
      },
    );
  }
}
