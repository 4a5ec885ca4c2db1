import { derElement, tags, unsigned, unsignedBytes } from './der.ts';
import { digest, type HashName, sameBytes } from './digest.ts';

export interface RsaPublicKey {
  kind: 'rsa';
  modulus: bigint;
  exponent: bigint;
}

export interface RsaPrivateKey {
  kind: 'rsa';
  public: RsaPublicKey;
  exponent: bigint;
  /** Of the Chinese remainder theorem; keys from a JWK may lack them. */
  primes?: readonly [bigint, bigint];
}

/** Beyond this a signature costs seconds; OPA's Go has a like limit. */
const maxBits = 8192;
const hashOids: Readonly<Record<string, readonly number[]>> = {
  sha1: [0x2b, 0x0e, 0x03, 0x02, 0x1a],
  sha256: [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01],
  sha384: [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02],
  sha512: [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03],
};

export function bitLength(value: bigint): number {
  return value.toString(2).length;
}

export function powerModulo(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (const bit of [...exponent.toString(2)].reverse()) {
    if (bit === '1') result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

function modulusLength(key: RsaPublicKey): number {
  return Math.ceil(bitLength(key.modulus) / 8);
}

/** RSASSA-PKCS1-v1_5 (RFC 8017, section 8.2). */
export function verifyPkcs1(
  key: RsaPublicKey,
  hash: HashName,
  hashed: Uint8Array,
  signature: Uint8Array,
): boolean {
  const opened = open(key, signature);
  const expected = pkcs1Encoding(hash, hashed, modulusLength(key));
  return opened !== undefined && expected !== undefined && sameBytes(opened, expected);
}

/** RSASSA-PSS (RFC 8017, section 8.1) with a salt of any length. */
export function verifyPss(
  key: RsaPublicKey,
  hash: HashName,
  hashed: Uint8Array,
  signature: Uint8Array,
): boolean {
  const opened = open(key, signature);
  if (!opened) return false;
  const bits = bitLength(key.modulus) - 1;
  const length = Math.ceil(bits / 8);
  const encoded = opened.subarray(opened.length - length);
  if (opened.length > length && opened[0] !== 0) return false;
  const size = hashed.length;
  if (length < size + 2 || encoded.at(-1) !== 0xbc) return false;
  const masked = encoded.subarray(0, length - size - 1);
  const proof = encoded.subarray(length - size - 1, -1);
  const mask = 0xff >> (8 * length - bits);
  if (((masked[0] as number) & ~mask) !== 0) return false;
  const block = xor(masked, maskOf(hash, proof, masked.length));
  block[0] = (block[0] as number) & mask;
  const one = block.indexOf(1);
  if (one < 0 || block.subarray(0, one).some((byte) => byte !== 0)) return false;
  return sameBytes(proof, pssProof(hash, hashed, block.subarray(one + 1)));
}

export function signPkcs1(key: RsaPrivateKey, hash: HashName, hashed: Uint8Array): Uint8Array | undefined {
  const encoded = pkcs1Encoding(hash, hashed, modulusLength(key.public));
  return encoded && close(key, encoded);
}

/** With a salt as long as the hash. */
export function signPss(
  key: RsaPrivateKey,
  hash: HashName,
  hashed: Uint8Array,
  salt: Uint8Array,
): Uint8Array | undefined {
  const bits = bitLength(key.public.modulus) - 1;
  const length = Math.ceil(bits / 8);
  if (length < hashed.length + salt.length + 2) return undefined;
  const proof = pssProof(hash, hashed, salt);
  const block = new Uint8Array(length - proof.length - 1);
  block[block.length - salt.length - 1] = 1;
  block.set(salt, block.length - salt.length);
  const masked = xor(block, maskOf(hash, proof, block.length));
  masked[0] = (masked[0] as number) & (0xff >> (8 * length - bits));
  return close(key, Uint8Array.from([...masked, ...proof, 0xbc]));
}

/** The public operation: undefined for what cannot be a signature by this key. */
function open(key: RsaPublicKey, signature: Uint8Array): Uint8Array | undefined {
  const length = modulusLength(key);
  const usable = bitLength(key.modulus) <= maxBits && key.exponent > 1n && key.exponent < 1n << 33n;
  const value = unsigned(signature);
  if (!usable || signature.length !== length || value >= key.modulus) return undefined;
  return unsignedBytes(powerModulo(value, key.exponent, key.modulus), length);
}

function close(key: RsaPrivateKey, encoded: Uint8Array): Uint8Array | undefined {
  const { modulus } = key.public;
  const value = unsigned(encoded);
  if (bitLength(modulus) > maxBits || value >= modulus) return undefined;
  return unsignedBytes(privatePower(key, value), modulusLength(key.public));
}

function privatePower(key: RsaPrivateKey, value: bigint): bigint {
  if (!key.primes) return powerModulo(value, key.exponent, key.public.modulus);
  const [p, q] = key.primes;
  const left = powerModulo(value, key.exponent % (p - 1n), p);
  const right = powerModulo(value, key.exponent % (q - 1n), q);
  const inverse = powerModulo(q, p - 2n, p);
  const difference = (((left - right) % p) + p) % p;
  return right + q * ((difference * inverse) % p);
}

function pkcs1Encoding(hash: HashName, hashed: Uint8Array, length: number): Uint8Array | undefined {
  const oid = hashOids[hash];
  if (!oid) return undefined;
  const algorithm = derElement(
    tags.sequence,
    derElement(tags.oid, Uint8Array.from(oid)),
    Uint8Array.of(5, 0),
  );
  const info = derElement(tags.sequence, algorithm, derElement(tags.octetString, hashed));
  if (length < info.length + 11) return undefined;
  const encoded = new Uint8Array(length).fill(0xff);
  encoded.set([0, 1]);
  encoded[length - info.length - 1] = 0;
  encoded.set(info, length - info.length);
  return encoded;
}

function pssProof(hash: HashName, hashed: Uint8Array, salt: Uint8Array): Uint8Array {
  return digest(hash, Uint8Array.from([...new Uint8Array(8), ...hashed, ...salt]));
}

/** MGF1 (RFC 8017, appendix B.2.1). */
function maskOf(hash: HashName, seed: Uint8Array, length: number): Uint8Array {
  const mask: number[] = [];
  for (let counter = 0; mask.length < length; counter += 1) {
    mask.push(...digest(hash, Uint8Array.from([...seed, ...unsignedBytes(BigInt(counter), 4)])));
  }
  return Uint8Array.from(mask.slice(0, length));
}

function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((byte, index) => byte ^ (b[index] as number));
}
