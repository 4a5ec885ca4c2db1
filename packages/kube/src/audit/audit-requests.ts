import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { userInfo } from '../access/access-reviews.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { AuditLog } from './audit-log.ts';
import { type RequestInfo, requestInfo } from './request-info.ts';

export interface AuditOptions {
  /** @default systemClock */
  clock?: Clock;
  /** Makes the id of a request. @default crypto.randomUUID */
  randomId?: () => string;
}

/**
 * Writes who asked for what, and what came of it, as `audit.k8s.io/v1` Events of the level Metadata: never bodies, so never
 * what a Secret holds. Requests for paths that are no resource are left out, save those that were refused.
 */
export function auditRequests(app: FastifyInstance, log: AuditLog, options: AuditOptions = {}): void {
  const { clock = systemClock, randomId = randomUUID } = options;
  const started = new WeakMap<FastifyRequest, { received: number; id: string; info: RequestInfo }>();

  const write = (
    request: FastifyRequest,
    reply: FastifyReply,
    stage: 'ResponseStarted' | 'ResponseComplete',
  ) => {
    const known = started.get(request);
    if (!known) return;
    const { received, id, info } = known;
    const code = reply.raw.statusCode;
    if (!info.resource && code !== 401 && code !== 403) return;
    log.write({
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: 'Metadata',
      auditID: id,
      stage,
      requestURI: request.url,
      verb: info.verb,
      user: userInfo(request.impersonator ?? request.identity),
      ...(request.impersonator && { impersonatedUser: userInfo(request.identity) }),
      sourceIPs: request.raw.socket?.remoteAddress ? [request.raw.socket.remoteAddress] : [],
      userAgent: request.headers['user-agent'],
      ...(info.resource && { objectRef: objectRef(info.resource) }),
      responseStatus: { metadata: {}, ...(code >= 400 && { status: 'Failure' }), code },
      requestReceivedTimestamp: new Date(received).toISOString(),
      stageTimestamp: new Date(clock.now()).toISOString(),
    });
  };

  app.addHook('onRequest', async (request, reply) => {
    const info = requestInfo(request);
    const id = randomId();
    started.set(request, { received: clock.now(), id, info });
    reply.header('audit-id', id);
  });
  app.addHook('preHandler', async (request, reply) => {
    const info = started.get(request)?.info;
    if (!info?.longRunning) return;
    write(request, reply, 'ResponseStarted');
    reply.raw.once('close', () => write(request, reply, 'ResponseComplete'));
  });
  app.addHook('onResponse', async (request, reply) => {
    // Refused before the hooks above: nobody knows who it was.
    if (!started.has(request)) {
      started.set(request, {
        received: clock.now() - reply.elapsedTime,
        id: randomId(),
        info: requestInfo(request),
      });
    }
    if (
      !started.get(request)!.info.longRunning ||
      !reply.raw.writableFinished ||
      reply.raw.statusCode >= 400
    ) {
      write(request, reply, 'ResponseComplete');
      started.delete(request);
    }
  });
}

function objectRef({
  group,
  version,
  plural,
  namespace,
  name,
  subresource,
}: NonNullable<RequestInfo['resource']>) {
  return {
    resource: plural,
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
    ...(group !== '' && { apiGroup: group }),
    apiVersion: version,
    ...(subresource !== undefined && { subresource }),
  };
}
