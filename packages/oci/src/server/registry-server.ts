import { rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { type LayoutStore, openLayoutStore } from '../layout/layout-store.ts';
import { errorNumber } from '../layout/write-file.ts';
import type { RegistryOptions } from './registry-options.ts';

export interface RegistryServerOptions extends Omit<RegistryOptions, 'store'> {
  /** Directory of the images; or give `store`. */
  root?: string;
  store?: LayoutStore;
}

export interface RegistryServer {
  readonly store: LayoutStore;
  /** The application, for further routes before the first `listen`. */
  readonly app: FastifyInstance;
  /**
   * Listens on a TCP port or a Unix socket; call it again for another address.
   *
   * @param address `host` defaults to 127.0.0.1 and `port` to a free one; a socket file nobody listens on is replaced
   * @returns the registry host for references (`localhost:<port>`), or the socket's path
   */
  listen(address?: { port?: number; host?: string } | { socketPath: string }): Promise<string>;
  /** Ends all listeners and connections. */
  close(): Promise<void>;
}

/**
 * A registry of its own (distribution-spec 1.1 with the referrers API) on a `LayoutStore`. To mount it in an
 * application that exists, register `registryPlugin` there instead.
 */
export async function createRegistryServer(options: RegistryServerOptions): Promise<RegistryServer> {
  const { root, store = root === undefined ? undefined : openLayoutStore(root), ...rest } = options;
  if (!store) throw new TypeError('createRegistryServer needs a root or a store');
  const [{ fastify }, { registryPlugin }] = await Promise.all([
    import('fastify'),
    import('./registry-plugin.ts'),
  ]);
  const app = fastify({ logger: false, forceCloseConnections: true, requestTimeout: 0 });
  await app.register(registryPlugin, { store, ...rest });
  const servers: Server[] = [];
  return {
    store,
    app,
    async listen(address = {}) {
      await app.ready();
      const server = createServer({ requestTimeout: 0, keepAliveTimeout: 72_000 }, app.routing);
      if ('socketPath' in address) await listenOnSocket(server, address.socketPath);
      else await listening(server, () => server.listen(address.port ?? 0, address.host ?? '127.0.0.1'));
      servers.push(server);
      return 'socketPath' in address
        ? address.socketPath
        : `localhost:${(server.address() as AddressInfo).port}`;
    },
    async close() {
      await Promise.all(servers.map(closeServer));
      await app.close();
    },
  };
}

async function listenOnSocket(server: Server, path: string): Promise<void> {
  try {
    await listening(server, () => server.listen(path));
  } catch (error) {
    if (errorNumber(error) !== 'EADDRINUSE' || (await isServed(path))) throw error;
    await rm(path, { force: true });
    await listening(server, () => server.listen(path));
  }
}

function listening(server: Server, start: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      resolve();
    });
    start();
  });
}

async function isServed(path: string): Promise<boolean> {
  const { connect } = await import('node:net');
  return await new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
