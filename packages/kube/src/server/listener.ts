import { chmodSync, unlinkSync } from 'node:fs';
import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { KubeError } from '../error.ts';

/** What a TLS server shows, both in PEM. */
export interface TlsCredentials {
  certificate: string;
  privateKey: string;
}

/** Where a server listens: TCP on the loopback, with TLS or in clear, or a unix socket that only its owner can open. */
export type ListenAddress =
  | { port: number; host?: '127.0.0.1' | '::1'; tls?: TlsCredentials }
  | { socketPath: string };

function listen(server: Server, options: { port: number; host: string } | { path: string }): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(options, () => {
    server.removeListener('error', reject);
    resolve();
  });
  return promise;
}

/** True when a process answers at the socket; a file left by a killed one refuses the connection. */
function isServed(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ path });
  socket.once('connect', () => resolve(true));
  socket.once('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}

function isInUse(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
}

async function listenOnSocket(server: Server, path: string): Promise<void> {
  const mask = process.umask(0o177);
  try {
    await listen(server, { path }).catch(async (error: unknown) => {
      if (!isInUse(error) || (await isServed(path))) throw error;
      unlinkSync(path);
      await listen(server, { path });
    });
  } finally {
    process.umask(mask);
  }
  chmodSync(path, 0o600);
}

/** Starts the server and tells its URL, or the socket's path. Throws `Unavailable` when the address is taken. */
export async function startListening(server: Server, address: ListenAddress): Promise<string> {
  const where =
    'socketPath' in address ? address.socketPath : `${address.host ?? '127.0.0.1'}:${address.port}`;
  try {
    if ('socketPath' in address) {
      await listenOnSocket(server, address.socketPath);
      return address.socketPath;
    }
    await listen(server, { port: address.port, host: address.host ?? '127.0.0.1' });
  } catch (error) {
    throw new KubeError('Unavailable', `cannot listen on ${where}: ${(error as Error).message}`, {
      ...(isInUse(error) && { hint: 'another process listens there; choose another address or stop it' }),
      cause: error,
    });
  }
  const { address: host, port, family } = server.address() as AddressInfo;
  const scheme = 'tls' in address && address.tls ? 'https' : 'http';
  return `${scheme}://${family === 'IPv6' ? `[${host}]` : host}:${port}`;
}
