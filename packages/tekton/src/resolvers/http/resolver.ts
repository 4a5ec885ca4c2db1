import { createHash, timingSafeEqual } from 'node:crypto';
import type { Client } from '@assay/kube';
import { TektonError } from '../../error.ts';
import { boundedGet } from '../bounded-request.ts';
import type { NetworkPolicy } from '../network-policy.ts';
import type { RemoteResolver, ResolverParams } from '../remote.ts';
import { resolutionFailed } from '../remote.ts';
import { secretValue } from '../secrets.ts';

export interface HttpResolverOptions {
  /** For the secrets that `http-password-secret` names. */
  client?: Client;
  network?: NetworkPolicy;
  /** @default 1 MiB */
  maxBytes?: number;
}

/**
 * Fetches a definition from a URL, with `digest` (`sha256:` or `sha512:`) and basic authentication on request.
 * @see https://tekton.dev/docs/pipelines/http-resolver/
 */
export function httpResolver(options: HttpResolverOptions = {}): RemoteResolver {
  const { network = {}, maxBytes = 1024 * 1024 } = options;
  return {
    name: 'http',
    isImmutable: (params) => params.has('digest'),
    fetch: async (params, { namespace, signal }) => {
      const url = checkParams(params);
      const headers: Record<string, string> = {};
      const secret = params.get('http-password-secret');
      if (secret) {
        const key = params.get('http-password-secret-key') || 'password';
        const password = await secretValue(options.client, namespace, secret, key);
        const pair = `${params.get('http-username')}:${password}`;
        headers.Authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
      }
      const answer = await boundedGet({ url, policy: network, headers, signal, maxBytes }).catch(
        (error: unknown) => {
          if (error instanceof TektonError || signal.aborted) throw error;
          throw resolutionFailed(`error fetching URL: ${error instanceof Error ? error.message : error}`, {
            cause: error,
          });
        },
      );
      const address = params.get('url') ?? '';
      if (answer.status !== 200) throw resolutionFailed(`requested URL '${address}' is not found`);
      if (answer.body === undefined) {
        throw resolutionFailed(`response body exceeds maximum allowed size of ${maxBytes} bytes`);
      }
      const digest = params.get('digest');
      if (digest !== undefined) checkDigest(digest, answer.body);
      const sha256 = createHash('sha256').update(answer.body).digest('hex');
      return { data: answer.body, refSource: { uri: address, digest: { sha256 } }, annotations: {} };
    },
  };
}

function checkParams(params: ResolverParams): URL {
  const address = params.get('url');
  let url: URL | undefined;
  if (address !== undefined) {
    if (!URL.canParse(address))
      throw resolutionFailed(`cannot parse url ${address}: parse "${address}": invalid URI for request`);
    url = new URL(address);
    if (!/^https?:$/.test(url.protocol)) throw resolutionFailed(`url ${address} is not a valid http(s) url`);
  }
  const [user, secret] = ['http-username', 'http-password-secret'] as const;
  for (const [given, other] of [
    [user, secret],
    [secret, user],
  ] as const) {
    if (!params.has(given)) continue;
    if (!params.has(other)) throw resolutionFailed(`missing required param ${other} when using ${given}`);
    if (params.get(given) === '') throw resolutionFailed(`value ${given} cannot be empty`);
  }
  if (url === undefined) throw resolutionFailed('missing required http resolver params: url');
  return url;
}

const lengths: Readonly<Record<string, number>> = { sha256: 64, sha512: 128 };

function checkDigest(digest: string, body: Uint8Array): void {
  const wrong = (message: string) => resolutionFailed(`error validating digest: ${message}`);
  const colon = digest.indexOf(':');
  if (colon < 0) throw wrong(`invalid digest format: ${digest}`);
  const algorithm = digest.slice(0, colon);
  const expected = digest.slice(colon + 1);
  const length = lengths[algorithm];
  if (length === undefined) throw wrong(`invalid digest algorithm: ${algorithm}`);
  if (expected.length !== length) {
    throw wrong(`invalid ${algorithm} digest value, expected length: ${length}, got: ${expected.length}`);
  }
  if (!/^[0-9a-fA-F]+$/.test(expected))
    throw wrong(`error decoding expected SHA string: encoding/hex: invalid byte`);
  const got = createHash(algorithm).update(body).digest();
  if (!timingSafeEqual(Buffer.from(expected, 'hex'), got)) {
    throw wrong(`SHA mismatch, expected ${expected}, got ${got.toString('hex')}`);
  }
}
