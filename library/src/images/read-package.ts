import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type LayerEntry, normalizeEntryName } from '@assay/oci';
import { extract, type Header } from 'tar-stream';
import { LibraryError } from '../error.ts';
import type { ContentSpool } from './content-spool.ts';
import type { ResolvedPackage } from './resolve-packages.ts';

/** Top-level directories that Debian merged into /usr (https://wiki.debian.org/UsrMerge). */
export const mergedDirectories = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'];

/**
 * Reads the files of a Debian package straight from its archive, with the top-level directories of a merged /usr.
 *
 * @param wanted is asked for each absolute path; contents of the others are skipped.
 * @throws LibraryError `PackageInvalid` when the file is not the one the index names, or cannot be read.
 */
export async function* readPackage(
  resolved: ResolvedPackage,
  spool: ContentSpool,
  wanted: (path: string) => boolean,
): AsyncGenerator<LayerEntry> {
  await checkDigest(resolved);
  const dpkg = spawn('dpkg-deb', ['--fsys-tarfile', resolved.file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(dpkg, 'exit');
  const reader = extract();
  const piped = pipeline(dpkg.stdout, reader).catch((cause: unknown) => cause);
  for await (const entry of reader) {
    const name = entry.header.name.replace(/^\.?\/*|\/$/g, '');
    const merged = mergeUsr(name);
    if (name === '' || !wanted(`/${merged}`)) {
      entry.resume();
      continue;
    }
    if (entry.header.type === 'file') {
      yield {
        ...owner(entry.header, merged),
        type: 'file',
        content: await spool.append(entry as AsyncIterable<Buffer>),
      };
    } else {
      entry.resume();
      yield toEntry(resolved, entry.header, name, merged);
    }
  }
  const failure = await piped;
  const [code] = (await exited) as [number | null];
  if (failure !== undefined || code !== 0) {
    throw new LibraryError('PackageInvalid', `${resolved.file} cannot be unpacked`, { cause: failure });
  }
}

function owner(header: Header, name: string) {
  return { name, mode: (header.mode ?? 0) & 0o7777, uid: header.uid, gid: header.gid };
}

function toEntry(resolved: ResolvedPackage, header: Header, name: string, merged: string): LayerEntry {
  const target = header.linkname ?? '';
  switch (header.type) {
    case 'directory':
      return { ...owner(header, merged), type: 'directory' };
    case 'link':
      return { ...owner(header, merged), type: 'hardlink', target: mergeUsr(normalizeEntryName(target)) };
    case 'symlink':
      return { ...owner(header, merged), type: 'symlink', target: moveTarget(name, merged, target) };
    default:
      throw new LibraryError('PackageInvalid', `${resolved.name} has a ${header.type} at /${name}`);
  }
}

function mergeUsr(name: string): string {
  return mergedDirectories.includes(name.split('/', 1)[0]!) ? `usr/${name}` : name;
}

/** A relative link that climbs means another place once the link itself has moved. */
function moveTarget(name: string, merged: string, target: string): string {
  if (name === merged || !target.startsWith('../')) return target;
  return posix.resolve('/', posix.dirname(name), target);
}

async function checkDigest(resolved: ResolvedPackage): Promise<void> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(resolved.file)) hash.update(chunk as Buffer);
  const found = hash.digest('hex');
  if (found === resolved.sha256) return;
  throw new LibraryError(
    'PackageInvalid',
    `${resolved.file} has the digest ${found}, the package index says ${resolved.sha256}`,
    { hint: 'remove the file; it is downloaded again' },
  );
}
