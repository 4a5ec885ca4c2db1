import type { ECDSA } from '@noble/curves/abstract/weierstrass.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { curveLibrary } from '#curves';
import { DerReader, derElement, derInteger, tags, unsigned, unsignedBytes } from './der.ts';

/** The curves of FIPS 186-5 that keys of certificates and tokens lie on. */
export type CurveName = 'P-256' | 'P-384' | 'P-521';

export interface EcPublicKey {
  kind: 'ec';
  curve: CurveName;
  x: bigint;
  y: bigint;
}

export interface EcPrivateKey {
  kind: 'ec';
  public: EcPublicKey;
  scalar: bigint;
}

export interface EdPublicKey {
  kind: 'ed25519';
  bytes: Uint8Array;
}

export interface EdPrivateKey {
  kind: 'ed25519';
  public: EdPublicKey;
  seed: Uint8Array;
}

interface CurveParameters {
  p: bigint;
  n: bigint;
  h: bigint;
  a: bigint;
  b: bigint;
  Gx: bigint;
  Gy: bigint;
}

/** SP 800-186, section 3.2.1. */
const parameters: Readonly<Record<CurveName, CurveParameters>> = {
  'P-256': {
    p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
    n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    h: 1n,
    a: 0xffffffff00000001000000000000000000000000fffffffffffffffffffffffcn,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
    Gx: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
    Gy: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
  },
  'P-384': {
    p: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffffn,
    n: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    h: 1n,
    a: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000fffffffcn,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
    Gx: 0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7n,
    Gy: 0x3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5fn,
  },
  'P-521': {
    p: (1n << 521n) - 1n,
    n: 0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
    h: 1n,
    a: (1n << 521n) - 4n,
    b: 0x0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
    Gx: 0x00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66n,
    Gy: 0x011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650n,
  },
};
const hashes = { 'P-256': sha256, 'P-384': sha384, 'P-521': sha512 };
const built = new Map<CurveName, ECDSA>();

/** The bytes of a coordinate. */
export function coordinateLength(curve: CurveName): number {
  return curve === 'P-521' ? 66 : curve === 'P-384' ? 48 : 32;
}

function curveNamed(name: CurveName): ECDSA {
  let curve = built.get(name);
  if (!curve) {
    const { ecdsa, weierstrass } = curveLibrary();
    curve = ecdsa(weierstrass(parameters[name]), hashes[name], { lowS: false });
    built.set(name, curve);
  }
  return curve;
}

/** The key of a point written uncompressed; undefined if it does not lie on the curve. */
export function ecPoint(curve: CurveName, bytes: Uint8Array): EcPublicKey | undefined {
  const length = coordinateLength(curve);
  if (bytes.length !== 1 + 2 * length || bytes[0] !== 4) return undefined;
  const x = unsigned(bytes.subarray(1, 1 + length));
  const y = unsigned(bytes.subarray(1 + length));
  return isOnCurve(curve, x, y) ? { kind: 'ec', curve, x, y } : undefined;
}

export function isOnCurve(curve: CurveName, x: bigint, y: bigint): boolean {
  const { p, a, b } = parameters[curve];
  return x < p && y < p && (y * y - (x * x * x + a * x + b)) % p === 0n;
}

export function pointBytes(key: EcPublicKey): Uint8Array {
  const length = coordinateLength(key.curve);
  return Uint8Array.from([4, ...unsignedBytes(key.x, length), ...unsignedBytes(key.y, length)]);
}

/** Undefined if the scalar is no private key of the curve. */
export function ecPrivateKey(curve: CurveName, scalar: bigint): EcPrivateKey | undefined {
  if (scalar <= 0n || scalar >= parameters[curve].n) return undefined;
  const { x, y } = curveNamed(curve).Point.BASE.multiply(scalar).toAffine();
  return { kind: 'ec', public: { kind: 'ec', curve, x, y }, scalar };
}

export function curveOrder(curve: CurveName): bigint {
  return parameters[curve].n;
}

/** ECDSA (FIPS 186-5, section 6.4) over a hash that was made already. */
export function verifyEcdsa(key: EcPublicKey, hashed: Uint8Array, r: bigint, s: bigint): boolean {
  const { n } = parameters[key.curve];
  if (r <= 0n || r >= n || s <= 0n || s >= n) return false;
  const length = coordinateLength(key.curve);
  const signature = Uint8Array.from([...unsignedBytes(r, length), ...unsignedBytes(s, length)]);
  try {
    return curveNamed(key.curve).verify(signature, hashed, pointBytes(key), { prehash: false, lowS: false });
  } catch {
    return false;
  }
}

/** The two numbers of a signature, with a nonce that follows from key and hash (RFC 6979). */
export function signEcdsa(key: EcPrivateKey, hashed: Uint8Array): { r: bigint; s: bigint } {
  const length = coordinateLength(key.public.curve);
  const signature = curveNamed(key.public.curve).sign(hashed, unsignedBytes(key.scalar, length), {
    prehash: false,
    lowS: false,
  });
  return { r: unsigned(signature.subarray(0, length)), s: unsigned(signature.subarray(length)) };
}

/** `r` and `s` of a signature in DER; undefined if it is none. */
export function parseEcdsaSignature(bytes: Uint8Array): { r: bigint; s: bigint } | undefined {
  try {
    const outer = new DerReader(bytes, 'malformed signature');
    const reader = outer.sequence();
    const pair = { r: reader.integer(), s: reader.integer() };
    return outer.done && reader.done ? pair : undefined;
  } catch {
    return undefined;
  }
}

export function ecdsaSignatureBytes({ r, s }: { r: bigint; s: bigint }): Uint8Array {
  return derElement(tags.sequence, derInteger(r), derInteger(s));
}

export function edPrivateKey(seed: Uint8Array): EdPrivateKey {
  return {
    kind: 'ed25519',
    seed,
    public: { kind: 'ed25519', bytes: curveLibrary().ed25519.getPublicKey(seed) },
  };
}

export function verifyEd25519(key: EdPublicKey, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return curveLibrary().ed25519.verify(signature, message, key.bytes, { zip215: false });
  } catch {
    return false;
  }
}

export function signEd25519(key: EdPrivateKey, message: Uint8Array): Uint8Array {
  return curveLibrary().ed25519.sign(message, key.seed);
}
