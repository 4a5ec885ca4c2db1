import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  futimesSync,
  lchownSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { SandboxError } from '../error.ts';
import type { Identity } from '../rootfs/layout.ts';

const maxLinks = 40;
const overflowId = 65_534;

export interface EntryMeta {
  mode: number;
  uid: number;
  gid: number;
  mtime: Date;
}

/**
 * Writes a tree below one directory and nowhere else, from names under an attacker's control. The directory must be
 * ours alone while this runs: parents are checked and then used by name.
 *
 * @throws SandboxError `LayerRefused` for a name or link that leads out
 */
export class TreeWriter {
  readonly root: string;
  readonly #identity: Identity;
  /** Real directories by path relative to the root, with what they are to look like in the end. */
  readonly #directories = new Map<string, EntryMeta | undefined>([['', undefined]]);
  /** Real path by the parent path as written, so that a link is followed once. */
  readonly #resolved = new Map<string, string>([['', '']]);

  constructor(root: string, identity: Identity) {
    this.root = root;
    this.#identity = identity;
  }

  /** Splits a name into the real directory it lies in, made when absent, and its last part. */
  place(name: string): { parent: string; base: string; path: string } {
    const parts = checkedParts(name);
    const base = parts.pop();
    if (base === undefined) return { parent: '', base: '', path: '' };
    const parent = this.#directory(parts);
    return { parent, base, path: parent === '' ? base : `${parent}/${base}` };
  }

  directory(name: string, meta: EntryMeta): void {
    const { path } = this.place(name);
    if (path !== '' && !this.#directories.has(path)) {
      try {
        mkdirSync(join(this.root, path), { mode: 0o700 });
      } catch (error) {
        if (errorCode(error) !== 'EEXIST') throw error;
        if (!lstatSync(join(this.root, path)).isDirectory()) {
          this.#replace(path);
          mkdirSync(join(this.root, path), { mode: 0o700 });
        }
      }
    }
    this.#directories.set(path, meta);
  }

  /** Opens a new file; `write` it and `close` it. */
  file(name: string, meta: EntryMeta): { write(chunk: Uint8Array): void; close(): void } {
    const { path } = this.place(name);
    const fd = this.#create(path, (full) => {
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
      return openSync(full, flags, 0o600);
    });
    return {
      write: (chunk) => {
        for (let done = 0; done < chunk.length; ) done += writeSync(fd, chunk, done);
      },
      close: () => {
        try {
          const { uid, gid } = this.hostIds(meta);
          // Mode after owner: changing the owner clears the set-user-id bit.
          if (!this.#identity.rootless) fchownSync(fd, uid, gid);
          fchmodSync(fd, meta.mode & 0o7777);
          futimesSync(fd, meta.mtime, meta.mtime);
        } finally {
          closeSync(fd);
        }
      },
    };
  }

  symlink(name: string, target: string, meta: EntryMeta): void {
    const { path } = this.place(name);
    if (target === '' || target.includes('\0')) throw refused(name, 'its link target is empty or malformed');
    const full = this.#create(path, (at) => {
      symlinkSync(target, at);
      return at;
    });
    const { uid, gid } = this.hostIds(meta);
    if (!this.#identity.rootless) lchownSync(full, uid, gid);
    lutimesSync(full, meta.mtime, meta.mtime);
  }

  hardLink(name: string, target: string): void {
    const source = this.place(target);
    const kind = lstatSync(join(this.root, source.path), { throwIfNoEntry: false });
    if (source.path === '' || kind === undefined) {
      throw refused(name, `it links to ${target}, which the layer lacks`);
    }
    if (kind.isDirectory()) throw refused(name, 'it is a hard link to a directory');
    const { path } = this.place(name);
    if (path === source.path) return;
    this.#create(path, (at) => linkSync(join(this.root, source.path), at));
  }

  /** What kind of thing the layer has there, or undefined. */
  kindOf(path: string): 'directory' | 'other' | undefined {
    if (this.#directories.has(path)) return 'directory';
    const kind = lstatSync(join(this.root, path), { throwIfNoEntry: false });
    return kind && (kind.isDirectory() ? 'directory' : 'other');
  }

  metaOf(directory: string): EntryMeta {
    return this.#directories.get(directory) ?? { mode: 0o755, uid: 0, gid: 0, mtime: new Date(0) };
  }

  /** Host ids of an entry's owner; those outside the containers' range become nobody. */
  hostIds(meta: { uid: number; gid: number }): { uid: number; gid: number } {
    const { root, size } = this.#identity;
    const within = (id: number): number => (id >= 0 && id < size ? id : Math.min(overflowId, size - 1));
    return { uid: root.uid + within(meta.uid), gid: root.gid + within(meta.gid) };
  }

  /** Gives directories their owners, modes and times, deepest first: writing into them would change those. */
  finish(): void {
    const paths = [...this.#directories.keys()].sort((one, other) => other.length - one.length);
    for (const path of paths) {
      const full = join(this.root, path);
      if (lstatSync(full, { throwIfNoEntry: false })?.isDirectory() !== true) continue;
      const meta = this.metaOf(path);
      const { uid, gid } = this.hostIds(meta);
      if (!this.#identity.rootless) lchownSync(full, uid, gid);
      chmodSync(full, meta.mode & 0o7777);
      utimesSync(full, meta.mtime, meta.mtime);
    }
  }

  #create<T>(path: string, make: (full: string) => T): T {
    if (path === '') throw new SandboxError('LayerRefused', "the layer's root is not a directory");
    const full = join(this.root, path);
    try {
      return make(full);
    } catch (error) {
      if (errorCode(error) !== 'EEXIST' && errorCode(error) !== 'ELOOP') throw error;
    }
    this.#replace(path);
    return make(full);
  }

  #replace(path: string): void {
    rmSync(join(this.root, path), { recursive: true, force: true });
    for (const known of this.#directories.keys()) {
      if (known === path || known.startsWith(`${path}/`)) this.#directories.delete(known);
    }
    this.#resolved.clear();
    this.#resolved.set('', '');
  }

  #directory(parts: string[]): string {
    const written = parts.join('/');
    const known = this.#resolved.get(written);
    if (known !== undefined) return known;
    let at: string[] = [];
    let pending = [...parts];
    let links = 0;
    while (pending.length > 0) {
      const part = pending.shift() as string;
      if (part === '.' || part === '') continue;
      if (part === '..') {
        if (at.length === 0) throw refused(written, 'a link in it leads out of the layer');
        at = at.slice(0, -1);
        continue;
      }
      const path = [...at, part].join('/');
      if (!this.#directories.has(path)) {
        const kind = lstatSync(join(this.root, path), { throwIfNoEntry: false });
        if (kind?.isSymbolicLink()) {
          links += 1;
          if (links > maxLinks) throw refused(written, 'too many links in it');
          const target = readlinkSync(join(this.root, path));
          if (target.startsWith('/')) at = [];
          pending = [...target.split('/'), ...pending];
          continue;
        }
        if (kind !== undefined && !kind.isDirectory())
          throw refused(written, 'a file stands where a directory is needed');
        if (kind === undefined) mkdirSync(join(this.root, path), { mode: 0o700 });
        this.#directories.set(path, undefined);
      }
      at = [...at, part];
    }
    const real = at.join('/');
    this.#resolved.set(written, real);
    return real;
  }
}

function checkedParts(name: string): string[] {
  if (name.startsWith('/')) throw refused(name, 'its name is absolute');
  if (name.includes('\0')) throw refused(name, 'its name holds a zero byte');
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw refused(name, "its name holds '..'");
  return parts;
}

export function refused(name: string, why: string): SandboxError {
  return new SandboxError('LayerRefused', `layer entry ${JSON.stringify(name)} refused: ${why}`, {
    hint: 'do not use this image: no honest tool writes such a layer',
  });
}

function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
