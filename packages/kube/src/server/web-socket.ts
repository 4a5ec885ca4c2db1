import { type IncomingMessage, type RequestListener, type Server, ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { KubeError } from '../error.ts';

/** The largest message that is taken; clients cut their input into much smaller ones. */
const maxMessageBytes = 1024 * 1024;

/** What came of a connection behind the request that would upgrade it. */
const heads = new WeakMap<IncomingMessage, Buffer>();

/** Which requests a server is to treat as upgrades; what else is asked for is an ordinary request, as HTTP permits. */
export const webSocketsAlone = {
  shouldUpgradeCallback: ({ headers }: IncomingMessage): boolean =>
    headers.upgrade?.toLowerCase() === 'websocket',
};

/**
 * Has requests for WebSockets handled as all others are, so that they are authenticated, limited and audited alike, and
 * refused with a Status; the route that wants one accepts it.
 * @returns ends those that are open
 */
export function routeUpgrades(server: Server | TlsServer, handler: RequestListener): () => void {
  const sockets = new Set<Socket>();
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    heads.set(request, head);
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    // Answered in HTTP: refused.
    response.once('finish', () => socket.end());
    handler(request, response);
  });
  return () => {
    for (const socket of sockets) socket.destroy();
  };
}

/**
 * Answers a request with a WebSocket that speaks `protocol`. It comes paused.
 * @throws KubeError BadRequest when the request asks for none
 */
export async function acceptWebSocket(
  request: FastifyRequest,
  reply: FastifyReply,
  protocol: string,
): Promise<WebSocket> {
  const head = heads.get(request.raw);
  if (!head) throw new KubeError('BadRequest', 'an upgrade to a WebSocket is required');
  const { WebSocketServer } = await import('ws');
  const acceptor = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: maxMessageBytes,
    handleProtocols: () => protocol,
  });
  reply.hijack();
  // What is told of the answer elsewhere: it is written by the acceptor.
  reply.raw.statusCode = 101;
  return new Promise((resolve, reject) => {
    acceptor.once('wsClientError', (error, refused) => {
      refused.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      reject(error);
    });
    acceptor.handleUpgrade(request.raw, request.raw.socket, head, (socket) => {
      socket.pause();
      socket.on('error', () => socket.terminate());
      resolve(socket);
    });
  });
}
