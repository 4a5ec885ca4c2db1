import { parseEcdsaSignature, verifyEcdsa, verifyEd25519 } from '../crypto/curves.ts';
import { contextTag, DerReader, tags } from '../crypto/der.ts';
import { digest, type HashName } from '../crypto/digest.ts';
import { type AlgorithmIdentifier, type PublicKey, readAlgorithm } from '../crypto/public-key.ts';
import { verifyPkcs1, verifyPss } from '../crypto/rsa.ts';

export interface SignatureAlgorithm {
  /** As Go numbers it in JSON. */
  number: number;
  scheme: 'rsa' | 'rsa-pss' | 'ecdsa' | 'ed25519' | 'dsa';
  hash?: HashName;
}

const byOid: Readonly<Record<string, SignatureAlgorithm>> = {
  '1.2.840.113549.1.1.4': { number: 2, scheme: 'rsa', hash: 'md5' },
  '1.2.840.113549.1.1.5': { number: 3, scheme: 'rsa', hash: 'sha1' },
  '1.3.14.3.2.29': { number: 3, scheme: 'rsa', hash: 'sha1' },
  '1.2.840.113549.1.1.11': { number: 4, scheme: 'rsa', hash: 'sha256' },
  '1.2.840.113549.1.1.12': { number: 5, scheme: 'rsa', hash: 'sha384' },
  '1.2.840.113549.1.1.13': { number: 6, scheme: 'rsa', hash: 'sha512' },
  '1.2.840.10040.4.3': { number: 7, scheme: 'dsa' },
  '2.16.840.1.101.3.4.3.2': { number: 8, scheme: 'dsa' },
  '1.2.840.10045.4.1': { number: 9, scheme: 'ecdsa', hash: 'sha1' },
  '1.2.840.10045.4.3.2': { number: 10, scheme: 'ecdsa', hash: 'sha256' },
  '1.2.840.10045.4.3.3': { number: 11, scheme: 'ecdsa', hash: 'sha384' },
  '1.2.840.10045.4.3.4': { number: 12, scheme: 'ecdsa', hash: 'sha512' },
  '1.3.101.112': { number: 16, scheme: 'ed25519' },
};
const pssOid = '1.2.840.113549.1.1.10';
const mgf1Oid = '1.2.840.113549.1.1.8';
const pssHashes: Readonly<Record<string, SignatureAlgorithm>> = {
  '2.16.840.1.101.3.4.2.1': { number: 13, scheme: 'rsa-pss', hash: 'sha256' },
  '2.16.840.1.101.3.4.2.2': { number: 14, scheme: 'rsa-pss', hash: 'sha384' },
  '2.16.840.1.101.3.4.2.3': { number: 15, scheme: 'rsa-pss', hash: 'sha512' },
};
const saltLengths: Readonly<Record<string, bigint>> = { sha256: 32n, sha384: 48n, sha512: 64n };

/** Undefined for an algorithm that Go does not know. */
export function signatureAlgorithmOf(algorithm: AlgorithmIdentifier): SignatureAlgorithm | undefined {
  if (algorithm.oid === pssOid) return pssAlgorithm(algorithm.parameters);
  if (algorithm.oid === '1.3.101.112' && algorithm.parameters) return undefined;
  return byOid[algorithm.oid];
}

/** Only with the same hash in the mask and a salt of its length (RFC 8017, appendix A.2.3, as RFC 4055 restricts it). */
function pssAlgorithm(parameters: Uint8Array | undefined): SignatureAlgorithm | undefined {
  try {
    const reader = new DerReader(parameters ?? new Uint8Array(), 'parameters').sequence();
    const hash = readAlgorithm(reader.inside(reader.element(contextTag(0)).content));
    const mask = readAlgorithm(reader.inside(reader.element(contextTag(1)).content));
    const maskHash = readAlgorithm(new DerReader(mask.parameters ?? new Uint8Array(), 'parameters'));
    const salt = reader.inside(reader.element(contextTag(2)).content).integer();
    const found = pssHashes[hash.oid];
    const plain = (p: Uint8Array | undefined) => p === undefined || p[0] === tags.null;
    const fits =
      mask.oid === mgf1Oid &&
      maskHash.oid === hash.oid &&
      plain(hash.parameters) &&
      plain(maskHash.parameters) &&
      salt === saltLengths[found?.hash ?? ''];
    return fits ? found : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a key made a signature. Hashes that are broken count as not made. */
export function verifySignature(
  key: PublicKey,
  algorithm: SignatureAlgorithm | undefined,
  signed: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (!algorithm || algorithm.hash === 'md5' || algorithm.hash === 'sha1') return false;
  if (algorithm.scheme === 'ed25519') return key.kind === 'ed25519' && verifyEd25519(key, signed, signature);
  if (!algorithm.hash) return false;
  const hashed = digest(algorithm.hash, signed);
  switch (algorithm.scheme) {
    case 'rsa':
      return key.kind === 'rsa' && verifyPkcs1(key, algorithm.hash, hashed, signature);
    case 'rsa-pss':
      return key.kind === 'rsa' && verifyPss(key, algorithm.hash, hashed, signature);
    case 'ecdsa': {
      const pair = parseEcdsaSignature(signature);
      return key.kind === 'ec' && pair !== undefined && verifyEcdsa(key, hashed, pair.r, pair.s);
    }
    default:
      return false;
  }
}
