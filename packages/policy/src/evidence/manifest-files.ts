import type { ContentStore } from '@assay/oci';
import { imageFiles } from '../builtins/structured-files.ts';
import type { ImageConfigs } from './image-config.ts';

const bundleLabel = 'operators.operatorframework.io.bundle.manifests.v1';

/**
 * The manifests that policies judge with the image: those of an operator bundle, in the directory that a label names, and the content sets of
 * images by Red Hat. What cannot be read is left out.
 */
export async function readManifestFiles(
  image: { store: ContentStore; repository: string; digest: string },
  { config }: ImageConfigs,
): Promise<Record<string, unknown>> {
  const labels = config?.Labels as Record<string, unknown> | null | undefined;
  const directories: string[] = [];
  if (typeof labels?.[bundleLabel] === 'string') directories.push(labels[bundleLabel]);
  if (labels?.vendor === 'Red Hat, Inc.') directories.push('root/buildinfo/content_manifests');
  if (directories.length === 0) return {};
  return imageFiles(image, directories).catch(() => ({}));
}
