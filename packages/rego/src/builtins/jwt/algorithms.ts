import { coordinateLength, signEcdsa, signEd25519, verifyEcdsa, verifyEd25519 } from '../crypto/curves.ts';
import { unsigned, unsignedBytes } from '../crypto/der.ts';
import { authenticate, digest, type HashName, sameBytes } from '../crypto/digest.ts';
import type { PrivateKey } from '../crypto/private-key.ts';
import type { PublicKey } from '../crypto/public-key.ts';
import { signPkcs1, signPss, verifyPkcs1, verifyPss } from '../crypto/rsa.ts';
import type { SecretKey } from './jwk.ts';

export type Family = 'RS' | 'PS' | 'ES' | 'HS' | 'EdDSA';

export interface Algorithm {
  name: string;
  family: Family;
  hash: HashName;
}

function sized(family: 'RS' | 'PS' | 'ES' | 'HS'): Algorithm[] {
  return (['256', '384', '512'] as const).map((bits) => ({
    name: family + bits,
    family,
    hash: `sha${bits}` as HashName,
  }));
}

/** The signature algorithms of RFC 7518 and RFC 8037 by name. */
export const algorithms: ReadonlyMap<string, Algorithm> = new Map(
  [
    ...(['RS', 'PS', 'ES', 'HS'] as const).flatMap(sized),
    { name: 'EdDSA', family: 'EdDSA' as const, hash: 'sha512' as const },
  ].map((algorithm) => [algorithm.name, algorithm]),
);

/** Whether a key made the signature of a token. `strict` wants an ECDSA signature to be as long as its curve makes it. */
export function verifyToken(
  algorithm: Algorithm,
  key: PublicKey | SecretKey,
  signed: Uint8Array,
  signature: Uint8Array,
  strict: boolean,
): boolean {
  const { family, hash } = algorithm;
  switch (family) {
    case 'HS':
      return key.kind === 'secret' && sameBytes(authenticate(hash, key.bytes, signed), signature);
    case 'RS':
      return key.kind === 'rsa' && verifyPkcs1(key, hash, digest(hash, signed), signature);
    case 'PS':
      return key.kind === 'rsa' && verifyPss(key, hash, digest(hash, signed), signature);
    case 'ES': {
      if (key.kind !== 'ec') return false;
      if (strict && signature.length !== 2 * coordinateLength(key.curve)) return false;
      const half = signature.length >> 1;
      const [r, s] = [unsigned(signature.subarray(0, half)), unsigned(signature.subarray(half))];
      return verifyEcdsa(key, digest(hash, signed), r, s);
    }
    case 'EdDSA':
      return key.kind === 'ed25519' && verifyEd25519(key, signed, signature);
  }
}

/** The signature; undefined if the key is of another kind than the algorithm wants. */
export function signToken(
  algorithm: Algorithm,
  key: PrivateKey | SecretKey,
  signed: Uint8Array,
  randomBytes: (length: number) => Uint8Array,
): Uint8Array | undefined {
  const { family, hash } = algorithm;
  switch (family) {
    case 'HS':
      return key.kind === 'secret' ? authenticate(hash, key.bytes, signed) : undefined;
    case 'RS':
      return key.kind === 'rsa' ? signPkcs1(key, hash, digest(hash, signed)) : undefined;
    case 'PS': {
      const hashed = digest(hash, signed);
      return key.kind === 'rsa' ? signPss(key, hash, hashed, randomBytes(hashed.length)) : undefined;
    }
    case 'ES': {
      if (key.kind !== 'ec') return undefined;
      const { r, s } = signEcdsa(key, digest(hash, signed));
      const length = coordinateLength(key.public.curve);
      return Uint8Array.from([...unsignedBytes(r, length), ...unsignedBytes(s, length)]);
    }
    case 'EdDSA':
      return key.kind === 'ed25519' ? signEd25519(key, signed) : undefined;
  }
}
