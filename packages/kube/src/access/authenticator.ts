import { createHash, timingSafeEqual } from 'node:crypto';
import type { Identity } from './identity.ts';

/** Turns a bearer token into who holds it. */
export interface Authenticator {
  /** The token is the requester's. Undefined when it is nobody's. */
  authenticate(token: string): Identity | undefined | Promise<Identity | undefined>;
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/**
 * An authenticator over a fixed table of tokens. The time it takes tells nothing about how much of a token was
 * right: digests of equal length are compared, and always all of them. Throws RangeError on an empty token.
 */
export function createTokenAuthenticator(
  tokens: Iterable<readonly [token: string, identity: Identity]>,
): Authenticator {
  const table = Array.from(tokens, ([token, identity]) => {
    if (token === '') throw new RangeError('an empty token cannot name an identity');
    return { digest: digest(token), identity };
  });
  return {
    authenticate(token) {
      const presented = digest(token);
      let found: Identity | undefined;
      for (const entry of table) if (timingSafeEqual(entry.digest, presented)) found = entry.identity;
      return found;
    },
  };
}

/** An authenticator that asks others in turn, until one knows the token. */
export function firstOf(authenticators: readonly Authenticator[]): Authenticator {
  return {
    async authenticate(token) {
      for (const authenticator of authenticators) {
        const identity = await authenticator.authenticate(token);
        if (identity) return identity;
      }
      return undefined;
    },
  };
}

/** The token of an `Authorization: Bearer ...` header, or undefined. */
export function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
}
