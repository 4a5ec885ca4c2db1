import { readFileSync } from 'node:fs';
import type { ConfigMap } from '@assay/kube';
import {
  defaultsFromConfigMap,
  featureFlagsFromConfigMap,
  localFeatureFlags,
  readManifest,
  type ValidationOptions,
} from '@assay/tekton';
import { CliError } from '../error.ts';

/**
 * What Tekton's ConfigMaps `feature-flags` and `config-defaults` in files say; without files, what this factory accepts.
 * @throws CliError Usage for a file that holds neither
 * @throws TektonError InvalidConfig for a setting that Tekton would not take
 */
export async function readConfig(files: readonly string[]): Promise<ValidationOptions> {
  if (files.length === 0) return { featureFlags: localFeatureFlags };
  const options: ValidationOptions = { featureFlags: {} };
  for (const file of files) {
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      throw new CliError('Usage', `cannot read ${file}: ${(error as NodeJS.ErrnoException).code}`, {
        cause: error,
      });
    }
    const { objects } = await readManifest(text, file);
    const maps = objects.filter(({ kind }) => kind === 'ConfigMap') as ConfigMap[];
    const known = maps.filter(({ metadata }) =>
      ['feature-flags', 'config-defaults'].includes(metadata.name ?? ''),
    );
    if (known.length === 0) {
      throw new CliError('Usage', `${file} holds no ConfigMap named feature-flags or config-defaults`, {
        hint: 'get it with: kubectl get configmap feature-flags -n tekton-pipelines -o yaml',
      });
    }
    for (const { metadata, data = {} } of known) {
      if (metadata.name === 'feature-flags') options.featureFlags = featureFlagsFromConfigMap(data);
      else options.defaults = defaultsFromConfigMap(data);
    }
  }
  return options;
}
