import { realpathSync, statSync } from 'node:fs';
import { isAbsolute, normalize, relative, sep } from 'node:path';
import { SandboxError } from '../error.ts';
import type { Mount } from '../pod.ts';
import type { OciMount } from '../runtime/spec.ts';

/**
 * Turns the mounts a container asks for into the runtime's. Sources come resolved: a link in them that leads out
 * of `home` and of the allowed host directories is refused, as is a source that isn't there.
 *
 * @param place where the guard has a real path of the host that was checked
 * @throws SandboxError `MountRefused`, `InvalidSpec`
 */
export function resolveMounts(
  mounts: Mount[],
  allowed: { home: string; hostMounts: readonly string[] },
  place: (real: string) => string,
): OciMount[] {
  const seen = new Set<string>();
  return mounts.map((mount) => {
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
    const real = resolveSource(mount.source, allowed);
    const options = ['bind', 'nosuid', 'nodev', access];
    return { destination, type: 'bind', source: place(real), options };
  });
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
  const kind = statSync(real);
  if (!kind.isDirectory() && !kind.isFile()) {
    throw new SandboxError('MountRefused', `mount source ${source} is neither a directory nor a file`);
  }
  return real;
}

/** Whether `path` is `root` or below it; both real. */
export function contains(root: string, path: string): boolean {
  const rest = relative(root, path);
  return rest === '' || (rest !== '..' && !rest.startsWith(`..${sep}`) && !isAbsolute(rest));
}
