import { typeName } from '../../values/compare.ts';
import { compareNumbers, fromDouble, toDouble } from '../../values/numbers.ts';
import type { RegoObject } from '../../values/rego-object.ts';
import type { RegoNumber, Value } from '../../values/value.ts';
import { bytesOf } from '../encoding/bytes.ts';
import { fault } from '../operands.ts';
import { algorithms, verifyToken } from './algorithms.ts';
import { type VerificationKey, verificationKeys } from './keys.ts';
import { signedBytes, type Token, type TokenHeader } from './token.ts';

/** What `io.jwt.decode_verify` demands of a token. */
export interface Constraints {
  keys: VerificationKey[] | undefined;
  secret: string;
  algorithm: string;
  issuer: string;
  audience: string;
  /** Nanoseconds since 1970. */
  time: number;
}

export function readConstraints(object: RegoObject, now: bigint): Constraints {
  const constraints: Constraints = {
    keys: undefined,
    secret: '',
    algorithm: '',
    issuer: '',
    audience: '',
    time: Number(now),
  };
  for (const [name, value] of object.entries()) {
    const text = () => {
      if (typeof value !== 'string') throw fault(`${String(name)} constraint: must be a string`);
      return value;
    };
    switch (name) {
      case 'cert':
        constraints.keys = verificationKeys(text());
        break;
      case 'secret':
        constraints.secret = text();
        break;
      case 'alg':
        constraints.algorithm = text();
        break;
      case 'iss':
        constraints.issuer = text();
        break;
      case 'aud':
        constraints.audience = text();
        break;
      case 'time':
        constraints.time = timeOf(value);
        break;
      default:
        throw fault(`unknown token validation constraint: ${String(name)}`);
    }
  }
  if (constraints.keys && constraints.secret !== '') throw fault('duplicate key constraints');
  if (!constraints.keys && constraints.secret === '') throw fault('no key constraint');
  return constraints;
}

function timeOf(value: Value): number {
  if (typeName(value) !== 'number') throw fault('token time constraint: must be a number');
  const time = toDouble(value as RegoNumber);
  if (time < 0) throw fault('token time constraint: must not be negative');
  return time;
}

/** Whether one of the keys made the token's signature; a key that the header names is the only one tried. */
export function isVerified(
  constraints: Constraints,
  header: TokenHeader,
  token: Token,
  signature: Uint8Array,
): boolean {
  const algorithm = algorithms.get(header.algorithm);
  if (!algorithm) return false;
  const signed = signedBytes(token);
  if (!constraints.keys) {
    const key = { kind: 'secret', bytes: bytesOf(constraints.secret) } as const;
    return verifyToken(algorithm, key, signed, signature, true);
  }
  return candidates(constraints.keys, header).some(
    ({ key }) => key !== undefined && verifyToken(algorithm, key, signed, signature, true),
  );
}

/** The key with the header's id, or else every key whose algorithm is the header's or unknown. */
export function candidates(keys: readonly VerificationKey[], header: TokenHeader): VerificationKey[] {
  const named = header.keyId === '' ? undefined : keys.find(({ id }) => id === header.keyId);
  if (named) return [named];
  return keys.filter(({ algorithm }) => algorithm === '' || algorithm === header.algorithm);
}

/** Whether the claims meet the constraints (RFC 7519, section 4.1). */
export function claimsHold(constraints: Constraints, payload: RegoObject): boolean {
  if (constraints.issuer !== '' && payload.get('iss') !== constraints.issuer) return false;
  const audience = payload.get('aud');
  if (audience === undefined ? constraints.audience !== '' : !isFor(audience, constraints.audience))
    return false;
  const now = fromDouble(constraints.time / 1e9);
  const expires = timeClaim(payload, 'exp');
  if (expires !== undefined && compareNumbers(now, expires) >= 0) return false;
  const starts = timeClaim(payload, 'nbf');
  return starts === undefined || compareNumbers(now, starts) >= 0;
}

function isFor(audience: Value, wanted: string): boolean {
  return audience === wanted || (Array.isArray(audience) && audience.includes(wanted));
}

function timeClaim(payload: RegoObject, name: string): RegoNumber | undefined {
  const value = payload.get(name);
  if (value === undefined) return undefined;
  if (typeName(value) !== 'number') throw fault(`${name} value must be a number`);
  return value as RegoNumber;
}
