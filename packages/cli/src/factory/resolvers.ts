import { type Client, Secrets } from '@assay/kube';
import { createCredentialSource, createRegistryClient, storedCredentials } from '@assay/oci';
import { accountSecrets, pullAuths } from '@assay/pipelines';
import {
  bundlesResolver,
  clusterResolver,
  createResolutionCache,
  createResolver,
  gitResolver,
  httpResolver,
  hubResolver,
  type Resolver,
  VerificationPolicies,
  verifyResource,
} from '@assay/tekton';

import type { TektonConfig } from './tekton-config.ts';

/** What the factory's resolvers work with. */
export interface ResolversOptions {
  /** With the rights of the runner. */
  client: Client;
  /** The factory's registry and git server, `localhost:<port>`: the one place of this machine that may be asked unasked. */
  registryHost: string;
  tekton: TektonConfig;
}

/** Tekton's resolvers, with one memory for all of them, and the namespace's VerificationPolicies. */
export function createResolvers({ client, registryHost, tekton }: ResolversOptions): Resolver[] {
  const { featureFlags, defaults, resolvers: settings } = tekton;
  const network = { allowedHosts: [registryHost, ...(settings?.allowedHosts ?? [])] };
  const timeoutMs = defaults.maximumResolutionTimeoutMs;
  const logins = createCredentialSource();
  const registry = async (access: { namespace: string; serviceAccount: string; secret?: string }) => {
    const account = await accountSecrets(client, access.namespace, access.serviceAccount, undefined);
    const own = access.secret ? [await client.get(Secrets, access.namespace, access.secret)] : [];
    const auths = pullAuths([...own, ...(account?.pullSecrets ?? [])]);
    return createRegistryClient({
      hosts: { localhost: { endpoint: `http://${registryHost}` } },
      credentials: auths ? storedCredentials(auths, logins) : logins,
    });
  };
  const cache = createResolutionCache();
  return [
    bundlesResolver({ registry }),
    gitResolver({ client, network, ...settings?.git }),
    httpResolver({ client, network }),
    hubResolver({ network, ...settings?.hub }),
    clusterResolver({ client }),
  ].map((remote) =>
    createResolver(remote, {
      ...{ cache, featureFlags, defaults },
      ...(timeoutMs !== undefined && { timeoutMs }),
      verify: async (definition, source, { namespace }) => {
        const { items } = await client.list(VerificationPolicies, { namespace });
        return verifyResource(definition, source, {
          ...{ policies: items, client },
          noMatchPolicy: featureFlags.verificationNoMatchPolicy,
        });
      },
    }),
  );
}
