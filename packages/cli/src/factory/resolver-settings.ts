import type { GitSettings, HubResolverOptions } from '@assay/tekton';

/** What a home says of the resolvers of its factory. */
export interface ResolverSettings {
  /** Hosts of this machine or its network's link that resolvers may ask, as a URL writes them: `127.0.0.1:8080`. */
  allowedHosts: string[];
  git: Pick<GitSettings, 'defaultUrl' | 'defaultRevision' | 'defaultOrg'>;
  hub: Pick<HubResolverOptions, 'artifactHubUrls' | 'tektonHubUrls' | 'defaultType'>;
}

type Data = Readonly<Record<string, string>>;

/** A list as a ConfigMap writes it: YAML's, or parted by commas or lines. */
const listOf = (text: string | undefined): string[] =>
  (text ?? '')
    .split(/[\s,]+/)
    .map((item) => item.replace(/^["']|["']$/g, ''))
    .filter((item) => item !== '' && item !== '-');

/** A setting, where it says something. */
function given<Key extends string, Value extends string | string[]>(
  key: Key,
  value: Value | undefined,
): { [K in Key]?: Value } {
  return value === undefined || value.length === 0 ? {} : ({ [key]: value } as { [K in Key]: Value });
}

/**
 * Reads Tekton's ConfigMaps `git-resolver-config` and `hubresolver-config`, and `assay-resolvers` with `allowed-hosts`.
 * A hub that the environment names (`ARTIFACT_HUB_API`, `TEKTON_HUB_API`, as for Tekton's own resolver) counts where
 * the ConfigMap names none.
 */
export function resolverSettings(
  data: (name: string) => Data | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): ResolverSettings {
  const git = data('git-resolver-config') ?? {};
  const hub = data('hubresolver-config') ?? {};
  const hubs = (key: string, variable: string) => {
    const listed = listOf(hub[key]);
    return listed.length > 0 ? listed : listOf(environment[variable]);
  };
  return {
    allowedHosts: listOf(data('assay-resolvers')?.['allowed-hosts']),
    git: {
      ...given('defaultUrl', git['default-url']),
      ...given('defaultRevision', git['default-revision']),
      ...given('defaultOrg', git['default-org']),
    },
    hub: {
      ...given('artifactHubUrls', hubs('artifact-hub-urls', 'ARTIFACT_HUB_API')),
      ...given('tektonHubUrls', hubs('tekton-hub-urls', 'TEKTON_HUB_API')),
      ...given('defaultType', hub['default-type']),
    },
  };
}
