import type { TrustMaterial } from '@sigstore/verify';
import { AttestationError } from '../error.ts';
import type { ParsedBundle } from './bundle.ts';

/** The keys of a Sigstore: its certificate authorities, logs and timestamp authorities. */
export interface TrustRoot {
  readonly material: TrustMaterial;
}

/** Who signed, as a certificate authority of the trust root vouched. */
export interface CertifiedIdentity {
  /** An email address or URI. */
  subject: string;
  /** The OpenID Connect issuer that knew the subject. */
  issuer: string;
  /** PEM. */
  certificate: string;
}

/**
 * Reads `trusted_root.json`, as Sigstore's TUF repository hands it out.
 * @throws AttestationError InvalidTrustRoot
 */
export async function parseTrustRoot(text: string): Promise<TrustRoot> {
  const [{ TrustedRoot }, { toTrustMaterial }] = await Promise.all([
    import('@sigstore/protobuf-specs'),
    import('@sigstore/verify'),
  ]);
  try {
    const root = TrustedRoot.fromJSON(JSON.parse(text));
    if (root.certificateAuthorities.length === 0) throw new Error('it names no certificate authority');
    return { material: toTrustMaterial(root) };
  } catch (cause) {
    throw new AttestationError(
      'InvalidTrustRoot',
      `the trust root cannot be read: ${(cause as Error).message}`,
      {
        cause,
        hint: 'it is the trusted_root.json of a Sigstore; `cosign trusted-root create` writes one',
      },
    );
  }
}

/**
 * Who signed a bundle that carries a certificate; undefined when that cannot be established: the certificate must be issued by the trust root, its
 * time of signing proved by a log or a timestamp, and it must be listed in a certificate log if the root has any. The bundle is untrusted.
 * @param options.ignoreLog does without an entry in a transparency log; then a signed timestamp is needed
 */
export async function verifyBundleIdentity(
  bundle: ParsedBundle,
  { material }: TrustRoot,
  options: { ignoreLog?: boolean } = {},
): Promise<CertifiedIdentity | undefined> {
  const { toSignedEntity, Verifier } = await import('@sigstore/verify');
  const { content } = bundle.content.verificationMaterial;
  if (content.$case === 'publicKey') return undefined;
  try {
    const verifier = new Verifier(material, {
      tlogThreshold: options.ignoreLog ? 0 : 1,
      ctlogThreshold: material.ctlogs.length > 0 ? 1 : 0,
      timestampThreshold: 1,
    });
    const { identity } = verifier.verify(toSignedEntity(bundle.content));
    const subject = identity?.subjectAlternativeName;
    const issuer = identity?.extensions?.issuer;
    if (!subject || !issuer) return undefined;
    const leaf =
      content.$case === 'certificate' ? content.certificate : content.x509CertificateChain.certificates[0];
    const { X509Certificate } = await import('node:crypto');
    return { subject, issuer, certificate: leaf ? new X509Certificate(leaf.rawBytes).toString() : '' };
  } catch {
    return undefined;
  }
}
