import { lookup } from 'node:dns';
import type { IncomingMessage, RequestOptions } from 'node:http';
import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import type { NetworkPolicy } from './network-policy.ts';
import { allows, isLocalAddress, refusedHost } from './network-policy.ts';

export interface BoundedRequest {
  url: URL;
  policy: NetworkPolicy;
  headers?: Record<string, string>;
  signal: AbortSignal;
  maxBytes: number;
}

/** A complete answer. `body` is undefined when it was larger than allowed. */
export interface BoundedAnswer {
  status: number;
  body: Uint8Array | undefined;
}

const mostRedirects = 5;

/**
 * GET with limits: of bytes, of redirects, and of hosts, checked at each connection so that no name changes its mind
 * between the look and the call. Credentials go to the first origin only; from https no redirect leads to http.
 */
export async function boundedGet(request: BoundedRequest): Promise<BoundedAnswer> {
  let { url, headers = {} } = request;
  for (let hop = 0; ; hop++) {
    const answer = await getOnce({ ...request, url, headers });
    const target = redirectOf(answer, url);
    if (target === undefined) {
      const body = await readUpTo(answer, request.maxBytes);
      return { status: answer.statusCode ?? 0, body };
    }
    answer.destroy();
    if (hop >= mostRedirects) throw new Error(`stopped after ${mostRedirects} redirects`);
    if (!/^https?:$/.test(target.protocol) || (url.protocol === 'https:' && target.protocol === 'http:')) {
      throw new Error(`a redirect from ${url.origin} to ${target.origin} is refused`);
    }
    if (target.origin !== url.origin) {
      const { Authorization: _, ...others } = headers;
      headers = others;
    }
    url = target;
  }
}

function redirectOf({ statusCode = 0, headers }: IncomingMessage, base: URL): URL | undefined {
  const { location } = headers;
  return [301, 302, 303, 307, 308].includes(statusCode) && location ? new URL(location, base) : undefined;
}

async function getOnce({ url, policy, headers, signal }: BoundedRequest): Promise<IncomingMessage> {
  const { request } = await (url.protocol === 'https:' ? import('node:https') : import('node:http'));
  const free = allows(policy, url.host);
  const name = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (!free && isIP(name) && isLocalAddress(name)) throw refusedHost(url.host);
  // Its own connection: one that is kept open would not be looked at again.
  const options: RequestOptions = { headers: { 'user-agent': 'assay', ...headers }, signal, agent: false };
  if (!free) options.lookup = guarded(url.host);
  return new Promise((resolve, reject) => {
    request(url, options, resolve).on('error', reject).end();
  });
}

/** A name service that does not tell local addresses. */
function guarded(host: string): LookupFunction {
  return (name, options, callback) => {
    lookup(name, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      if (addresses.some(({ address }) => isLocalAddress(address))) return callback(refusedHost(host), '', 0);
      const [first] = addresses;
      if (options.all) return callback(null, addresses);
      return callback(null, first?.address ?? '', first?.family ?? 0);
    });
  };
}

async function readUpTo(answer: IncomingMessage, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer) {
    size += chunk.length;
    if (size > maxBytes) {
      answer.destroy();
      return undefined;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
