import { fault } from '../operands.ts';
import {
  type CurveName,
  coordinateLength,
  type EcPrivateKey,
  type EdPrivateKey,
  ecPrivateKey,
  edPrivateKey,
} from './curves.ts';
import { contextTag, DerReader, tags, unsigned } from './der.ts';
import { algorithmOids, curveOids } from './oids.ts';
import { readAlgorithm } from './public-key.ts';
import type { RsaPrivateKey } from './rsa.ts';

export type PrivateKey = RsaPrivateKey | EcPrivateKey | EdPrivateKey;

const structure = "asn1: structure error: tags don't match";

/** `RSAPrivateKey` (RFC 8017, appendix A.1.2) of two primes. */
export function parsePkcs1PrivateKey(bytes: Uint8Array): RsaPrivateKey {
  const reader = new DerReader(bytes, structure).sequence();
  const version = reader.integer();
  if (version > 1n || version < 0n) throw fault('x509: unsupported private key version');
  const [modulus, exponent, secret, p, q] = Array.from({ length: 5 }, () => reader.integer()) as [
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  if ([modulus, secret, p, q].some((value) => value <= 0n)) {
    throw fault('x509: private key contains zero or negative value');
  }
  if (p * q !== modulus || p === 1n || q === 1n) {
    throw fault('x509: failed to parse private key: crypto/rsa: invalid primes');
  }
  return {
    kind: 'rsa',
    public: { kind: 'rsa', modulus, exponent },
    exponent: secret,
    primes: [p, q],
  };
}

/** `ECPrivateKey` (RFC 5915); the curve may be told from outside. */
export function parseSec1PrivateKey(bytes: Uint8Array, outside?: CurveName): EcPrivateKey {
  const reader = new DerReader(bytes, `x509: failed to parse EC private key: ${structure}`).sequence();
  if (reader.integer() !== 1n) throw fault('x509: unknown EC private key version');
  const octets = reader.octets();
  let curve = outside;
  const named = reader.optional(contextTag(0));
  if (named && !curve) curve = curveOids[reader.inside(named.content).oid().join('.')];
  if (!curve) throw fault('x509: unknown elliptic curve');
  const excess = octets.length - coordinateLength(curve);
  if (excess > 0 && octets.subarray(0, excess).some((byte) => byte !== 0)) {
    throw fault('x509: invalid private key length');
  }
  const key = ecPrivateKey(curve, unsigned(octets));
  if (!key) throw fault('x509: invalid elliptic curve private key value');
  return key;
}

/** `PrivateKeyInfo` (RFC 5208). */
export function parsePkcs8PrivateKey(bytes: Uint8Array): PrivateKey {
  const reader = new DerReader(bytes, structure).sequence();
  reader.integer();
  const { oid, parameters } = readAlgorithm(reader);
  const octets = reader.octets();
  switch (oid) {
    case algorithmOids.rsa:
      return parsePkcs1PrivateKey(octets);
    case algorithmOids.ec: {
      const named = parameters?.[0] === tags.oid ? new DerReader(parameters, structure).oid() : undefined;
      return parseSec1PrivateKey(octets, named && curveOids[named.join('.')]);
    }
    case algorithmOids.ed25519: {
      const seed = new DerReader(octets, 'x509: invalid Ed25519 private key').octets();
      if (seed.length !== 32) throw fault(`x509: invalid Ed25519 private key length: ${seed.length}`);
      return edPrivateKey(seed);
    }
    default:
      throw fault(`x509: PKCS#8 wrapping contained private key with unknown algorithm: ${oid}`);
  }
}
