import type { FastifyInstance } from 'fastify';
import { type Authenticator, bearerToken } from '../access/authenticator.ts';
import type { Identity } from '../access/identity.ts';
import { KubeError } from '../error.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who makes the request; on a public route, nobody with any rights. */
    identity: Identity;
  }
  interface FastifyContextConfig {
    /** Served without a token. */
    public?: boolean;
  }
}

const anonymous: Identity = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** Puts every route of the instance, also those added later, behind the authenticator, save those marked public. */
export function requireAuthentication(app: FastifyInstance, authenticator: Authenticator): void {
  app.decorateRequest('identity', { getter: () => anonymous });
  app.addHook('onRequest', async (request) => {
    const token = bearerToken(request.headers.authorization);
    const identity = token === undefined ? undefined : await authenticator.authenticate(token);
    if (identity) Object.defineProperty(request, 'identity', { value: identity });
    else if (!request.routeOptions.config.public) throw new KubeError('Unauthorized', 'Unauthorized');
  });
}
