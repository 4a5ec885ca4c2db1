import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type ContentStore, openLayoutStore } from '@assay/oci';
import { findProgram } from '../host/tools.ts';

const programs = [
  ...[
    'sh',
    'cat',
    'ls',
    'id',
    'sleep',
    'true',
    'mknod',
    'mount',
    'unshare',
    'head',
    'dd',
    'stat',
    'touch',
    'rm',
  ],
  ...['mkdir', 'chmod', 'setsid', 'ip', 'perl', 'seq', 'nproc', 'readlink', 'tail', 'env'],
];

/** Temporary directory that the test takes away again; traversable, as a rootless test needs it. */
export function temporaryHome(parent = '/tmp'): string {
  return mkdtempSync(join(parent, 'assay-sandbox-'));
}

/** A tar of a small root file system, put together from this host's own programs and their libraries. */
export function hostLayer(): Buffer {
  const root = mkdtempSync('/tmp/assay-layer-');
  try {
    for (const dir of ['usr/bin', 'etc', 'tmp', 'proc', 'sys', 'dev', 'work', 'root']) {
      mkdirSync(join(root, dir), { recursive: true });
    }
    // The home of `builder`; all files of the layer are root's.
    chmodSync(join(root, 'work'), 0o777);
    for (const [link, target] of [
      ['bin', 'usr/bin'],
      ['lib', 'usr/lib'],
      ['lib64', 'usr/lib64'],
      ['sbin', 'usr/bin'],
    ]) {
      mkdirSync(join(root, target as string), { recursive: true });
      symlinkSync(target as string, join(root, link as string));
    }
    for (const name of programs) {
      const path = findProgram(name);
      if (path === undefined) continue;
      copyFileSync(path, join(root, 'usr/bin', name));
      for (const library of libraries(path)) {
        const at = join(root, library);
        mkdirSync(dirname(at), { recursive: true });
        copyFileSync(realpathSync(library), at);
      }
    }
    const perl = execFileSync('perl', ['-e', 'print grep { /perl-base$/ } @INC'], { encoding: 'utf8' });
    if (perl !== '') cpSync(perl, join(root, perl), { recursive: true, dereference: true });
    writeFileSync(
      join(root, 'etc/passwd'),
      'root:x:0:0:root:/root:/bin/sh\nbuilder:x:1001:1002::/work:/bin/sh\n',
    );
    writeFileSync(join(root, 'etc/group'), 'root:x:0:\nbuilders:x:1002:\nextra:x:1003:builder\n');
    writeFileSync(join(root, 'usr/bin/no-interpreter'), '#!/nowhere\n', { mode: 0o755 });
    writeFileSync(join(root, 'usr/bin/not-executable'), 'text\n', { mode: 0o644 });
    const options = ['--numeric-owner', '--owner=0', '--group=0', '--mode=u+rwX,go+rX'];
    return execFileSync('tar', ['-C', root, ...options, '-cf', '-', '.'], { maxBuffer: 1 << 28 });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function libraries(path: string): string[] {
  const words = execFileSync('ldd', [path], { encoding: 'utf8' });
  return [...words.matchAll(/(\/\S+)/g)].map((match) => match[1] as string);
}

/** Stores an image of these layers (as stored; their uncompressed digests when different) under a tag. */
export async function storeImage(
  dir: string,
  repository: string,
  tag: string,
  layers: Array<{ blob: Uint8Array; mediaType?: string; diffId?: string }>,
  config: Record<string, unknown> = {},
): Promise<{ store: ContentStore; digest: string }> {
  const store = openLayoutStore(dir);
  const descriptors = [];
  for (const { blob, mediaType = 'application/vnd.oci.image.layer.v1.tar' } of layers) {
    descriptors.push({ ...(await store.putBlob(repository, blob)), mediaType });
  }
  const diffIds = layers.map(({ blob, diffId }) => diffId ?? digestOf(blob));
  const document = {
    architecture: 'amd64',
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: diffIds },
  };
  const configBlob = await store.putBlob(repository, Buffer.from(JSON.stringify(document)));
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = {
    schemaVersion: 2,
    mediaType,
    config: { ...configBlob, mediaType: 'application/vnd.oci.image.config.v1+json' },
    layers: descriptors,
  };
  const stored = await store.putManifest(repository, tag, Buffer.from(JSON.stringify(manifest)), mediaType);
  return { store, digest: stored.digest };
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
