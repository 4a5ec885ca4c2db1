import http from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { collect } from '../digest/verify-stream.ts';
import { OciError } from '../error.ts';
import { type Endpoint, isLoopback } from './hosts.ts';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface TransportRequest {
  method: Method;
  url: URL;
  headers?: Record<string, string>;
  body?: Uint8Array | AsyncIterable<Uint8Array>;
  signal?: AbortSignal;
}

export interface TransportResponse {
  status: number;
  headers: http.IncomingHttpHeaders;
  /** The URL that answered. */
  url: URL;
  body: http.IncomingMessage;
}

const idleTimeoutMs = 60_000;
const errorBodyBytes = 64 * 1024;

/** Connections to one registry endpoint: kept alive, through the Unix socket or proxy that applies. */
export class Transport {
  readonly #endpoint: Endpoint;
  readonly #agents = new Map<string, http.Agent>();

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
  }

  /**
   * Sends one request and resolves at the response's headers. No status is an error here.
   *
   * @throws what the socket or the body's source throws; the signal's reason
   */
  send(request: TransportRequest): Promise<TransportResponse> {
    const { method, url, headers, body, signal } = request;
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const secure = url.protocol === 'https:';
      const outgoing = (secure ? https : http).request(url, {
        method,
        headers: { 'User-Agent': 'assay', ...headers },
        agent: this.#agent(url, secure),
        timeout: idleTimeoutMs,
        ...(this.#isEndpoint(url) && this.#endpoint.socketPath && { socketPath: this.#endpoint.socketPath }),
        ...(secure && { rejectUnauthorized: !this.#endpoint.insecure }),
        ...(secure && this.#endpoint.ca && { ca: this.#endpoint.ca }),
      });
      const abort = () => outgoing.destroy(signal?.reason);
      signal?.addEventListener('abort', abort, { once: true });
      const settle = () => signal?.removeEventListener('abort', abort);
      outgoing.on('timeout', () => outgoing.destroy(timeoutError()));
      outgoing.on('error', (error) => {
        settle();
        reject(signal?.aborted ? signal.reason : error);
      });
      outgoing.on('response', (incoming) => {
        incoming.on('close', settle);
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, url, body: incoming });
      });
      if (body === undefined || body instanceof Uint8Array) outgoing.end(body);
      // After an early answer (401, 413) the rest of the body is of no interest: the response decides.
      else
        pipeline(Readable.from(body, { objectMode: false, highWaterMark: 256 * 1024 }), outgoing).catch(
          reject,
        );
    });
  }

  /** Closes idle connections. */
  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  /** True for the registry itself, as opposed to a token server or a redirect's target. */
  #isEndpoint(url: URL): boolean {
    return url.origin === this.#endpoint.base.origin;
  }

  #agent(url: URL, secure: boolean): http.Agent {
    const direct =
      isLoopback(url.hostname) || (this.#isEndpoint(url) && this.#endpoint.socketPath !== undefined);
    const key = `${secure} ${direct}`;
    let agent = this.#agents.get(key);
    if (!agent) {
      const options = { keepAlive: true, ...(direct ? {} : { proxyEnv: process.env }) };
      agent = secure ? new https.Agent(options) : new http.Agent(options);
      this.#agents.set(key, agent);
    }
    return agent;
  }
}

/** Reads a response's body of at most `limit` bytes. @throws OciError `RegistryError` */
export async function readBody(response: TransportResponse, limit: number): Promise<Buffer> {
  const tooLarge = () =>
    new OciError(
      'RegistryError',
      `${response.url.host} answered with more than ${limit} bytes where fewer belong`,
    );
  const declared = Number(response.headers['content-length'] ?? 0);
  if (declared > limit) {
    response.body.destroy();
    throw tooLarge();
  }
  return await collect(response.body, limit, tooLarge);
}

/** Lets the connection be used again without looking at the body. */
export async function discardBody(response: TransportResponse): Promise<void> {
  await readBody(response, errorBodyBytes).catch(() => response.body.destroy());
}

/** A header's single value. */
export function header(response: TransportResponse, name: string): string | undefined {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function timeoutError(): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error(`no data for ${idleTimeoutMs / 1000} seconds`);
  error.code = 'ETIMEDOUT';
  return error;
}
