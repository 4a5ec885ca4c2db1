import { chownSync, lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import {
  type Client,
  type ConfigMap,
  ConfigMaps,
  KubeError,
  PersistentVolumeClaims,
  type Secret,
  Secrets,
} from '@assay/kube';
import { type HostIds, makeSharedDirectory } from '@assay/sandbox';
import type { KeyToPath, ProjectedVolume, Volume } from '@assay/tekton';
import { CannotStart } from '../taskrun/cannot-start.ts';

export interface VolumeContext {
  client: Client;
  namespace: string;
  /** Where this pod's own volumes go; removed with the pod. */
  directory: string;
  /** Where claims live; they outlive pods. */
  claims: string;
  owner: HostIds;
}

export interface PreparedVolume {
  /** On the host. */
  path: string;
  readOnly: boolean;
}

/**
 * Makes a directory on this host hold what the volume promises.
 * @throws CannotStart when a ConfigMap, Secret, claim or key is missing, or the kind of volume exists on a cluster only
 */
export async function prepareVolume(volume: Volume, context: VolumeContext): Promise<PreparedVolume> {
  const path = join(context.directory, volume.name);
  if (volume.persistentVolumeClaim) {
    const { claimName, readOnly } = volume.persistentVolumeClaim;
    return { path: await claimDirectory(claimName, context), readOnly: readOnly ?? false };
  }
  makeSharedDirectory(path, context.owner);
  if (volume.configMap) {
    const { name, items, optional, defaultMode } = volume.configMap;
    writeKeys(
      path,
      await configMapKeys(name ?? '', optional, context),
      items,
      defaultMode,
      optional,
      context,
    );
    return { path, readOnly: true };
  }
  if (volume.secret) {
    const { secretName, items, optional, defaultMode } = volume.secret;
    writeKeys(
      path,
      await secretKeys(secretName ?? '', optional, context),
      items,
      defaultMode,
      optional,
      context,
    );
    return { path, readOnly: true };
  }
  if (volume.projected) {
    await project(path, volume.projected, context);
    return { path, readOnly: true };
  }
  const other = Object.keys(volume).find((key) => key !== 'name' && key !== 'emptyDir');
  if (other) {
    throw new CannotStart(
      'PodCreationFailed',
      `volume "${volume.name}": ${other} volumes are not available here`,
    );
  }
  return { path, readOnly: false };
}

/** The host directory behind a claim; made when first used. */
async function claimDirectory(name: string, context: VolumeContext): Promise<string> {
  const claim = await found(context.client.get(PersistentVolumeClaims, context.namespace, name));
  if (!claim) throw new CannotStart('PodCreationFailed', `persistentvolumeclaim "${name}" not found`);
  const path = join(context.claims, `${context.namespace}_${name}_${claim.metadata.uid}`);
  makeSharedDirectory(path, context.owner);
  return path;
}

async function project(path: string, volume: ProjectedVolume, context: VolumeContext): Promise<void> {
  for (const source of volume.sources ?? []) {
    if (source.configMap) {
      const { name, items, optional } = source.configMap;
      const keys = await configMapKeys(name ?? '', optional, context);
      writeKeys(path, keys, items, volume.defaultMode, optional, context);
    } else if (source.secret) {
      const { name, items, optional } = source.secret;
      const keys = await secretKeys(name ?? '', optional, context);
      writeKeys(path, keys, items, volume.defaultMode, optional, context);
    } else {
      const kind = Object.keys(source)[0] ?? 'an empty source';
      throw new CannotStart('PodCreationFailed', `projected volumes with ${kind} are not available here`);
    }
  }
}

type Keys = Map<string, Buffer>;

/** The keys of a ConfigMap; none when it is missing and may be. */
export async function configMapKeys(
  name: string,
  optional: boolean | undefined,
  context: KeyContext,
): Promise<Keys> {
  const map = await found<ConfigMap>(context.client.get(ConfigMaps, context.namespace, name));
  if (!map && !optional) throw new CannotStart('CreateContainerConfigError', `configmap "${name}" not found`);
  return new Map([
    ...Object.entries(map?.data ?? {}).map(([key, value]) => [key, Buffer.from(value)] as const),
    ...Object.entries(map?.binaryData ?? {}).map(
      ([key, value]) => [key, Buffer.from(value, 'base64')] as const,
    ),
  ]);
}

/** The keys of a Secret, decoded; none when it is missing and may be. */
export async function secretKeys(
  name: string,
  optional: boolean | undefined,
  context: KeyContext,
): Promise<Keys> {
  const secret = await found<Secret>(context.client.get(Secrets, context.namespace, name));
  if (!secret && !optional) throw new CannotStart('CreateContainerConfigError', `secret "${name}" not found`);
  return new Map([
    ...Object.entries(secret?.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')] as const),
    ...Object.entries(secret?.stringData ?? {}).map(([key, value]) => [key, Buffer.from(value)] as const),
  ]);
}

export type KeyContext = Pick<VolumeContext, 'client' | 'namespace'>;

async function found<T>(object: Promise<T>): Promise<T | undefined> {
  try {
    return await object;
  } catch (error) {
    if (error instanceof KubeError && error.code === 'NotFound') return undefined;
    throw error;
  }
}

function writeKeys(
  directory: string,
  keys: Keys,
  items: KeyToPath[] | undefined,
  defaultMode: number | undefined,
  optional: boolean | undefined,
  context: VolumeContext,
): void {
  const files = items ?? [...keys.keys()].map((key): KeyToPath => ({ key, path: key }));
  for (const { key, path, mode } of files) {
    const content = keys.get(key);
    if (!content) {
      if (optional) continue;
      throw new CannotStart('CreateContainerConfigError', `references non-existent config key: ${key}`);
    }
    const target = join(directory, normalize(path));
    if (!target.startsWith(`${directory}/`)) {
      throw new CannotStart(
        'CreateContainerConfigError',
        `the path ${JSON.stringify(path)} leaves its volume`,
      );
    }
    mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
    writeFileSync(target, content, { mode: mode ?? defaultMode ?? 0o644 });
    chownUp(target, directory, context.owner);
  }
}

function chownUp(path: string, top: string, owner: HostIds): void {
  for (let at = path; at !== top; at = dirname(at)) {
    if (lstatSync(at).uid !== owner.uid) chownSync(at, owner.uid, owner.gid);
  }
}
