import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { FastifyError, FastifyInstance } from 'fastify';
import type { Authenticator } from '../access/authenticator.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { DiscoveredResource } from '../discovery/discovered-resource.ts';
import { KubeError } from '../error.ts';
import type { Store } from '../store/store.ts';
import { statusOf } from '../wire/status.ts';
import { requireAuthentication } from './authentication.ts';
import { addDiscoveryRoutes } from './discovery-routes.ts';
import { type ListenAddress, startListening, type TlsCredentials } from './listener.ts';
import { addOpenApiRoutes } from './openapi-routes.ts';
import { acceptBodies, unsupportedMediaType } from './request-body.ts';
import { limitRequests } from './request-limits.ts';
import { addResourceRoutes, notServed } from './resource-routes.ts';
import { routeUpgrades, webSocketsAlone } from './web-socket.ts';

export interface ApiServerOptions {
  store: Store;
  authenticator: Authenticator;
  /** What `/version` says. @default the Kubernetes version whose API is followed */
  gitVersion?: string;
  /** How often a watch that asked for bookmarks gets one. @default 60000 */
  bookmarkIntervalMs?: number;
  /** The largest request body. @default 3 MiB, as Kubernetes */
  maxBodyBytes?: number;
  /** What `/readyz` looks at besides, by name: true when it does its work. @default nothing */
  readiness?: () => Record<string, boolean>;
  /** Awaited before the first request is answered: for what the resources' schemas need and is slow to load. */
  prepare?: () => Promise<unknown>;
  /** A request must have arrived within this time, headers and body. @default 60000 */
  requestTimeoutMs?: number;
  /** A watch whose reader takes nothing for so long is cut off. @default 60000 */
  stallTimeoutMs?: number;
  /** More requests at once, watches aside, are refused with `TooManyRequests`. @default 2000 */
  maxRequestsInFlight?: number;
  /** @default systemClock */
  clock?: Clock;
  /** Told of faults inside the server, which the requester sees as 500 only. @default ignored */
  onError?: (error: unknown) => void;
}

export interface ApiServer {
  /**
   * The instance the API is served by. A host adds its routes before the first `listen`: they are behind the same
   * authentication (`request.identity`), come before the API's own where they are more specific, and answer
   * a thrown KubeError with its Status. `config: { public: true }` serves a route without a token.
   */
  readonly app: FastifyInstance;
  /** What the host serves beside the store's resources; discovery tells of it. */
  readonly discovered: DiscoveredResource[];
  /** Listens, on several addresses if called several times; resolves to the URL, or the socket's path. */
  listen(address: ListenAddress): Promise<string>;
  /** Shows another certificate to connections that come from now on. */
  renewCertificate(credentials: TlsCredentials): void;
  /** Ends the watches and all connections. The store stays open. */
  close(): Promise<void>;
}

const kubernetesVersion = 'v1.34.0';

/** Serves a store in the Kubernetes wire format, once told to listen. The HTTP library is loaded here, not with the package. */
export async function createApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { fastify } = await import('fastify');
  const { store, clock = systemClock, onError = () => {} } = options;
  const closing = new AbortController();
  const servers = new Set<Server | TlsServer>();
  const endUpgraded = new Set<() => void>();
  let handler: RequestListener = () => {};
  const app = fastify({
    bodyLimit: options.maxBodyBytes ?? 3 * 1024 * 1024,
    exposeHeadRoutes: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 500 },
    // Fastify's own server never listens: one handler serves every address.
    serverFactory(listener) {
      handler = listener;
      return createServer(listener);
    },
  });
  acceptBodies(app);
  answerWithStatus(app, onError);
  limitRequests(app, options.maxRequestsInFlight ?? 2000);
  requireAuthentication(app, options.authenticator, store.authorizer);
  addHealthRoutes(app, options.gitVersion ?? kubernetesVersion, options.readiness ?? (() => ({})));
  let prepared: Promise<unknown> | undefined;
  app.addHook('onRequest', async () => {
    prepared ??= options.prepare?.() ?? Promise.resolve();
    await prepared;
  });
  const discovered: DiscoveredResource[] = [];
  addDiscoveryRoutes(app, store, discovered);
  addOpenApiRoutes(app, store);
  addResourceRoutes(app, {
    store,
    clock,
    bookmarkIntervalMs: options.bookmarkIntervalMs ?? 60_000,
    stallTimeoutMs: options.stallTimeoutMs ?? 60_000,
    signal: closing.signal,
  });
  return {
    app,
    discovered,
    async listen(address) {
      await app.ready();
      const tls = 'tls' in address ? address.tls : undefined;
      const requestTimeout = options.requestTimeoutMs ?? 60_000;
      const limits = {
        keepAliveTimeout: 72_000,
        requestTimeout,
        headersTimeout: Math.min(requestTimeout, 20_000),
        connectionsCheckingInterval: Math.min(requestTimeout, 5000),
        ...webSocketsAlone,
      };
      const server = tls
        ? createTlsServer({ ...limits, cert: tls.certificate, key: tls.privateKey }, handler)
        : createServer(limits, handler);
      endUpgraded.add(routeUpgrades(server, handler));
      const where = await startListening(server, address);
      servers.add(server);
      return where;
    },
    renewCertificate({ certificate, privateKey }) {
      for (const server of servers) {
        if ('setSecureContext' in server) server.setSecureContext({ cert: certificate, key: privateKey });
      }
    },
    async close() {
      closing.abort();
      const ends = Array.from(servers, (server) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        server.close(() => resolve());
        server.closeIdleConnections();
        // Let the watches write their ends before their connections go.
        setImmediate(() => server.closeAllConnections());
        return promise;
      });
      for (const end of endUpgraded) end();
      await Promise.all(ends);
      await app.close();
    },
  };
}

function answerWithStatus(app: FastifyInstance, onError: (error: unknown) => void): void {
  app.setNotFoundHandler((request) => {
    throw notServed(request.url.split('?')[0]!);
  });
  app.setErrorHandler((error: FastifyError | KubeError, _request, reply) => {
    const status = statusOf(fromFastify(error));
    if (status.code === 500) onError(error);
    if (status.code === 401) reply.header('www-authenticate', 'Bearer');
    if (status.code === 429) reply.header('retry-after', '1');
    reply.code(status.code ?? 500).send(status);
  });
}

function fromFastify(error: FastifyError | KubeError): unknown {
  if (error instanceof KubeError) return error;
  if (error.statusCode === 413) {
    return new KubeError('RequestEntityTooLarge', 'the request body is larger than the server accepts');
  }
  if (error.statusCode === 415) return unsupportedMediaType(undefined);
  if (error.statusCode !== undefined && error.statusCode < 500)
    return new KubeError('BadRequest', error.message);
  return error;
}

function addHealthRoutes(
  app: FastifyInstance,
  gitVersion: string,
  readiness: () => Record<string, boolean>,
): void {
  const open = { config: { public: true } };
  for (const path of ['/healthz', '/livez']) {
    app.get(path, open, async (_request, reply) => reply.type('text/plain').send('ok'));
  }
  app.get<{ Querystring: { verbose?: string } }>('/readyz', open, async ({ query }, reply) => {
    const checks = Object.entries({ ping: true, ...readiness() });
    const isReady = checks.every(([, isFine]) => isFine);
    reply.type('text/plain').code(isReady ? 200 : 500);
    if (isReady && query.verbose === undefined) return reply.send('ok');
    const lines = checks.map(([name, isFine]) => (isFine ? `[+]${name} ok` : `[-]${name} failed`));
    return reply.send(`${lines.join('\n')}\nreadyz check ${isReady ? 'passed' : 'failed'}\n`);
  });
  const [, major = '', minor = ''] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? [];
  app.get('/version', open, async () => ({
    major,
    minor,
    gitVersion,
    platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
  }));
}
