import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { AttestationError } from '../error.ts';

/** A key that signatures are checked with, and the names it goes by. */
export interface PublicKey {
  /** PKIX PEM, `-----BEGIN PUBLIC KEY-----`. */
  readonly pem: string;
  /** Base64 of the SHA-256 of the DER: the `hint` of a Sigstore bundle. */
  readonly hint: string;
  /** OpenSSH's `SHA256:<base64>`: the keyid that Tekton Chains writes. */
  readonly fingerprint: string;
  /** True when `signature` (ASN.1 DER for ECDSA) was made over `data` by this key. Never throws. */
  verify(data: Uint8Array, signature: Uint8Array): boolean;
}

/**
 * Reads a public key in PEM: ECDSA (P-256, P-384, P-521), RSA or Ed25519. Anything else throws `InvalidKey`.
 */
export function parsePublicKey(pem: string): PublicKey {
  if (!pem.includes('-----BEGIN PUBLIC KEY-----')) {
    throw new AttestationError('InvalidKey', 'the text is not a public key in PEM', {
      hint: 'a public key file starts with -----BEGIN PUBLIC KEY-----; cosign writes one as cosign.pub',
    });
  }
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch (cause) {
    throw new AttestationError('InvalidKey', 'the public key cannot be read', { cause });
  }
  return publicKeyOf(key);
}

/** The names and the check of a key that Node holds (a private key stands for its public half). */
export function publicKeyOf(key: KeyObject): PublicKey {
  const half = key.type === 'public' ? key : createPublicKey(key);
  const kind = half.asymmetricKeyType;
  const curve = half.asymmetricKeyDetails?.namedCurve;
  if (
    !(kind === 'ed25519' || kind === 'rsa' || (kind === 'ec' && curve !== undefined && curve in sshCurves))
  ) {
    throw new AttestationError(
      'InvalidKey',
      `keys of kind ${kind ?? 'secret'}${curve ? ` ${curve}` : ''} are not supported`,
      {
        hint: 'use an ECDSA P-256 key, such as `cosign generate-key-pair` makes',
      },
    );
  }
  const der = half.export({ type: 'spki', format: 'der' });
  const algorithm = kind === 'ed25519' ? null : 'sha256';
  return {
    pem: half.export({ type: 'spki', format: 'pem' }).toString(),
    hint: sha256(der).toString('base64'),
    fingerprint: `SHA256:${sha256(sshWireForm(half)).toString('base64').replace(/=+$/, '')}`,
    verify(data, signature) {
      try {
        return verify(algorithm, data, half, signature);
      } catch {
        return false;
      }
    },
  };
}

const sshCurves: Record<string, string> = {
  prime256v1: 'nistp256',
  secp384r1: 'nistp384',
  secp521r1: 'nistp521',
};

/** RFC 4253 section 6.6 and RFC 5656 section 3.1: the bytes whose hash is a key's SSH fingerprint. */
function sshWireForm(key: KeyObject): Buffer {
  const jwk = key.export({ format: 'jwk' });
  const part = (name: 'x' | 'y' | 'n' | 'e') => Buffer.from(jwk[name] ?? '', 'base64url');
  if (key.asymmetricKeyType === 'ed25519')
    return Buffer.concat([sshString('ssh-ed25519'), sshString(part('x'))]);
  if (key.asymmetricKeyType === 'rsa') {
    return Buffer.concat([sshString('ssh-rsa'), sshInteger(part('e')), sshInteger(part('n'))]);
  }
  const curve = sshCurves[key.asymmetricKeyDetails?.namedCurve ?? ''] ?? '';
  const point = Buffer.concat([Buffer.from([4]), part('x'), part('y')]);
  return Buffer.concat([sshString(`ecdsa-sha2-${curve}`), sshString(curve), sshString(point)]);
}

function sshString(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function sshInteger(bytes: Buffer): Buffer {
  return sshString((bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
