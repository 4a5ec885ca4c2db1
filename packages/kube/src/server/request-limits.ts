import type { FastifyInstance } from 'fastify';
import { KubeError } from '../error.ts';

/** Refuses requests beyond so many at once. Watches do not count. */
export function limitRequests(app: FastifyInstance, maxInFlight: number): void {
  let inFlight = 0;
  app.addHook('onRequest', (request, reply, done) => {
    if (inFlight >= maxInFlight) {
      done(
        new KubeError(
          'TooManyRequests',
          'the server has received too many requests and has asked us to try again later',
        ),
      );
      return;
    }
    if (!isLong(request.url)) {
      inFlight++;
      reply.raw.once('close', () => inFlight--);
    }
    done();
  });
}

/** Watches, followed logs and executed commands go on for as long as their requester likes. */
function isLong(url: string): boolean {
  return /[?&](watch|follow)=(?!0|false)|^\/api\/v1\/namespaces\/[^/]+\/pods\/[^/]+\/exec\?/.test(url);
}
