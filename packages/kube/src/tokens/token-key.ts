import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { readPrivateFile, writePrivateFile } from '../certificates/private-file.ts';
import { KubeError } from '../error.ts';

/** What tokens of ServiceAccounts are signed with and checked against. */
export interface TokenKey {
  privateKey: KeyObject;
  publicKey: KeyObject;
  /** Names the key in a token's header: the digest of the public key, as Kubernetes names it. */
  id: string;
}

/**
 * The key in the file (P-256, PKCS #8 in PEM), made at the first call. Removing the file makes every token invalid that it
 * signed.
 * @throws KubeError InvalidCertificate when the file is something else
 */
export function openTokenKey(path: string): TokenKey {
  let pem = readPrivateFile(path);
  if (pem === undefined) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    writePrivateFile(path, pem);
  }
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(pem);
  } catch (error) {
    throw notAKey(path, error);
  }
  if (privateKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw notAKey(path);
  const publicKey = createPublicKey(privateKey);
  const id = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url');
  return { privateKey, publicKey, id };
}

function notAKey(path: string, cause?: unknown): KubeError {
  return new KubeError('InvalidCertificate', `${path} is not a P-256 private key in PEM`, {
    hint: 'move the file away; another key is then made, and tokens have to be asked for again',
    cause,
  });
}
