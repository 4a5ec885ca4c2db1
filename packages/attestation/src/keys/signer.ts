import { createPrivateKey, generateKeyPair, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { AttestationError } from '../error.ts';
import { isEncryptedKey, openEncryptedKey, sealPrivateKey } from './encrypted-key.ts';
import { type PublicKey, publicKeyOf } from './public-key.ts';

/** Something that signs: a key in memory here, a key service elsewhere. */
export interface Signer {
  readonly publicKey: PublicKey;
  /** A signature over `data`: ECDSA in ASN.1 DER over its SHA-256, or plain Ed25519. */
  sign(data: Uint8Array): Promise<Uint8Array>;
}

export interface KeyPair {
  signer: Signer;
  /** The private half as cosign's encrypted key file. */
  privatePem: string;
  publicPem: string;
}

/** Makes a new ECDSA P-256 key; the private half comes out only encrypted with `password`. */
export async function generateSigningKey(password: string): Promise<KeyPair> {
  const { privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
  const signer = signerOf(privateKey);
  return {
    signer,
    privatePem: await sealPrivateKey(privateKey.export({ type: 'pkcs8', format: 'der' }), password),
    publicPem: signer.publicKey.pem,
  };
}

/**
 * Reads a private key: cosign's encrypted form (then `password` is needed) or unencrypted PKCS#8 or SEC 1 in PEM.
 * Throws `InvalidKey` and `WrongPassword`.
 */
export async function loadSigner(pem: string, password?: string): Promise<Signer> {
  if (isEncryptedKey(pem)) {
    if (password === undefined) {
      throw new AttestationError('WrongPassword', 'the private key is encrypted and no password was given', {
        hint: 'set COSIGN_PASSWORD, to the empty text if the key was made with an empty password',
      });
    }
    const der = await openEncryptedKey(pem, password);
    return readSigner(() => createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  }
  return readSigner(() => createPrivateKey(pem));
}

function readSigner(read: () => KeyObject): Signer {
  let key: KeyObject;
  try {
    key = read();
  } catch (cause) {
    throw new AttestationError('InvalidKey', 'the private key cannot be read', {
      hint: 'use a key that `cosign generate-key-pair` made, or an unencrypted PKCS#8 key in PEM',
      cause,
    });
  }
  return signerOf(key);
}

function signerOf(key: KeyObject): Signer {
  const publicKey = publicKeyOf(key);
  const algorithm = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  return { publicKey, sign: async (data) => sign(algorithm, data, key) };
}
