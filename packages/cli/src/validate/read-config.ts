import type { ValidationOptions } from '@assay/tekton';
import { homeRoot, loadTektonConfig, readConfigMaps } from '../factory/tekton-config.ts';

/**
 * What Tekton's ConfigMaps `feature-flags` and `config-defaults` in files say; without files, what this home's factory
 * accepts.
 * @throws CliError Usage for a file that holds neither
 * @throws TektonError InvalidConfig for a setting that Tekton would not take
 */
export async function readConfig(files: readonly string[]): Promise<ValidationOptions> {
  if (files.length === 0) return loadTektonConfig(homeRoot());
  const read = await Promise.all(files.map(readConfigMaps));
  return Object.assign({ featureFlags: {} }, ...read) as ValidationOptions;
}
