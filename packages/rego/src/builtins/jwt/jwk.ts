import { type CurveName, coordinateLength, ecPrivateKey, edPrivateKey, isOnCurve } from '../crypto/curves.ts';
import { unsigned, unsignedBytes } from '../crypto/der.ts';
import type { PrivateKey } from '../crypto/private-key.ts';
import type { PublicKey } from '../crypto/public-key.ts';
import { powerModulo } from '../crypto/rsa.ts';
import { decodeBase64Url, encodeBase64 } from '../encoding/base64.ts';

/** A shared secret. */
export interface SecretKey {
  kind: 'secret';
  bytes: Uint8Array;
}

export interface JsonWebKey {
  public?: PublicKey;
  private?: PrivateKey;
  secret?: SecretKey;
  /** Empty where the key names none. */
  algorithm: string;
  id: string;
}

/** Keys that are no keys, with what is wrong. */
export class JwkError extends Error {}

type Members = Record<string, unknown>;

/** A JWK or a JWK set (RFC 7517). Untrusted input. */
export function parseJwks(text: string): JsonWebKey[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new JwkError(`failed to unmarshal JWK set: ${(error as Error).message}`);
  }
  if (!isMembers(json)) throw new JwkError('failed to unmarshal JWK set: expected object');
  if (json.keys === undefined) return [parseJwk(json)];
  if (!Array.isArray(json.keys)) throw new JwkError('failed to unmarshal JWK set: expected array of keys');
  return json.keys.map((key) => {
    if (!isMembers(key)) throw new JwkError('failed to unmarshal JWK set: expected object');
    return parseJwk(key);
  });
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJwk(members: Members): JsonWebKey {
  const common = { algorithm: optionalText(members, 'alg'), id: optionalText(members, 'kid') };
  switch (members.kty) {
    case 'RSA':
      return { ...common, ...rsaKey(members) };
    case 'EC':
      return { ...common, ...ecKey(members) };
    case 'OKP':
      return { ...common, ...okpKey(members) };
    case 'oct':
      return { ...common, secret: { kind: 'secret', bytes: bytesOfMember(members, 'k') } };
    default:
      throw new JwkError(
        `failed to unmarshal JWK: invalid key type from JSON (${String(members.kty ?? '')})`,
      );
  }
}

function rsaKey(members: Members): Pick<JsonWebKey, 'public' | 'private'> {
  const key: PublicKey = {
    kind: 'rsa',
    modulus: unsigned(bytesOfMember(members, 'n')),
    exponent: unsigned(bytesOfMember(members, 'e')),
  };
  if (members.d === undefined) return { public: key };
  const exponent = unsigned(bytesOfMember(members, 'd'));
  const whole = members.p !== undefined && members.q !== undefined;
  const primes: [bigint, bigint] | undefined = whole
    ? [unsigned(bytesOfMember(members, 'p')), unsigned(bytesOfMember(members, 'q'))]
    : undefined;
  if (primes && (primes[0] * primes[1] !== key.modulus || primes.includes(1n))) {
    throw new JwkError('failed to unmarshal JWK: invalid RSA primes');
  }
  return { private: { kind: 'rsa', public: key, exponent, ...(primes && { primes }) } };
}

function ecKey(members: Members): Pick<JsonWebKey, 'public' | 'private'> {
  const curve = members.crv;
  if (curve !== 'P-256' && curve !== 'P-384' && curve !== 'P-521') {
    throw new JwkError(`failed to unmarshal JWK: invalid curve ${String(curve)}`);
  }
  const x = unsigned(bytesOfMember(members, 'x'));
  const y = unsigned(bytesOfMember(members, 'y'));
  if (!isOnCurve(curve, x, y)) throw new JwkError('failed to unmarshal JWK: invalid point');
  if (members.d === undefined) return { public: { kind: 'ec', curve, x, y } };
  const key = ecPrivateKey(curve as CurveName, unsigned(bytesOfMember(members, 'd')));
  if (!key) throw new JwkError('failed to unmarshal JWK: invalid private key');
  return { private: key };
}

function okpKey(members: Members): Pick<JsonWebKey, 'public' | 'private'> {
  if (members.crv !== 'Ed25519') {
    return { public: { kind: 'other', algorithm: String(members.crv) } };
  }
  if (members.d === undefined) {
    const bytes = bytesOfMember(members, 'x');
    if (bytes.length !== 32) throw new JwkError('failed to unmarshal JWK: invalid Ed25519 key');
    return { public: { kind: 'ed25519', bytes } };
  }
  const seed = bytesOfMember(members, 'd');
  if (seed.length !== 32) throw new JwkError('failed to unmarshal JWK: invalid Ed25519 key');
  return { private: edPrivateKey(seed) };
}

function optionalText(members: Members, name: string): string {
  const value = members[name];
  if (value === undefined) return '';
  if (typeof value !== 'string') throw new JwkError(`failed to unmarshal JWK: invalid value for ${name}`);
  return value;
}

function bytesOfMember(members: Members, name: string): Uint8Array {
  const value = members[name];
  if (typeof value !== 'string' || value === '') {
    throw new JwkError(`failed to unmarshal JWK: required field ${name} is missing`);
  }
  try {
    return decodeBase64Url(value);
  } catch {
    throw new JwkError(`failed to unmarshal JWK: failed to decode ${name}`);
  }
}

/** A private key as a JWK. */
export function privateKeyJwk(key: PrivateKey): Record<string, string> {
  const text = (bytes: Uint8Array) => encodeBase64(bytes, 'urlSafe', false);
  const numbered = (value: bigint, length?: number) => text(unsignedBytes(value, length));
  switch (key.kind) {
    case 'rsa': {
      const [p, q] = key.primes ?? [0n, 0n];
      return {
        kty: 'RSA',
        n: numbered(key.public.modulus),
        e: numbered(key.public.exponent),
        d: numbered(key.exponent),
        p: numbered(p),
        q: numbered(q),
        dp: numbered(key.exponent % (p - 1n)),
        dq: numbered(key.exponent % (q - 1n)),
        qi: numbered(powerModulo(q, p - 2n, p)),
      };
    }
    case 'ec': {
      const length = coordinateLength(key.public.curve);
      return {
        kty: 'EC',
        crv: key.public.curve,
        x: numbered(key.public.x, length),
        y: numbered(key.public.y, length),
        d: numbered(key.scalar, length),
      };
    }
    case 'ed25519':
      return { kty: 'OKP', crv: 'Ed25519', x: text(key.public.bytes), d: text(key.seed) };
  }
}
