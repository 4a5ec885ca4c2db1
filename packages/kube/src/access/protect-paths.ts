import type { FastifyInstance } from 'fastify';
import { parseResourcePath } from '../wire/resource-path.ts';
import type { Authorizer } from './authorizer.ts';

/**
 * Asks for the right to each path that is no resource (`/metrics`, `/openapi/v3`), save public ones: RBAC's
 * nonResourceURLs. Resources ask for themselves.
 */
export function protectPaths(app: FastifyInstance, authorizer: Authorizer): void {
  app.addHook('onRequest', async (request) => {
    const path = request.url.split('?')[0]!;
    if (request.routeOptions.config.public || parseResourcePath(path)) return;
    authorizer.require(request.identity, { verb: request.method.toLowerCase(), path });
  });
}
