import { OciError } from '../error.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import type { CredentialSource, Credentials } from './credentials.ts';
import { assertSecure, type Endpoint } from './hosts.ts';
import { readBody, type Transport, type TransportResponse } from './transport.ts';

export interface AccessRequest {
  /** Repository path on the host. */
  path: string;
  actions: 'pull' | 'pull,push' | 'pull,push,delete';
  /** A repository to mount from. */
  from?: string;
}

interface Token {
  value: string;
  expiresAt: number;
}

const maxTokenResponseBytes = 256 * 1024;
const defaultLifetimeSeconds = 60;

/**
 * Answers one registry's challenges: basic, and bearer tokens from the server the challenge names (the
 * distribution project's token specification). Tokens are kept per scope until they expire.
 */
export class Authenticator {
  readonly #endpoint: Endpoint;
  readonly #transport: Transport;
  readonly #credentials: CredentialSource;
  readonly #now: () => number;
  readonly #tokens = new Map<string, Token>();
  #challenge: Challenge | undefined;

  constructor(options: {
    endpoint: Endpoint;
    transport: Transport;
    credentials: CredentialSource;
    now: () => number;
  }) {
    this.#endpoint = options.endpoint;
    this.#transport = options.transport;
    this.#credentials = options.credentials;
    this.#now = options.now;
  }

  /** The Authorization header for an access, from what earlier challenges taught; undefined before the first. */
  async authorization(access: AccessRequest, signal?: AbortSignal): Promise<string | undefined> {
    if (!this.#challenge) return undefined;
    const credentials = await this.#credentials(`${this.#endpoint.host}/${access.path}`);
    if (this.#challenge.scheme === 'basic') return credentials && basic(credentials);
    const scopes = scopesOf(access);
    const key = scopes.join(' ');
    const known = this.#tokens.get(key);
    if (known && known.expiresAt > this.#now()) return `Bearer ${known.value}`;
    const token = await this.#fetchToken(this.#challenge, scopes, credentials, signal);
    this.#tokens.set(key, token);
    return `Bearer ${token.value}`;
  }

  /** Whether the registry has asked for credentials before; until then requests go without. */
  get challenged(): boolean {
    return this.#challenge !== undefined;
  }

  /**
   * Learns from a 401; false when there is nothing new to try.
   * @param blind the request was sent before there was a challenge: others sent with it may have brought one meanwhile
   */
  learn(response: TransportResponse, access: AccessRequest, blind: boolean): boolean {
    const challenges = parseChallenges(response.headers['www-authenticate'] ?? '');
    const challenge =
      challenges.find(({ scheme }) => scheme === 'bearer') ?? challenges.find((c) => c.scheme === 'basic');
    if (!challenge) return false;
    const known = this.#challenge;
    this.#challenge = challenge;
    const forgotten = this.#tokens.delete(scopesOf(access).join(' '));
    return blind || forgotten || known?.scheme !== challenge.scheme;
  }

  async #fetchToken(
    challenge: Challenge,
    scopes: string[],
    credentials: Credentials | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Token> {
    const { host, insecure } = this.#endpoint;
    // The registry names the server that gets the password: hold that to the registry's own transport rules.
    const { realm, service } = challenge.parameters;
    if (!realm || !URL.canParse(realm)) {
      throw new OciError('RegistryError', `${host} asks for a token but names no server to get it from`);
    }
    const url = new URL(realm);
    assertSecure(url, insecure);
    const refresh = credentials && 'identityToken' in credentials ? credentials.identityToken : undefined;
    const form = new URLSearchParams();
    if (service) form.set('service', service);
    if (refresh) {
      form.set('grant_type', 'refresh_token');
      form.set('client_id', 'assay');
      form.set('refresh_token', refresh);
      form.set('scope', scopes.join(' '));
    } else {
      for (const scope of scopes) form.append('scope', scope);
      for (const [name, value] of form) url.searchParams.append(name, value);
    }
    const response = await this.#transport.send({
      method: refresh ? 'POST' : 'GET',
      url,
      headers: refresh
        ? { 'Content-Type': 'application/x-www-form-urlencoded' }
        : credentials && !('identityToken' in credentials)
          ? { Authorization: basic(credentials) ?? '' }
          : {},
      ...(refresh && { body: Buffer.from(form.toString()) }),
      ...(signal && { signal }),
    });
    const body = await readBody(response, maxTokenResponseBytes);
    if (response.status !== 200) throw tokenRefused(host, url, response.status, credentials !== undefined);
    return readToken(body, host, this.#now());
  }
}

function readToken(body: Buffer, host: string, now: number): Token {
  try {
    const { token, access_token: accessToken, expires_in: lifetime } = JSON.parse(body.toString('utf8'));
    const value = token || accessToken;
    if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value)) throw new Error('it holds no token');
    const seconds = typeof lifetime === 'number' && lifetime > 0 ? lifetime : defaultLifetimeSeconds;
    // A tenth off, for the way to the registry.
    return { value, expiresAt: now + seconds * 900 };
  } catch (cause) {
    throw new OciError('RegistryError', `the token server of ${host} sent an answer that cannot be read`, {
      cause,
    });
  }
}

function scopesOf({ path, actions, from }: AccessRequest): string[] {
  return [`repository:${path}:${actions}`, ...(from ? [`repository:${from}:pull`] : [])];
}

function basic(credentials: Credentials): string | undefined {
  if ('identityToken' in credentials) return undefined;
  const { username, password } = credentials;
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function tokenRefused(host: string, url: URL, status: number, known: boolean): OciError {
  if (status === 401 || status === 403) {
    return new OciError('Unauthorized', `${url.host} gives no token for ${host} (${status})`, {
      hint: known ? 'check the stored user and password, or log in again' : `log in: skopeo login ${host}`,
    });
  }
  return new OciError('RegistryUnavailable', `the token server ${url.host} of ${host} answered ${status}`, {
    hint: 'try again later',
  });
}
