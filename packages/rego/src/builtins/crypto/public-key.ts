import { fault } from '../operands.ts';
import { type EcPublicKey, type EdPublicKey, ecPoint } from './curves.ts';
import { DerReader, tags } from './der.ts';
import { algorithmOids, curveOids } from './oids.ts';
import type { RsaPublicKey } from './rsa.ts';

/** A key of an algorithm that is known by name only; it verifies nothing. */
export interface OtherPublicKey {
  kind: 'other';
  /** Dotted. */
  algorithm: string;
}

export type PublicKey = RsaPublicKey | EcPublicKey | EdPublicKey | OtherPublicKey;

/** An algorithm identifier (RFC 5280, section 4.1.1.2): its dotted name and its parameters, DER, if any. */
export interface AlgorithmIdentifier {
  oid: string;
  parameters: Uint8Array | undefined;
}

export function readAlgorithm(reader: DerReader): AlgorithmIdentifier {
  const algorithm = reader.sequence();
  const oid = algorithm.oid().join('.');
  const parameters = algorithm.done ? undefined : algorithm.element().raw;
  if (!algorithm.done) algorithm.fail();
  return { oid, parameters };
}

/** Reads a SubjectPublicKeyInfo. */
export function parsePublicKeyInfo(bytes: Uint8Array, malformed = 'x509: malformed public key'): PublicKey {
  const outer = new DerReader(bytes, malformed);
  const info = outer.sequence();
  if (!outer.done) throw fault('x509: trailing data after ASN.1 of public-key');
  const algorithm = readAlgorithm(info);
  const { bytes: key, unused } = info.bits();
  if (unused !== 0 || !info.done) info.fail();
  return publicKeyOf(algorithm, key);
}

function publicKeyOf({ oid, parameters }: AlgorithmIdentifier, key: Uint8Array): PublicKey {
  switch (oid) {
    case algorithmOids.rsa:
      if (parameters?.[0] !== tags.null || parameters.length !== 2) {
        throw fault('x509: RSA key missing NULL parameters');
      }
      return parseRsaPublicKey(key);
    case algorithmOids.ec: {
      const reader = new DerReader(parameters ?? new Uint8Array(), 'x509: invalid ECDSA parameters');
      const curve = curveOids[reader.oid().join('.')];
      if (curve === undefined) throw fault('x509: unsupported elliptic curve');
      const point = ecPoint(curve, key);
      if (!point) throw fault('x509: failed to unmarshal elliptic curve point');
      return point;
    }
    case algorithmOids.ed25519:
      if (parameters !== undefined) throw fault('x509: Ed25519 key encoded with illegal parameters');
      if (key.length !== 32) throw fault('x509: wrong Ed25519 public key size');
      return { kind: 'ed25519', bytes: key };
    default:
      return { kind: 'other', algorithm: oid };
  }
}

/** `RSAPublicKey` (RFC 8017, appendix A.1.1). */
export function parseRsaPublicKey(bytes: Uint8Array): RsaPublicKey {
  const reader = new DerReader(bytes, 'x509: invalid RSA public key').sequence();
  if (reader.tag !== tags.integer) throw fault('x509: invalid RSA modulus');
  const modulus = reader.integer();
  if (reader.tag !== tags.integer) throw fault('x509: invalid RSA public exponent');
  const exponent = reader.integer();
  if (modulus <= 0n) throw fault('x509: RSA modulus is not a positive number');
  if (exponent <= 0n) throw fault('x509: RSA public exponent is not a positive number');
  return { kind: 'rsa', modulus, exponent };
}
