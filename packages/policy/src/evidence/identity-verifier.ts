import { type CertifiedIdentity, type TrustRoot, verifyBundleIdentity } from '@assay/attestation';
import { RE2JS } from 're2js';
import { PolicyError } from '../error.ts';
import type { KeylessVerifier } from '../judge/load-policy.ts';
import type { PolicySpec } from '../spec/policy-spec.ts';

type Identity = NonNullable<PolicySpec['identity']>;

/**
 * Counts what was signed with a certificate for an identity, issued and logged by those in the trust root. Evidence under tags, and bundles with
 * anything else than a certificate of that root, count for nothing.
 * @param options.ignoreLog does without an entry in the transparency log; then a signed timestamp is needed
 */
export function createKeylessVerifier(
  trustRoot: TrustRoot,
  options: { ignoreLog?: boolean } = {},
): KeylessVerifier {
  return (identity) => {
    const matches = identityMatcher(identity);
    return {
      key: '',
      accepts: async ({ bundle }) => {
        const found = bundle && (await verifyBundleIdentity(bundle, trustRoot, options));
        return found !== undefined && matches(found);
      },
    };
  };
}

/** Patterns are RE2 and found anywhere, as Conforma's are; a subject or issuer without pattern is compared whole. */
export function identityMatcher(
  identity: Identity,
): (found: Pick<CertifiedIdentity, 'subject' | 'issuer'>) => boolean {
  const subject = matcher(identity.subject, identity.subjectRegExp);
  const issuer = matcher(identity.issuer, identity.issuerRegExp);
  return (found) => subject(found.subject) && issuer(found.issuer);
}

function matcher(exact: string | undefined, pattern: string | undefined): (text: string) => boolean {
  if (exact) return (text) => text === exact;
  if (!pattern) return () => false;
  try {
    const compiled = RE2JS.compile(pattern);
    return (text) => compiled.matcher(text).find();
  } catch (cause) {
    throw new PolicyError(
      'InvalidPolicy',
      `the identity's pattern ${JSON.stringify(pattern)} is no regular expression`,
      {
        cause,
        hint: 'patterns are RE2: https://github.com/google/re2/wiki/Syntax',
      },
    );
  }
}
