import { createHash } from 'node:crypto';
import { closeSync } from 'node:fs';
import { isAbsolute, join, normalize } from 'node:path';
import type { HostIds, Mount } from '@assay/sandbox';
import {
  mountSubPath,
  type Sidecar,
  type Step,
  type TaskSpec,
  TektonError,
  type Volume,
  type VolumeMount,
  type WorkspaceBinding,
  type WorkspaceDeclaration,
  workspacePath,
} from '@assay/tekton';
import { CannotStart } from '../taskrun/cannot-start.ts';
import { openDirectoryWithin } from './open-within.ts';
import type { PreparedVolume } from './volumes.ts';

/** A Task's declared workspace with what the TaskRun put behind it. */
export interface BoundWorkspace {
  declaration: WorkspaceDeclaration;
  /** Where it is mounted; empty for an optional one that is not bound. */
  path: string;
  /** The volume's name within the pod; absent when not bound. */
  volume?: string;
  /** The claim's name, empty for other kinds of volume. */
  claim: string;
  subPath: string;
}

/**
 * Joins declarations and bindings. Bindings to the same source share one volume, as in Tekton's pods. Completeness
 * (required ones bound, none left over) is checked by the Task's validation, not here; a `volumeClaimTemplate` has
 * been replaced by its claim before.
 */
export function bindWorkspaces(
  declarations: readonly WorkspaceDeclaration[],
  bindings: readonly WorkspaceBinding[],
): { workspaces: BoundWorkspace[]; volumes: Volume[] } {
  const volumes = new Map<string, Volume>();
  const workspaces = declarations.map((declaration): BoundWorkspace => {
    const binding = bindings.find(({ name }) => name === declaration.name);
    if (!binding) return { declaration, path: '', claim: '', subPath: '' };
    const { name, subPath = '', ...source } = binding;
    const shared = source.persistentVolumeClaim ? JSON.stringify(source) : JSON.stringify([name, source]);
    const volume = `ws-${createHash('sha256').update(shared).digest('hex').slice(0, 5)}`;
    volumes.set(volume, { name: volume, ...source });
    const claim = source.persistentVolumeClaim?.claimName ?? '';
    return { declaration, path: workspacePath(declaration), volume, claim, subPath };
  });
  return { workspaces, volumes: [...volumes.values()] };
}

type Container = Pick<Step | Sidecar, 'workspaces' | 'volumeMounts'>;

/**
 * The mounts of one step or sidecar: its `volumeMounts`, and the workspaces it may see. A workspace that any
 * container names in `workspaces` is isolated: only those that name it get it. Where a container mounts something of
 * its own at a workspace's path, its own mount holds.
 *
 * @param environment of the container, for `subPathExpr`
 */
export function containerMounts(
  container: Container,
  spec: TaskSpec,
  workspaces: readonly BoundWorkspace[],
  volumes: ReadonlyMap<string, PreparedVolume>,
  owner: HostIds,
  environment: ReadonlyMap<string, string> = new Map(),
): Mount[] {
  const isolated = new Set(
    [...(spec.steps ?? []), ...(spec.sidecars ?? [])]
      .flatMap((other) => other.workspaces ?? [])
      .map(({ name }) => name),
  );
  const own = container.volumeMounts ?? [];
  const taken = new Set(own.map(({ mountPath }) => normalize(join('/', mountPath))));
  const mounts: Mount[] = [];
  for (const { declaration, volume, path, subPath } of workspaces) {
    if (!volume) continue;
    const usage = container.workspaces?.find(({ name }) => name === declaration.name);
    if (!usage && isolated.has(declaration.name)) continue;
    if (taken.has(normalize(usage?.mountPath || path))) continue;
    const prepared = volumes.get(volume)!;
    mounts.push({
      ...sourceIn(prepared, subPath, owner),
      destination: usage?.mountPath || path,
      readOnly: prepared.readOnly || (declaration.readOnly ?? false),
    });
  }
  for (const mount of own) {
    const { name, mountPath, readOnly = false } = mount;
    const subPath = subPathOf(mount, environment);
    const prepared = volumes.get(name);
    if (!prepared)
      throw new CannotStart('PodCreationFailed', `volumeMounts name "${name}", and no volume has this name`);
    mounts.push({
      ...sourceIn(prepared, subPath, owner),
      destination: isAbsolute(mountPath) ? mountPath : join('/', mountPath),
      readOnly: prepared.readOnly || readOnly,
    });
  }
  return mounts;
}

function subPathOf(mount: VolumeMount, environment: ReadonlyMap<string, string>): string {
  if (!mount.subPathExpr) return mount.subPath ?? '';
  try {
    return mountSubPath(mount, environment) ?? '';
  } catch (error) {
    if (!(error instanceof TektonError)) throw error;
    throw new CannotStart('CreateContainerConfigError', error.message, { cause: error });
  }
}

function sourceIn(
  { path }: PreparedVolume,
  subPath: string,
  owner: HostIds,
): Pick<Mount, 'source' | 'subPath'> {
  if (!subPath) return { source: path };
  makeSubPath(path, subPath, owner);
  return { source: path, subPath };
}

/**
 * Makes what is missing of a volume's `subPath`. The volume's content is under the control of steps: a path
 * that leads out of it, by `..` or through a symbolic link, is refused. What stands there when a container starts is
 * for the sandbox to check again.
 */
export function makeSubPath(volume: string, subPath: string, owner: HostIds): void {
  const refused = new CannotStart(
    'PodCreationFailed',
    `subPath ${JSON.stringify(subPath)} leads out of its volume`,
  );
  if (isAbsolute(subPath) || subPath.split('/').includes('..')) throw refused;
  const parts = subPath.split('/').filter((name) => name !== '' && name !== '.');
  const fd = openDirectoryWithin(volume, parts, owner);
  if (fd === undefined) throw refused;
  closeSync(fd);
}
