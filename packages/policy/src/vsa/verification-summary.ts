import {
  digestSet,
  hasSubject,
  type ResourceDescriptor,
  type Statement,
  statementTypes,
} from '@assay/attestation';
import { timeText } from '../spec/effective-time.ts';

/** SLSA 1.2, "Verification Summary Attestation (VSA)". */
export const verificationSummaryType = 'https://slsa.dev/verification_summary/v1';

/** What a summary says. */
export interface VerificationSummary {
  verifier: { id: string; version?: Record<string, string> };
  timeVerified: string;
  resourceUri: string;
  policy: ResourceDescriptor;
  inputAttestations: ResourceDescriptor[];
  verificationResult: 'PASSED' | 'FAILED';
  verifiedLevels: string[];
  slsaVersion: string;
}

export interface SummaryOptions {
  image: { repository: string; digest: string };
  /** URI of the verifier, and the versions of what it consists of. */
  verifier: VerificationSummary['verifier'];
  /** Where the policy is, and the SHA-256 of its canonical form. */
  policy: { uri: string; sha256: string };
  /** Digests (`sha256:...`) of the envelopes that were judged. */
  inputAttestations: readonly string[];
  passed: boolean;
  /** SLSA levels that the policy establishes. @default none: unevaluated */
  levels?: readonly string[];
  time: Date;
}

const unevaluated = 'SLSA_BUILD_LEVEL_UNEVALUATED';

/** The statement that an image was judged by a policy, and how. */
export function createVerificationSummary(options: SummaryOptions): Statement {
  const { image, verifier, policy, inputAttestations, passed, levels = [], time } = options;
  const predicate: VerificationSummary = {
    verifier,
    timeVerified: timeText(time),
    resourceUri: `oci://${image.repository}@${image.digest}`,
    policy: { uri: policy.uri, digest: { sha256: policy.sha256 } },
    inputAttestations: inputAttestations.map((digest) => ({ digest: digestSet(digest) })),
    verificationResult: passed ? 'PASSED' : 'FAILED',
    verifiedLevels: passed ? [...(levels.length > 0 ? levels : [unevaluated])] : ['FAILED'],
    slsaVersion: '1.2',
  };
  return {
    _type: statementTypes.v1,
    subject: [{ uri: `oci://${image.repository}`, digest: digestSet(image.digest) }],
    predicateType: verificationSummaryType,
    predicate: { ...predicate },
  };
}

/** What a summary must be about to be relied on. */
export interface SummaryDemands {
  digest: string;
  verifierId: string;
  policySha256: string;
  now: Date;
  /** How old a summary may be, in milliseconds. */
  maxAgeMs: number;
}

/** Clocks of verifier and reader may differ by so much. */
const clockSkewMs = 5 * 60 * 1000;

/**
 * Whether a signed summary can take the place of a verdict; its signature was checked before. Everything in it is the
 * signer's claim.
 * @returns why not, or undefined when it can
 */
export function summaryObjection(statement: Statement, demands: SummaryDemands): string | undefined {
  if (statement.predicateType !== verificationSummaryType) return `it is ${statement.predicateType}`;
  if (!hasSubject(statement, demands.digest)) return 'it is about another image';
  const { verifier, policy, verificationResult, timeVerified } =
    statement.predicate as Partial<VerificationSummary>;
  if (verificationResult !== 'PASSED') return `its result is ${String(verificationResult)}`;
  if (verifier?.id !== demands.verifierId) return `it was made by ${String(verifier?.id)}`;
  if (policy?.digest?.sha256 !== demands.policySha256) return 'it is about another policy';
  const time = typeof timeVerified === 'string' ? Date.parse(timeVerified) : Number.NaN;
  if (Number.isNaN(time)) return 'it does not say when';
  if (time > demands.now.getTime() + clockSkewMs) return `it was made in the future, at ${timeVerified}`;
  if (demands.now.getTime() - time > demands.maxAgeMs)
    return `it has expired: it was made at ${timeVerified}`;
  return undefined;
}
