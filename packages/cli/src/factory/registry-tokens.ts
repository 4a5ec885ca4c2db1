import type { IncomingMessage } from 'node:http';
import type { RegistryServer } from '@assay/oci';
import { type RegistryIdentities, tokenIn } from './registry-identities.ts';

const path = '/token';
/** Clients ask again after it; the token itself may end before or after. */
const lifetimeSeconds = 300;

/**
 * What a client is told that has to say who it is (the distribution project's token specification): to turn its login
 * into a token at an address of the same registry. Docker sends no request at all to a registry that asks for a basic
 * login it does not have; a token it can get without one.
 */
export function registryChallenge({ headers }: Pick<IncomingMessage, 'headers'>): string {
  // The name that the requester knows the registry by, which is its own matter; it must not end the quotes, though.
  const host = /^[\w.:[\]-]+$/.test(headers.host ?? '') ? headers.host : 'localhost';
  return `Bearer realm="http://${host}${path}",service="${host}"`;
}

/** Serves the tokens: the very token that the login's password is, or one for everybody. */
export function addRegistryTokens({ app }: RegistryServer, identities: RegistryIdentities): void {
  app.get(path, async ({ headers: { authorization } }, reply) => {
    if ((await identities.of(authorization)) === 'unknown') {
      const message = 'the password is no token that is valid here';
      return reply.code(401).send({ errors: [{ code: 'UNAUTHORIZED', message }] });
    }
    const token = tokenIn(authorization);
    return { token, access_token: token, expires_in: lifetimeSeconds };
  });
}
