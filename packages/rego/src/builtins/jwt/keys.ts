import { decodePem } from '../crypto/pem.ts';
import { type PublicKey, parsePublicKeyInfo } from '../crypto/public-key.ts';
import { fault } from '../operands.ts';
import { parseCertificate } from '../x509/certificate.ts';
import { algorithms } from './algorithms.ts';
import { type JsonWebKey, JwkError, parseJwks, type SecretKey } from './jwk.ts';

export interface VerificationKey {
  /** Absent where the key is one that verifies nothing. */
  key: PublicKey | SecretKey | undefined;
  algorithm: string;
  id: string;
}

/** The keys of a PEM certificate, a PEM public key, a JWK or a JWK set. Untrusted input. */
export function verificationKeys(text: string): VerificationKey[] {
  const pem = decodePem(text);
  if (pem) {
    if (pem.rest !== '') throw fault('extra data after a PEM certificate block');
    return [{ key: pemKey(pem.block.type, pem.block.bytes), algorithm: '', id: '' }];
  }
  let keys: JsonWebKey[];
  try {
    keys = parseJwks(text);
  } catch (error) {
    if (!(error instanceof JwkError)) throw error;
    throw fault(`failed to parse a JWK key (set): ${error.message}`, error);
  }
  return keys
    .filter(({ algorithm }) => algorithm === '' || algorithms.has(algorithm))
    .map((key) => ({ key: key.public ?? key.secret, algorithm: key.algorithm, id: key.id }));
}

function pemKey(type: string, bytes: Uint8Array): PublicKey {
  if (type === 'CERTIFICATE') {
    return named('failed to parse a PEM certificate', () => parseCertificate(bytes).publicKey);
  }
  if (type === 'PUBLIC KEY') {
    return named('failed to parse a PEM public key', () =>
      parsePublicKeyInfo(bytes, 'asn1: structure error'),
    );
  }
  throw fault('failed to extract a Key from the PEM certificate');
}

function named(what: string, read: () => PublicKey): PublicKey {
  try {
    return read();
  } catch (error) {
    throw fault(`${what}: ${(error as Error).message}`, error);
  }
}
