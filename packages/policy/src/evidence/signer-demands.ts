import { AttestationError, parsePublicKey } from '@assay/attestation';
import { PolicyError } from '../error.ts';
import type { PolicySpec } from '../spec/policy-spec.ts';
import { createKeyVerifier, type SignatureVerifier } from './verifier.ts';

/** Whose signatures count. */
export interface SignerDemands {
  /** PEM. */
  publicKey?: string;
  identity?: PolicySpec['identity'];
}

/**
 * Makes the verifier that a policy demands: by its public key, else by its identity.
 * @param keyless makes the verifier of an identity; without it an identity cannot be checked
 * @throws PolicyError InvalidPolicy when it demands nothing that can be checked: nobody's signature would be as good as anybody's
 */
export function createVerifier(
  { publicKey, identity }: SignerDemands,
  keyless?: (identity: NonNullable<PolicySpec['identity']>) => SignatureVerifier,
): SignatureVerifier {
  if (publicKey) {
    try {
      return createKeyVerifier([parsePublicKey(publicKey)]);
    } catch (cause) {
      if (!(cause instanceof AttestationError)) throw cause;
      throw new PolicyError('InvalidPolicy', `the public key cannot be read: ${cause.message}`, {
        cause,
        hint: 'publicKey holds a PEM block, -----BEGIN PUBLIC KEY-----',
      });
    }
  }
  const named = identity && (identity.subject || identity.subjectRegExp);
  const issued = identity && (identity.issuer || identity.issuerRegExp);
  if (!identity || !named || !issued) {
    throw new PolicyError('InvalidPolicy', 'the policy says neither which key nor whose identity must sign', {
      hint: 'give --public-key, or --certificate-identity with --certificate-oidc-issuer, or set them in the policy',
    });
  }
  if (!keyless) {
    throw new PolicyError(
      'InvalidPolicy',
      'an identity can only be checked with the keys of its certificate authority',
      {
        hint: 'give --trusted-root FILE, the trusted_root.json of the Sigstore that issued the certificates',
      },
    );
  }
  return keyless(identity);
}
