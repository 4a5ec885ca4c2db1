import { createHash, type Hash } from 'node:crypto';
import { OciError } from '../error.ts';

export type DigestAlgorithm = 'sha256' | 'sha512';

const pattern = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/** True for `sha256:` and 64, or `sha512:` and 128, lower-case hexadecimal digits. */
export function isDigest(text: string): boolean {
  return pattern.test(text);
}

/**
 * Takes a digest apart.
 *
 * @throws OciError `InvalidDigest` for bad grammar or an algorithm other than sha256 and sha512
 */
export function parseDigest(text: string): { algorithm: DigestAlgorithm; hex: string } {
  if (!isDigest(text)) {
    throw new OciError('InvalidDigest', `${JSON.stringify(text.slice(0, 160))} is not a digest`, {
      hint: 'a digest is sha256: and 64, or sha512: and 128, lower-case hexadecimal digits',
    });
  }
  const colon = text.indexOf(':');
  return { algorithm: text.slice(0, colon) as DigestAlgorithm, hex: text.slice(colon + 1) };
}

/** The digest of bytes, or of a text's UTF-8. */
export function computeDigest(content: Uint8Array | string, algorithm: DigestAlgorithm = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(content).digest('hex')}`;
}

/**
 * Checks bytes against the digest they were asked for by.
 *
 * @throws OciError `DigestMismatch`, `InvalidDigest`
 */
export function verifyDigest(content: Uint8Array, digest: string, what = 'content'): void {
  const found = computeDigest(content, parseDigest(digest).algorithm);
  if (found !== digest) throw digestMismatch(what, digest, found);
}

/** A running hash for the algorithm of `digest`. */
export function hashFor(digest: string): Hash {
  return createHash(parseDigest(digest).algorithm);
}

export function digestMismatch(what: string, expected: string, found: string): OciError {
  return new OciError('DigestMismatch', `${what} should be ${expected} but is ${found}`, {
    hint: 'the content was changed or cut short; fetch or push it again',
  });
}
