import { posix } from 'node:path';
import { TektonError } from '../error.ts';
import type { VolumeMount } from '../types/containers.ts';
import { expandText } from './container-expansion.ts';

/**
 * The `subPath` of a volume mount, its `subPathExpr` expanded with the container's environment as Kubernetes does.
 * Untrusted values enter here: a path that is absolute or climbs with `..` is refused.
 * @returns undefined when the mount has neither
 * @throws TektonError InvalidSubPath when a variable is not set, or the path would leave the volume
 */
export function mountSubPath(mount: VolumeMount, env: ReadonlyMap<string, string>): string | undefined {
  const { subPath, subPathExpr } = mount;
  if (!subPathExpr) return checked(subPath);
  const missing = [...subPathExpr.matchAll(/(\$+)\(([^()]*)\)/g)].find(
    ([, dollars = '', name = '']) => dollars.length % 2 === 1 && !env.has(name),
  );
  if (missing !== undefined) {
    throw new TektonError('InvalidSubPath', `missing value for ${JSON.stringify(missing[2])}`, {
      hint: `set the variable ${missing[2]} in env of the container whose volumeMount uses it`,
    });
  }
  return checked(expandText(subPathExpr, env));
}

function checked(path: string | undefined): string | undefined {
  if (path === undefined || path === '') return undefined;
  if (posix.isAbsolute(path)) {
    throw new TektonError('InvalidSubPath', `error SubPath \`${path}\` must not be an absolute path`);
  }
  if (path.split('/').includes('..')) {
    throw new TektonError('InvalidSubPath', `unable to provision SubPath \`${path}\`: must not contain '..'`);
  }
  return path;
}
