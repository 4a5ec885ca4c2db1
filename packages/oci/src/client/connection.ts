import { isOciError, OciError, type OciErrorCode } from '../error.ts';
import { answerError, readAnsweredError } from './answers.ts';
import { type AccessRequest, Authenticator } from './authenticator.ts';
import type { CredentialSource } from './credentials.ts';
import { assertSecure, type Endpoint, isLoopback } from './hosts.ts';
import { describeConnectionError, type RetryOptions, TransientFailure, withRetries } from './retry.ts';
import { discardBody, header, type Method, Transport, type TransportResponse } from './transport.ts';

export interface RegistryRequest {
  method: Method;
  /** Path and query below `/v2/`, or an absolute URL that the registry gave. */
  target: string | URL;
  access: AccessRequest;
  headers?: Record<string, string>;
  /** Bytes are sent again on a retry; a stream is sent once. */
  body?: Uint8Array | AsyncIterable<Uint8Array>;
  signal?: AbortSignal | undefined;
  /** Statuses handed back to the caller; any other is an error. */
  expect: readonly number[];
  /** What is asked for, for messages. */
  what: string;
  /** @default RegistryError */
  notFound?: OciErrorCode;
}

const redirects = new Set([301, 302, 303, 307, 308]);
const maxRedirects = 5;

/** One registry: its endpoint, its tokens, what is known of its abilities. */
export class RegistryConnection {
  readonly endpoint: Endpoint;
  /** Whether the registry answers the referrers API; undefined until asked. */
  hasReferrersApi: boolean | undefined;
  readonly #transport: Transport;
  readonly #authenticator: Authenticator;
  readonly #retry: RetryOptions;

  constructor(endpoint: Endpoint, credentials: CredentialSource, retry: RetryOptions) {
    this.endpoint = endpoint;
    this.#transport = new Transport(endpoint);
    this.#retry = retry;
    this.#authenticator = new Authenticator({
      endpoint,
      transport: this.#transport,
      credentials,
      now: retry.now ?? Date.now,
    });
  }

  get host(): string {
    return this.endpoint.host;
  }

  /**
   * Sends a request with credentials, follows redirects of reads, and retries what fails in passing.
   *
   * @throws OciError `Unauthorized`, `Denied`, `RegistryUnavailable`, `TooManyRequests`, `request.notFound`, ...
   */
  async send(request: RegistryRequest): Promise<TransportResponse> {
    const replayable = request.body === undefined || request.body instanceof Uint8Array;
    const options = { ...this.#retry, ...(request.signal && { signal: request.signal }) };
    if (!replayable) options.attempts = 1;
    try {
      return await withRetries(this.host, () => this.#attempt(request, replayable), options);
    } catch (error) {
      if (request.signal?.aborted) throw request.signal.reason;
      throw describeConnectionError(this.host, error);
    }
  }

  /** Runs a sequence of requests again as a whole when it fails in passing. */
  repeat<T>(action: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const attempt = async () => {
      try {
        return await action();
      } catch (error) {
        // An upload lost between two requests (restart, load balancer): start it over.
        if (isOciError(error, 'UploadUnknown')) throw new TransientFailure(404, error.message);
        throw error;
      }
    };
    return withRetries(this.host, attempt, { ...this.#retry, attempts: 3, ...(signal && { signal }) });
  }

  /** The absolute URL of a Location header. It is the registry's word: plain HTTP only where allowed. */
  locationOf(response: TransportResponse): URL {
    const location = header(response, 'location');
    if (!location || !URL.canParse(location, response.url.href)) {
      throw new OciError('RegistryError', `${this.host} does not say where to send the upload`);
    }
    const url = new URL(location, response.url);
    this.#assertAllowed(url);
    return url;
  }

  close(): void {
    this.#transport.close();
  }

  async #attempt(request: RegistryRequest, replayable: boolean): Promise<TransportResponse> {
    const url =
      request.target instanceof URL
        ? request.target
        : new URL(`${this.endpoint.base.href.replace(/\/$/, '')}/v2/${request.target}`);
    const blind = !this.#authenticator.challenged;
    let response = await this.#authorised(url, request);
    if (response.status === 401 && this.#authenticator.learn(response, request.access, blind) && replayable) {
      await discardBody(response);
      response = await this.#authorised(url, request);
    }
    for (let hop = 0; this.#isRedirect(response, request); hop++) {
      if (hop === maxRedirects) throw new OciError('RegistryError', `${this.host} redirects in circles`);
      const next = this.locationOf(response);
      await discardBody(response);
      response = await this.#authorised(next, request);
    }
    if (request.expect.includes(response.status)) return response;
    if (
      response.status === 429 ||
      (response.status >= 500 && response.status !== 501 && response.status !== 507)
    ) {
      const retryAfter = header(response, 'retry-after');
      const { code, message } = await readAnsweredError(response);
      // A registry of ours that finds its own content damaged says so; asking again cannot help.
      if (code === 'DIGEST_INVALID')
        throw new OciError('DigestMismatch', `${request.what} is damaged on ${this.host}: ${message}`);
      throw new TransientFailure(response.status, message, retryAfter);
    }
    throw await answerError(response, this.host, request.what, request.notFound ?? 'RegistryError');
  }

  async #authorised(url: URL, request: RegistryRequest): Promise<TransportResponse> {
    const { method, access, body, signal } = request;
    const own = url.origin === this.endpoint.base.origin;
    const authorization = own ? await this.#authenticator.authorization(access, signal) : undefined;
    const headers = { ...request.headers, ...(authorization && { Authorization: authorization }) };
    return await this.#transport.send({
      method,
      url,
      headers,
      ...(body && { body }),
      ...(signal && { signal }),
    });
  }

  #isRedirect(response: TransportResponse, { method, expect }: RegistryRequest): boolean {
    const isRead = method === 'GET' || method === 'HEAD';
    return isRead && redirects.has(response.status) && !expect.includes(response.status);
  }

  #assertAllowed(url: URL): void {
    assertSecure(url, this.endpoint.insecure);
    const { base } = this.endpoint;
    if (isLoopback(url.hostname) && !isLoopback(base.hostname)) {
      throw new OciError('RegistryError', `${this.host} sends us to this machine's own ${url.host}`);
    }
  }
}
