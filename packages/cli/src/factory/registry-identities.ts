import type { Authenticator, Identity, ServiceAccountTokens } from '@assay/kube';

/** The audience of tokens that open the registry and not the API. */
export const registryAudience = 'registry.assay.dev';

/** What clients without credentials are given for a token; it opens what anybody may do. */
export const anonymousToken = 'anonymous';

/** Tells who makes a request to the registry. */
export interface RegistryIdentities {
  /**
   * By the Authorization header, which is the requester's: a bearer token, or basic with any user and the token for a
   * password. `anonymous` when it claims nothing, `unknown` when what it claims is not so.
   */
  of(authorization: string | undefined): Promise<Identity | 'anonymous' | 'unknown'>;
}

export interface RegistryIdentitiesOptions {
  /** The API's: its tokens open the registry, too. */
  authenticator: Authenticator;
  tokens: ServiceAccountTokens;
}

export function createRegistryIdentities(options: RegistryIdentitiesOptions): RegistryIdentities {
  return {
    async of(authorization) {
      const token = tokenIn(authorization);
      if (token === anonymousToken) return 'anonymous';
      const identity =
        (await options.authenticator.authenticate(token)) ??
        (await options.tokens.authenticate(token, [registryAudience]));
      return identity ?? 'unknown';
    },
  };
}

/** The token of a header; what holds none claims nothing. */
export function tokenIn(authorization: string | undefined): string {
  const [, scheme = '', value = ''] = /^(bearer|basic) +(\S+)$/i.exec(authorization ?? '') ?? [];
  if (scheme.toLowerCase() === 'bearer') return value;
  // Some clients send an empty login where they have none.
  const [, password = ''] = /^[^:]*:(.*)$/s.exec(Buffer.from(value, 'base64').toString()) ?? [];
  return password || anonymousToken;
}
