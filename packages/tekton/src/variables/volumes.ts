import type { ConfigMapVolume, KeyToPath, ProjectedVolume, SecretVolume, Volume } from '../types/volumes.ts';
import type { WorkspaceBinding } from '../types/workspaces.ts';
import { replaceText } from './replace.ts';
import type { Replacements } from './replacements.ts';

/** A shallow copy in which the named text fields, where present, are replaced. */
export function replaceFields<T extends object>(
  object: T,
  fields: readonly (keyof T)[],
  replacements: Replacements,
): T {
  const copy = { ...object };
  for (const field of fields) {
    const value = copy[field];
    if (typeof value === 'string') copy[field] = replaceText(value, replacements) as T[typeof field];
  }
  return copy;
}

/** A shallow copy in which all texts of a map are replaced; keys are not. */
export function replaceMap(map: Record<string, string>, replacements: Replacements): Record<string, string> {
  return Object.fromEntries(
    Object.entries(map).map(([key, value]) => [key, replaceText(value, replacements)]),
  );
}

function replaceItems(items: KeyToPath[] | undefined, replacements: Replacements): KeyToPath[] | undefined {
  return items?.map((item) => replaceFields(item, ['key', 'path'], replacements));
}

function withItems<T extends { items?: KeyToPath[] | undefined }>(source: T, replacements: Replacements): T {
  return source.items === undefined ? source : { ...source, items: replaceItems(source.items, replacements) };
}

function replaceConfigMap(source: ConfigMapVolume, replacements: Replacements): ConfigMapVolume {
  return withItems(replaceFields(source, ['name'], replacements), replacements);
}

function replaceSecret(source: SecretVolume, replacements: Replacements): SecretVolume {
  return withItems(replaceFields(source, ['secretName'], replacements), replacements);
}

function replaceProjected(projected: ProjectedVolume, replacements: Replacements): ProjectedVolume {
  if (projected.sources === undefined) return projected;
  const sources = projected.sources.map((source) => {
    const copy = { ...source };
    if (copy.secret)
      copy.secret = withItems(replaceFields(copy.secret, ['name'], replacements), replacements);
    if (copy.configMap)
      copy.configMap = withItems(replaceFields(copy.configMap, ['name'], replacements), replacements);
    if (copy.serviceAccountToken) {
      copy.serviceAccountToken = replaceFields(copy.serviceAccountToken, ['audience'], replacements);
    }
    return copy;
  });
  return { ...projected, sources };
}

function replaceSources<T extends Volume | WorkspaceBinding>(copy: T, replacements: Replacements): T {
  if (copy.configMap) copy.configMap = replaceConfigMap(copy.configMap, replacements);
  if (copy.secret) copy.secret = replaceSecret(copy.secret, replacements);
  if (copy.persistentVolumeClaim) {
    copy.persistentVolumeClaim = replaceFields(copy.persistentVolumeClaim, ['claimName'], replacements);
  }
  if (copy.projected) copy.projected = replaceProjected(copy.projected, replacements);
  if (copy.csi) {
    const csi = replaceFields(copy.csi, ['driver'], replacements);
    if (csi.nodePublishSecretRef) {
      csi.nodePublishSecretRef = replaceFields(csi.nodePublishSecretRef, ['name'], replacements);
    }
    if (csi.volumeAttributes) csi.volumeAttributes = replaceMap(csi.volumeAttributes, replacements);
    copy.csi = csi;
  }
  return copy;
}

/** `volumes[]` of a Task. */
export function substituteVolume(volume: Volume, replacements: Replacements): Volume {
  return replaceSources(replaceFields(volume, ['name'], replacements), replacements);
}

/** `workspaces[]` of a run. */
export function substituteWorkspaceBinding(
  binding: WorkspaceBinding,
  replacements: Replacements,
): WorkspaceBinding {
  return replaceSources(replaceFields(binding, ['subPath'], replacements), replacements);
}
