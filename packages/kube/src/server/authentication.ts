import type { FastifyInstance } from 'fastify';
import { type Authenticator, bearerToken } from '../access/authenticator.ts';
import type { Authorizer } from '../access/authorizer.ts';
import { anonymousIdentity, type Identity } from '../access/identity.ts';
import { impersonated } from '../access/impersonation.ts';
import { KubeError } from '../error.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who makes the request; on a public route, nobody with any rights. */
    identity: Identity;
    /** Who really makes it, when `identity` is impersonated. */
    impersonator?: Identity;
  }
  interface FastifyContextConfig {
    /** Served without a token. */
    public?: boolean;
  }
}

/**
 * Puts every route of the instance, also those added later, behind the authenticator, save those marked public. Whoever
 * may impersonate somebody is taken for him.
 */
export function requireAuthentication(
  app: FastifyInstance,
  authenticator: Authenticator,
  authorizer: Authorizer,
): void {
  app.decorateRequest('identity', { getter: () => anonymousIdentity });
  app.addHook('onRequest', async (request) => {
    const token = bearerToken(request.headers.authorization);
    const identity = token === undefined ? undefined : await authenticator.authenticate(token);
    if (identity) {
      const value = impersonated(identity, request.headers, authorizer);
      Object.defineProperty(request, 'identity', { value });
      if (value !== identity) Object.defineProperty(request, 'impersonator', { value: identity });
    } else if (!request.routeOptions.config.public) throw new KubeError('Unauthorized', 'Unauthorized');
  });
}
