import { closeSync, writeSync } from 'node:fs';
import { posix } from 'node:path';
import type { ContainerSpec, HostIds, Mount } from '@assay/sandbox';
import { openFileWithin } from '../workspaces/open-within.ts';

/** Where a step's streams are copied to: paths in its container. */
export interface StreamPaths {
  stdout?: string;
  stderr?: string;
}

/** Open copies of a step's streams. */
export interface StreamFiles {
  stdout?(chunk: Uint8Array): void;
  stderr?(chunk: Uint8Array): void;
  close(): void;
}

/**
 * Opens the files that a step's streams are copied to, to be appended to; directories on the way are made. Both streams
 * may name the same file. Files are written where they are mounted from: a path that no volume of the step is
 * behind would be seen by the step alone, and is not written.
 *
 * @throws Error as Tekton's entrypoint words it when a file cannot be opened
 */
export function openStreamFiles(paths: StreamPaths, container: ContainerSpec, owner: HostIds): StreamFiles {
  const fds = new Map<string, number | undefined>();
  const open = (path: string | undefined) => {
    if (path === undefined) return undefined;
    const absolute = posix.resolve(container.workingDir || '/', path);
    if (!fds.has(absolute)) fds.set(absolute, openMounted(absolute, container.mounts, owner));
    const fd = fds.get(absolute);
    return fd === undefined ? undefined : (chunk: Uint8Array) => append(fd, chunk);
  };
  const close = () => {
    for (const fd of fds.values()) if (fd !== undefined) closeSync(fd);
    fds.clear();
  };
  try {
    const stdout = open(paths.stdout);
    const stderr = open(paths.stderr);
    return { ...(stdout && { stdout }), ...(stderr && { stderr }), close };
  } catch (error) {
    close();
    throw error;
  }
}

function openMounted(path: string, mounts: readonly Mount[], owner: HostIds): number | undefined {
  const mount = mounts
    .filter(({ destination }) => path === destination || path.startsWith(`${destination}/`))
    .sort((a, b) => b.destination.length - a.destination.length)[0];
  if (mount === undefined || mount.source === 'tmpfs') return undefined;
  const refuse = (why: string) => new Error(`error opening ${path}: ${why}`);
  if (mount.readOnly) throw refuse('read-only file system');
  const names = (text: string) => text.split('/').filter((name) => name !== '' && name !== '.');
  const parts = [...names(mount.subPath ?? ''), ...names(path.slice(mount.destination.length))];
  const opened = openFileWithin(mount.source, parts, owner);
  if (typeof opened === 'object') throw refuse(opened.refused);
  return opened;
}

/** A full disk is the step's own doing, and must not end the runner. */
function append(fd: number, chunk: Uint8Array): void {
  try {
    for (let at = 0; at < chunk.length; ) at += writeSync(fd, chunk, at);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
  }
}
