import { lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, normalize, relative, sep } from 'node:path';
import { SandboxError } from '../error.ts';
import type { Mount } from '../pod.ts';
import type { OciMount } from '../runtime/spec.ts';

/**
 * A source in a directory that containers may write. The runtime would look it up by its path again, so the guard
 * binds it where no container reaches, and makes sure of what it bound; paths are the guard's.
 */
export interface PinnedSource {
  kind: 'directory' | 'file';
  directory: string;
  name: string;
  /** Of that kind, and empty. */
  at: string;
}

/**
 * Turns the mounts a container asks for into the runtime's. Sources come resolved: a link in them that leads out
 * of `home` and of the allowed host directories is refused, as is a source that isn't there.
 *
 * @param place where the guard has a real path of the host that was checked
 * @param pinned the directory, the guard's, for what must be pinned
 * @throws SandboxError `MountRefused`, `InvalidSpec`
 */
export function resolveMounts(
  mounts: Mount[],
  allowed: { home: string; hostMounts: readonly string[] },
  place: (real: string) => string,
  pinned: string,
): { mounts: OciMount[]; pins: PinnedSource[] } {
  const seen = new Set<string>();
  const pins: PinnedSource[] = [];
  const resolved = mounts.map((mount) => {
    const destination = normalize(mount.destination).replace(/(.)\/+$/, '$1');
    if (!isAbsolute(mount.destination) || destination === '/' || /[\0\n]/.test(destination)) {
      throw new SandboxError(
        'InvalidSpec',
        `mount destination ${JSON.stringify(mount.destination)} must be absolute`,
      );
    }
    if (seen.has(destination)) {
      throw new SandboxError('InvalidSpec', `two mounts at ${destination}`);
    }
    seen.add(destination);
    const access = mount.readOnly ? 'ro' : 'rw';
    if (mount.source === 'tmpfs') {
      const size = mount.sizeBytes === undefined ? [] : [`size=${mount.sizeBytes}`];
      const options = ['nosuid', 'nodev', 'mode=1777', ...size, access];
      return { destination, type: 'tmpfs', source: 'tmpfs', options };
    }
    const options = ['bind', 'nosuid', 'nodev', access];
    const volume = resolveSource(mount.source, allowed);
    const real = resolveSubPath(volume, mount.subPath ?? '');
    if (real === volume) return { destination, type: 'bind', source: place(volume), options };
    const at = join(pinned, String(pins.length));
    const kind = kindOf(real);
    pins.push({ kind, directory: place(dirname(real)), name: basename(real), at });
    return { destination, type: 'bind', source: at, options };
  });
  return { mounts: resolved, pins };
}

/** For a good answer now; whether it still holds when the container starts is seen to by pinning. */
function resolveSubPath(volume: string, subPath: string): string {
  const words = `subPath ${JSON.stringify(subPath)}`;
  if (isAbsolute(subPath) || subPath.split('/').includes('..') || /[\0\n]/.test(subPath)) {
    throw new SandboxError('InvalidSpec', `${words} must be a relative path that stays in its volume`);
  }
  const path = join(volume, subPath).replace(/\/+$/, '');
  let real: string;
  try {
    real = realpathSync(path);
  } catch (cause) {
    throw new SandboxError('MountRefused', `${words} of ${volume} does not exist`, { cause });
  }
  if (real !== path) {
    throw new SandboxError('MountRefused', `${words} of ${volume} leads through a symbolic link`);
  }
  return real;
}

function resolveSource(source: string, allowed: { home: string; hostMounts: readonly string[] }): string {
  let real: string;
  try {
    real = realpathSync(source);
  } catch (cause) {
    throw new SandboxError('MountRefused', `mount source ${source} does not exist`, { cause });
  }
  const roots = [allowed.home, ...allowed.hostMounts];
  if (!isAbsolute(source) || !roots.some((root) => contains(root, real))) {
    throw new SandboxError('MountRefused', `mount source ${source} leads outside the sandbox's directory`, {
      hint: 'copy the data below it, or allow the directory as a host mount',
    });
  }
  kindOf(real);
  return real;
}

function kindOf(real: string): 'directory' | 'file' {
  const kind = lstatSync(real);
  if (kind.isDirectory()) return 'directory';
  if (kind.isFile()) return 'file';
  throw new SandboxError('MountRefused', `mount source ${real} is neither a directory nor a file`);
}

/** Whether `path` is `root` or below it; both real. */
export function contains(root: string, path: string): boolean {
  const rest = relative(root, path);
  return rest === '' || (rest !== '..' && !rest.startsWith(`..${sep}`) && !isAbsolute(rest));
}
