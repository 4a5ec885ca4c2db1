import { execFile } from 'node:child_process';
import { chmodSync, chownSync, lstatSync, mkdirSync, statSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import { promisify } from 'node:util';
import { SandboxError } from '../error.ts';
import { TreeRemoval } from './tree-removal.ts';

/** How the ids of a container stand on the host. */
export interface Identity {
  rootless: boolean;
  /** Host id of the container's root: what directories given to containers must belong to. */
  root: { uid: number; gid: number };
  /** How many ids there are; 1 for a rootless host without a range in /etc/subuid. */
  size: number;
  /** Arguments of `unshare` that make the user namespace when rootless; empty otherwise. */
  unshare: string[];
}

/** Makes a directory that belongs to the container's root. */
export function makeOwned(path: string, identity: Identity, mode: number): void {
  mkdirSync(path, { recursive: true });
  chmodSync(path, mode);
  if (!identity.rootless) chownSync(path, identity.root.uid, identity.root.gid);
}

/**
 * Opens a directory to the container's root alone: its group may pass through, other users of the host may not.
 * One that everybody may pass already stays as it is.
 */
export function makeTraversable(path: string, identity: Identity): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const { mode, gid } = statSync(path);
  if (identity.rootless || (mode & 0o001) !== 0) return;
  if (gid === identity.root.gid && (mode & 0o010) !== 0) return;
  chownSync(path, -1, identity.root.gid);
  chmodSync(path, (mode & 0o7777) | 0o010);
}

/**
 * Removes a tree with whatever ids its files have. It may change meanwhile: unlike Node's, the system's `rm` goes from
 * one opened directory to the next, so that a link put into its way leads nowhere. Trees that are to go at about the same
 * time go by one process: to start one takes a process of this size longer than most trees take.
 */
export async function removeTree(path: string, identity: Identity): Promise<void> {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return;
  const removal = removalOf(identity);
  return removal.remove(path);
}

const removals = new Map<string, TreeRemoval>();

function removalOf(identity: Identity): TreeRemoval {
  const key = identity.unshare.join(' ');
  const removal =
    removals.get(key) ??
    new TreeRemoval(async (paths) => {
      await runAsOwner(['rm', '-rf', '--', ...paths], identity);
    });
  removals.set(key, removal);
  return removal;
}

/** Copies a tree with owners, modes and times; shares blocks where the file system can. Nothing may change it meanwhile. */
export async function copyTree(from: string, to: string, identity: Identity): Promise<void> {
  await runAsOwner(['cp', '-a', '--reflink=auto', '-T', '--', from, to], identity);
}

/** How many bytes a tree takes on the disk. */
export async function treeBytes(path: string, identity: Identity): Promise<number> {
  const { stdout } = await runAsOwner(['du', '-s', '--block-size=1', '--', path], identity);
  return Number.parseInt(stdout, 10);
}

/** Runs a program as who may read and write whatever containers have made. */
function runAsOwner(command: string[], identity: Identity): Promise<{ stdout: string }> {
  const [program = '', ...words] = [
    ...(identity.rootless ? ['unshare', ...identity.unshare] : []),
    ...command,
  ];
  return promisify(execFile)(program, words);
}

/**
 * Mount options of a container's root: image layers below, the container's own on top (mount(8), overlay).
 * `home` is the working directory of whoever mounts, so that up to 128 layers fit the 4 KiB an option string may have.
 *
 * @param layers topmost first; absolute
 */
export function overlayOptions(
  home: string,
  layers: string[],
  own: { upper: string; work: string },
  rootless: boolean,
): string {
  if (layers.length === 0) throw new SandboxError('InvalidSpec', 'the image has no layers');
  const lower = layers.map((layer) => {
    const short = relative(home, layer);
    const path = short.startsWith('..') || isAbsolute(short) ? layer : short;
    if (/[:,\\"'\n]/.test(path))
      throw new SandboxError('InvalidSpec', `layer path ${layer} cannot be mounted`);
    return path;
  });
  const options = [`lowerdir=${lower.join(':')}`, `upperdir=${own.upper}`, `workdir=${own.work}`];
  if (rootless) options.push('userxattr');
  const text = options.join(',');
  if (text.length > 4000) {
    throw new SandboxError('InvalidSpec', `the image has too many layers (${layers.length}) to mount`, {
      hint: 'squash the image to fewer layers',
    });
  }
  return text;
}
