import { Agent, type IncomingMessage, request } from 'node:http';
import { KubeError } from '../error.ts';
import { errorFromStatus } from '../wire/status.ts';

/** Where an API server is. */
export type ServerAddress = { baseUrl: string; socketPath?: never } | { socketPath: string; baseUrl?: never };

export interface TransportRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  query?: Record<string, string | undefined>;
  body?: unknown;
  /** @default application/json */
  contentType?: string;
  signal?: AbortSignal | undefined;
}

/** More connections at once would only wait in the server's backlog; a unix socket's refuses them. */
const maxConnections = 16;

/** Sends requests to one server over kept connections. Uses node:http, since Node's fetch knows no unix sockets. */
export class Transport {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: maxConnections });
  /** Each watch holds a connection of its own for long. */
  readonly #streamAgent = new Agent();
  readonly #target: { socketPath: string } | { hostname: string; port: string };
  readonly #where: string;
  readonly #prefix: string;
  readonly #headers: Record<string, string>;

  /** Throws `BadRequest` for an address that is not `http://`. */
  constructor(address: ServerAddress, token: string | undefined) {
    if (address.baseUrl === undefined) {
      this.#target = { socketPath: address.socketPath };
      this.#where = address.socketPath;
      this.#prefix = '';
    } else {
      const url = URL.parse(address.baseUrl);
      if (url?.protocol !== 'http:') {
        throw new KubeError('BadRequest', `not an http URL: ${address.baseUrl}`, {
          hint: 'the embedded API is served as http on the loopback',
        });
      }
      this.#target = { hostname: url.hostname.replace(/^\[|\]$/g, ''), port: url.port || '80' };
      this.#where = url.origin;
      this.#prefix = url.pathname.replace(/\/$/, '');
    }
    this.#headers = { accept: 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  }

  /** The answer's JSON. Throws what the server's Status says, or `Unavailable` when there is no answer. */
  async call(options: TransportRequest): Promise<unknown> {
    return readJson(await this.#open(options, this.#agent), this.#where);
  }

  /** An answer that goes on for long, its body still to be read. Throws as `call` does. */
  stream(options: TransportRequest): Promise<IncomingMessage> {
    return this.#open(options, this.#streamAgent);
  }

  async #open(options: TransportRequest, agent: Agent): Promise<IncomingMessage> {
    const response = await this.#send(options, agent, options.method === 'GET');
    const code = response.statusCode ?? 0;
    if (code >= 200 && code < 300) return response;
    throw errorFromStatus(await readJson(response, this.#where).catch(() => undefined), code);
  }

  async #send(options: TransportRequest, agent: Agent, repeatable: boolean): Promise<IncomingMessage> {
    const { method, path, query = {}, body, signal } = options;
    const parameters = new URLSearchParams();
    for (const [key, value] of Object.entries(query)) if (value !== undefined) parameters.set(key, value);
    const text = body === undefined ? undefined : JSON.stringify(body);
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const sent = request({
      ...this.#target,
      agent,
      method,
      path: this.#prefix + path + (parameters.size > 0 ? `?${parameters}` : ''),
      headers: {
        ...this.#headers,
        ...(text !== undefined && {
          'content-type': options.contentType ?? 'application/json',
          'content-length': Buffer.byteLength(text),
        }),
      },
      ...(signal && { signal }),
    });
    sent.once('response', resolve);
    sent.once('error', reject);
    sent.end(text);
    try {
      return await promise;
    } catch (error) {
      if (signal?.aborted) throw error;
      // A kept connection may turn out to have been closed by the server in the meantime.
      if (repeatable && sent.reusedSocket) return this.#send(options, agent, false);
      throw unavailable(this.#where, error);
    }
  }
}

function unavailable(where: string, error: unknown): KubeError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new KubeError('Unavailable', `the API server at ${where} does not answer: ${message || code}`, {
    hint: 'is the factory running? `assay status` tells',
    cause: error,
  });
}

async function readJson(response: IncomingMessage, where: string): Promise<unknown> {
  let text = '';
  try {
    response.setEncoding('utf8');
    for await (const chunk of response) text += chunk;
  } catch (error) {
    throw unavailable(where, error);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new KubeError(
      'Unavailable',
      `the API server at ${where} answered with something that is not JSON`,
      {
        cause: error,
      },
    );
  }
}
