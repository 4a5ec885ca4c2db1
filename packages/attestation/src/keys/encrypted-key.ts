import { randomBytes, scrypt } from 'node:crypto';
import { AttestationError } from '../error.ts';
import { isObject, parseBoundedJson } from '../statement/bounded-json.ts';

const label = 'ENCRYPTED SIGSTORE PRIVATE KEY';
const olderLabel = 'ENCRYPTED COSIGN PRIVATE KEY';
/** The cost parameters that the reference reader accepts; the middle one is what is written. */
const acceptedCosts = [32768, 65536, 131072];

export function isEncryptedKey(pem: string): boolean {
  return pem.includes(`-----BEGIN ${label}-----`) || pem.includes(`-----BEGIN ${olderLabel}-----`);
}

/**
 * Writes cosign's encrypted key file: PEM around JSON that names scrypt and NaCl's secretbox.
 * `random` is for tests that need the same file twice.
 */
export async function sealPrivateKey(
  pkcs8: Uint8Array,
  password: string,
  random: (size: number) => Uint8Array = randomBytes,
): Promise<string> {
  const salt = random(32);
  const nonce = random(24);
  const { xsalsa20poly1305 } = await import('@noble/ciphers/salsa.js');
  const key = await deriveKey(password, salt, 65536);
  const file = {
    kdf: { name: 'scrypt', params: { N: 65536, r: 8, p: 1 }, salt: base64(salt) },
    cipher: { name: 'nacl/secretbox', nonce: base64(nonce) },
    ciphertext: base64(xsalsa20poly1305(key, nonce).encrypt(pkcs8)),
  };
  const body = base64(Buffer.from(JSON.stringify(file))).replace(/.{64}/g, '$&\n');
  return `-----BEGIN ${label}-----\n${body}${body.endsWith('\n') ? '' : '\n'}-----END ${label}-----\n`;
}

/** The PKCS#8 DER in cosign's encrypted key file. Throws `InvalidKey`, and `WrongPassword` when it does not open. */
export async function openEncryptedKey(pem: string, password: string): Promise<Buffer> {
  const match =
    /-----BEGIN (ENCRYPTED (?:SIGSTORE|COSIGN) PRIVATE KEY)-----([A-Za-z0-9+/=\s]+)-----END \1-----/.exec(
      pem,
    );
  if (match === null) throw invalid('is not a PEM block');
  const file = parseBoundedJson(Buffer.from(match[2] ?? '', 'base64'), { maxBytes: 64 * 1024, maxDepth: 8 });
  if (!isObject(file) || !isObject(file.kdf) || !isObject(file.kdf.params) || !isObject(file.cipher)) {
    throw invalid('does not hold a key derivation and a cipher');
  }
  const { N, r, p } = file.kdf.params;
  if (file.kdf.name !== 'scrypt' || !acceptedCosts.includes(N as number) || r !== 8 || p !== 1) {
    throw invalid(
      `uses ${String(file.kdf.name)} with parameters other than N 32768, 65536 or 131072, r 8, p 1`,
    );
  }
  if (file.cipher.name !== 'nacl/secretbox')
    throw invalid(`uses the unknown cipher ${String(file.cipher.name)}`);
  const salt = bytesOf(file.kdf.salt, 'salt');
  const nonce = bytesOf(file.cipher.nonce, 'nonce');
  if (nonce.length !== 24) throw invalid('has a nonce that is not 24 bytes long');
  const ciphertext = bytesOf(file.ciphertext, 'ciphertext');
  const { xsalsa20poly1305 } = await import('@noble/ciphers/salsa.js');
  const key = await deriveKey(password, salt, N as number);
  try {
    return Buffer.from(xsalsa20poly1305(key, nonce).decrypt(ciphertext));
  } catch (cause) {
    throw new AttestationError('WrongPassword', 'the private key does not open with this password', {
      hint: 'the password is taken from COSIGN_PASSWORD',
      cause,
    });
  }
}

function deriveKey(password: string, salt: Uint8Array, cost: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // scrypt needs 128 * N * r bytes, which is above Node's default limit for every accepted N.
    scrypt(password, salt, 32, { N: cost, r: 8, p: 1, maxmem: 256 * 1024 * 1024 }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

function bytesOf(value: unknown, name: string): Buffer {
  if (typeof value !== 'string') throw invalid(`has no ${name}`);
  return Buffer.from(value, 'base64');
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function invalid(what: string): AttestationError {
  return new AttestationError('InvalidKey', `the encrypted private key ${what}`, {
    hint: 'make a new key with `cosign generate-key-pair` if the file is damaged',
  });
}
