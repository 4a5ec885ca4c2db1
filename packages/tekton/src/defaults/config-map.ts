import { parseDuration } from '../duration.ts';
import { TektonError } from '../error.ts';
import type { DefaultsConfig, FeatureFlags } from './config.ts';

type Data = Readonly<Record<string, string>>;
type Flag = keyof FeatureFlags;

const booleans: Readonly<Record<string, Flag>> = {
  'disable-creds-init': 'disableCredsInit',
  'await-sidecar-readiness': 'awaitSidecarReadiness',
  'require-git-ssh-secret-known-hosts': 'requireGitSSHSecretKnownHosts',
  'enable-provenance-in-status': 'enableProvenanceInStatus',
  'set-security-context': 'setSecurityContext',
  'set-security-context-read-only-root-filesystem': 'setSecurityContextReadOnlyRootFilesystem',
  'keep-pod-on-cancel': 'enableKeepPodOnCancel',
  'enable-cel-in-whenexpression': 'enableCELInWhenExpression',
  'enable-artifacts': 'enableArtifacts',
  'enable-param-enum': 'enableParamEnum',
  'enable-concise-resolver-syntax': 'enableConciseResolverSyntax',
  'enable-kubernetes-sidecar': 'enableKubernetesSidecar',
};

const choices: Readonly<Record<string, { flag: Flag; values: readonly string[] }>> = {
  'enable-api-fields': { flag: 'enableApiFields', values: ['alpha', 'beta', 'stable'] },
  coschedule: {
    flag: 'coschedule',
    values: ['disabled', 'workspaces', 'pipelineruns', 'isolate-pipelinerun'],
  },
  'enforce-nonfalsifiability': { flag: 'enforceNonfalsifiability', values: ['none', 'spire'] },
  'results-from': { flag: 'resultExtractionMethod', values: ['termination-message', 'sidecar-logs'] },
  'trusted-resources-verification-no-match-policy': {
    flag: 'verificationNoMatchPolicy',
    values: ['ignore', 'warn', 'fail'],
  },
};

/** The keys of a `feature-flags` ConfigMap that are read here. */
export const featureFlagNames: readonly string[] = [
  ...Object.keys(booleans),
  ...Object.keys(choices),
  'max-result-size',
  'disable-inline-spec',
].sort();

/** Above this no object could be stored. */
const largestResult = 1_572_864;

const invalid = (message: string): TektonError => new TektonError('InvalidConfig', message);

/** Go's `strconv.ParseBool`. */
function parseBool(text: string): boolean {
  if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true;
  if (/^(0|f|F|FALSE|false|False)$/.test(text)) return false;
  throw invalid(
    `failed parsing feature flags config ${JSON.stringify(text)}: strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`,
  );
}

/**
 * The flags of a `feature-flags` ConfigMap's data; keys that change nothing here are passed over.
 * @throws TektonError InvalidConfig, in Tekton's words
 */
export function featureFlagsFromConfigMap(data: Data): FeatureFlags {
  const flags: Record<string, unknown> = {};
  for (const [key, flag] of Object.entries(booleans)) {
    const text = data[key];
    if (text !== undefined) flags[flag] = parseBool(text);
  }
  for (const [key, { flag, values }] of Object.entries(choices)) {
    const text = data[key]?.toLowerCase();
    if (text === undefined) continue;
    if (!values.includes(text)) {
      throw invalid(`invalid value for feature flag ${JSON.stringify(key)}: ${JSON.stringify(text)}`);
    }
    flags[flag] = text;
  }
  const size = data['max-result-size'];
  if (size !== undefined) {
    if (!/^[+-]?\d+$/.test(size))
      throw invalid(`strconv.Atoi: parsing ${JSON.stringify(size)}: invalid syntax`);
    if (Number(size) >= largestResult) {
      throw invalid(
        `invalid value for feature flag "results-from": "${size}". This is exceeding the CRD limit`,
      );
    }
    flags.maxResultSize = Number(size);
  }
  const inline = data['disable-inline-spec'];
  if (inline !== undefined) flags.disableInlineSpec = inline.split(',').filter((kind) => kind !== '');
  return flags as FeatureFlags;
}

/**
 * The settings of a `config-defaults` ConfigMap's data.
 * @throws TektonError InvalidConfig, in Tekton's words
 */
export function defaultsFromConfigMap(data: Data): DefaultsConfig {
  const config: DefaultsConfig = {};
  const failed = (key: string) => invalid(`failed parsing default config ${JSON.stringify(key)}`);
  const integer = (key: string): number | undefined => {
    const text = data[key];
    if (text === undefined) return undefined;
    if (!/^[+-]?\d+$/.test(text)) throw failed(key);
    return Number(text);
  };
  const minutes = integer('default-timeout-minutes');
  if (minutes !== undefined) config.timeoutMinutes = minutes;
  const combinations = integer('default-max-matrix-combinations-count');
  if (combinations !== undefined) config.maxMatrixCombinations = combinations;
  const account = data['default-service-account'];
  if (account !== undefined) config.serviceAccount = account;
  const label = data['default-managed-by-label-value'];
  if (label !== undefined) config.managedByLabel = label;
  const resolver = data['default-resolver-type'];
  if (resolver !== undefined) config.resolverType = resolver;
  const forbidden = data['default-forbidden-env'];
  if (forbidden !== undefined) config.forbiddenEnv = forbidden.split(',').map((name) => name.trim());
  const limit = data['default-maximum-resolution-timeout'];
  if (limit !== undefined) {
    try {
      config.maximumResolutionTimeoutMs = parseDuration(limit);
    } catch {
      throw failed('default-maximum-resolution-timeout');
    }
  }
  return config;
}
