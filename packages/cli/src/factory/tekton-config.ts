import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfigMap } from '@assay/kube';
import {
  type DefaultsConfig,
  defaultsFromConfigMap,
  type FeatureFlags,
  featureFlagNames,
  featureFlagsFromConfigMap,
  localFeatureFlags,
  nearest,
  readManifest,
} from '@assay/tekton';
import { CliError } from '../error.ts';
import { defaultRoot } from '../home.ts';
import { type ResolverSettings, resolverSettings } from './resolver-settings.ts';

/** Tekton's settings as a factory goes by them. */
export interface TektonConfig {
  featureFlags: FeatureFlags;
  defaults: DefaultsConfig;
  /** @default Tekton's own */
  resolvers?: ResolverSettings;
}

/** Where a home's settings stand: Tekton's ConfigMaps, as YAML. */
export const configFile = (root: string): string => join(root, 'tekton.yaml');

/** The root of the home in use, which need not be there. */
export const homeRoot = (environment: NodeJS.ProcessEnv = process.env): string =>
  environment.ASSAY_HOME || defaultRoot(environment);

/**
 * What this factory does of Tekton: everything that Assay can, where the home's `tekton.yaml` and then `--feature-flag`
 * do not say otherwise.
 * @param flags `NAME=VALUE` each, in the names of Tekton's ConfigMap
 * @throws CliError Usage for a file that holds neither ConfigMap, and for a flag that Tekton does not have
 * @throws TektonError InvalidConfig for a value that Tekton would not take
 */
export async function loadTektonConfig(root: string, flags: readonly string[] = []): Promise<TektonConfig> {
  const file = configFile(root);
  const own = existsSync(file) ? await readConfigMaps(file) : {};
  const featureFlags = {
    ...localFeatureFlags,
    ...own.featureFlags,
    ...featureFlagsFromConfigMap(Object.fromEntries(flags.map(parseFlag))),
  };
  refuseOthers(featureFlags);
  return {
    featureFlags,
    defaults: own.defaults ?? {},
    resolvers: own.resolvers ?? resolverSettings(() => undefined),
  };
}

const known = [
  'feature-flags',
  'config-defaults',
  'git-resolver-config',
  'hubresolver-config',
  'assay-resolvers',
];

/** Switches of which a factory knows one position only. */
const fixed: FeatureFlags = {
  setSecurityContext: false,
  setSecurityContextReadOnlyRootFilesystem: false,
  enableKeepPodOnCancel: false,
  enforceNonfalsifiability: 'none',
};

function refuseOthers(flags: FeatureFlags): void {
  for (const [flag, value] of Object.entries(fixed)) {
    const asked = flags[flag as keyof FeatureFlags];
    if (asked === undefined || asked === value) continue;
    throw new CliError('Usage', `the feature flag ${flag} is always ${value} here, not ${asked}`, {
      hint: 'leave it out, or give it that value',
    });
  }
}

/**
 * The settings that a file's ConfigMaps make; what it does not say is absent.
 * @throws CliError Usage for a file that holds neither
 * @throws TektonError InvalidConfig for a setting that Tekton would not take
 */
export async function readConfigMaps(file: string): Promise<Partial<TektonConfig>> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliError('Usage', `cannot read ${file}: ${(error as NodeJS.ErrnoException).code}`, {
      cause: error,
    });
  }
  const { objects } = await readManifest(text, file);
  const data = (name: string) => {
    const maps = objects.filter(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name);
    return (maps.at(-1) as ConfigMap | undefined)?.data;
  };
  if (!known.some(data)) {
    throw new CliError('Usage', `${file} holds no ConfigMap named feature-flags or config-defaults`, {
      hint: 'get it with: kubectl get configmap feature-flags -n tekton-pipelines -o yaml',
    });
  }
  const [flags, defaults] = [data('feature-flags'), data('config-defaults')];
  return {
    ...(flags && { featureFlags: featureFlagsFromConfigMap(flags) }),
    ...(defaults && { defaults: defaultsFromConfigMap(defaults) }),
    resolvers: resolverSettings(data),
  };
}

function parseFlag(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) {
    throw new CliError('Usage', `--feature-flag ${text} is not NAME=VALUE`, {
      hint: 'write for instance --feature-flag enable-api-fields=beta',
    });
  }
  const name = text.slice(0, at);
  if (featureFlagNames.includes(name)) return [name, text.slice(at + 1)];
  const near = nearest(name, featureFlagNames);
  throw new CliError('Usage', `Tekton has no feature flag ${name}, or none that matters here`, {
    hint: near === undefined ? `there are: ${featureFlagNames.join(', ')}` : `did you mean ${near}?`,
  });
}

/** How to switch on what a message says is switched off; undefined for other messages. */
export function switchHint(message: string): string | undefined {
  const level = /feature gate to be (?:"alpha" or )?"(alpha|beta)"/.exec(message)?.[1];
  const flag = /feature flag [`"]?([a-z-]+)/.exec(message)?.[1];
  const setting = level ? `enable-api-fields=${level}` : flag && `${flag}=true`;
  if (!setting) return undefined;
  return `switch it on with --feature-flag ${setting}, or in tekton.yaml of ASSAY_HOME`;
}
