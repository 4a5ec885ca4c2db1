import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, lchown, link, lutimes, mkdir, open, readdir, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { CliError } from '../error.ts';
import type { Home } from '../home.ts';
import { type BackupManifest, invalidBackup, manifestName, parseBackupManifest } from './backup-manifest.ts';

const maxManifestBytes = 256 * 1024 * 1024;
/** The top of everything that a backup may hold. */
const known =
  /^(store\.db|registry-port|api-port|tekton\.yaml|(registry|repositories|sandbox\/claims|keys|access)(\/.*)?)$/;

/** Something that is put right when everything is there: a write below would undo it, or follow it. */
type Later = () => Promise<unknown>;

/**
 * Unpacks a backup beside the home, checks each file against the list in it, and only then puts it in the home's place.
 * The file may be anybody's.
 * @throws CliError InvalidBackup, with the home as it was
 */
export async function restoreBackup(home: Home, file: string): Promise<BackupManifest> {
  const staging = join(home.root, '.restore');
  await rm(staging, { recursive: true, force: true });
  await mkdir(staging, { recursive: true, mode: 0o700 });
  try {
    const manifest = await unpack(file, staging);
    await replace(home, staging, manifest);
    return manifest;
  } catch (error) {
    if (error instanceof CliError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC') throw error;
    throw new CliError('InvalidBackup', `${file} could not be restored: ${message}`, {
      hint: 'check that it is the whole file; the home is as it was',
      cause: error,
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function unpack(file: string, staging: string): Promise<BackupManifest> {
  const found = new Map<string, { size: number; sha256: string }>();
  const links = new Set<string>();
  const later: Later[] = [];
  let manifest: BackupManifest | undefined;
  const archive = extract();
  const read = /\.t?gz$/.test(file)
    ? pipeline(createReadStream(file), createGunzip(), archive)
    : pipeline(createReadStream(file), archive);
  read.catch(() => {});
  for await (const entry of archive) {
    const { header } = entry;
    const content = entry as unknown as AsyncIterable<Buffer>;
    if (header.name === manifestName) {
      manifest = parseBackupManifest(await readText(content));
      continue;
    }
    const path = placeOf(header.name, links);
    const target = join(staging, path);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await put(header, path, target, content, { staging, found, links, later });
    entry.resume();
  }
  await read;
  if (!manifest) throw invalidBackup('its end is missing');
  verify(manifest, found);
  // Directories last, and the innermost first: their times change with what is put into them.
  for (const act of later.reverse()) await act();
  return manifest;
}

/** The entry's path, when it is one that a backup may have; a path that leads out, or through a link, is not. */
function placeOf(name: string, links: ReadonlySet<string>): string {
  const path = name.replace(/\/$/, '');
  const parts = path.split('/');
  if (!known.test(path) || parts.some((part) => part === '' || part === '.' || part === '..')) {
    throw invalidBackup(`it holds ${JSON.stringify(name)}, which no home has`);
  }
  for (let depth = 1; depth < parts.length; depth++) {
    if (links.has(parts.slice(0, depth).join('/'))) throw invalidBackup(`${path} lies behind a link`);
  }
  return path;
}

async function put(
  header: Header,
  path: string,
  target: string,
  content: AsyncIterable<Buffer>,
  state: {
    staging: string;
    found: Map<string, { size: number; sha256: string }>;
    links: Set<string>;
    later: Later[];
  },
): Promise<void> {
  const { uid = 0, gid = 0, mode = 0o600, mtime = new Date(0), linkname } = header;
  const own = async () => {
    // Claims belong to the ids of containers, which root alone can give.
    if (process.getuid?.() === 0) await lchown(target, uid, gid);
    if (header.type !== 'symlink') await chmod(target, mode & 0o7777);
    await lutimes(target, mtime, mtime);
  };
  switch (header.type) {
    case 'directory':
      await mkdir(target, { recursive: true, mode: 0o700 });
      state.later.push(own);
      break;
    case 'file':
      state.found.set(path, await writeFile(target, content));
      await own();
      break;
    case 'link':
      await link(join(state.staging, placeOf(linkname ?? '', state.links)), target);
      break;
    case 'symlink':
      if (linkname === undefined) throw invalidBackup(`${path} points nowhere`);
      state.links.add(path);
      state.later.push(own, () => symlink(linkname, target));
      break;
    default:
      throw invalidBackup(`${path} is neither file, directory nor link`);
  }
}

async function writeFile(
  path: string,
  content: AsyncIterable<Buffer>,
): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256');
  let size = 0;
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of content) {
      hash.update(chunk);
      size += chunk.length;
      await file.writeFile(chunk);
    }
    await file.datasync();
  } finally {
    await file.close();
  }
  return { size, sha256: hash.digest('hex') };
}

async function readText(content: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of content) {
    size += chunk.length;
    if (size > maxManifestBytes) throw invalidBackup('its list of contents is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function verify(
  manifest: BackupManifest,
  found: ReadonlyMap<string, { size: number; sha256: string }>,
): void {
  for (const { path, size, sha256 } of manifest.files) {
    const file = found.get(path);
    if (!file) throw invalidBackup(`${path} is missing`);
    if (file.size !== size || file.sha256 !== sha256)
      throw invalidBackup(`${path} does not have its checksum`);
  }
  const listed = new Set(manifest.files.map(({ path }) => path));
  for (const path of found.keys()) if (!listed.has(path)) throw invalidBackup(`${path} is not in its list`);
  if (!listed.has('store.db')) throw invalidBackup('it has no store');
}

/** Takes out what the backup is to stand for, and puts it in. */
async function replace(home: Home, staging: string, { withKeys }: BackupManifest): Promise<void> {
  const replaced = [
    'store.db',
    'store.db-wal',
    'store.db-shm',
    'registry',
    'repositories',
    'sandbox',
    'logs',
    'registry-port',
    'api-port',
    'tekton.yaml',
  ];
  if (withKeys) replaced.push('keys', 'access');
  for (const name of replaced) await rm(join(home.root, name), { recursive: true, force: true });
  for (const name of await readdir(staging)) await rename(join(staging, name), join(home.root, name));
}
