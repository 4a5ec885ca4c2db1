import {
  attachAttestation,
  type Envelope,
  encodeStatement,
  readEvidence,
  type Signer,
  type Statement,
  signEnvelope,
  statementPayloadType,
} from '@assay/attestation';
import type { ContentStore } from '@assay/oci';
import { accepted, type SignatureVerifier } from '../evidence/verifier.ts';
import { type SummaryDemands, summaryObjection, verificationSummaryType } from './verification-summary.ts';

/** An image by digest, and where it is. */
export interface SummarisedImage {
  store: ContentStore;
  repository: string;
  digest: string;
}

/**
 * Signs a summary and, if an image is given, attaches it in the forms in which the image's other evidence is.
 * @returns the envelope
 */
export async function signSummary(
  statement: Statement,
  signer: Signer,
  options: { attachTo?: SummarisedImage; now: Date },
): Promise<Envelope> {
  const envelope = await signEnvelope(statementPayloadType, encodeStatement(statement), signer);
  if (options.attachTo) {
    const present = await readEvidence(options.attachTo);
    // A verifier that finds one bundle looks at no tag: where all other evidence is in tags, a bundle would hide it.
    const onlyTags = present.length > 0 && present.every(({ form }) => form !== 'bundle');
    const onlyBundles = present.every(({ form }) => form === 'bundle');
    await attachAttestation(
      options.attachTo,
      { envelope, predicateType: verificationSummaryType, signer },
      {
        created: options.now.toISOString(),
        present,
        ...((onlyTags || onlyBundles) && { forms: [onlyTags ? 'tags' : 'bundle'] }),
      },
    );
  }
  return envelope;
}

/** What was found of summaries beside an image. */
export interface FoundSummary {
  /** The newest that can be relied on. */
  statement?: Statement;
  /** Why the others cannot. */
  objections: string[];
}

/**
 * Looks for a summary beside an image that can take the place of a verdict. Everything there is untrusted: only what the verifier accepts is
 * looked at.
 * @throws OciError when the evidence cannot be read
 */
export async function findSummary(
  image: SummarisedImage,
  verifier: SignatureVerifier,
  demands: Omit<SummaryDemands, 'digest'>,
): Promise<FoundSummary> {
  const signed = await accepted(await readEvidence(image), 'attestation', verifier);
  const objections: string[] = [];
  let newest: Statement | undefined;
  for (const { statement } of signed) {
    if (statement.predicateType !== verificationSummaryType) continue;
    const objection = summaryObjection(statement, { ...demands, digest: image.digest });
    if (objection !== undefined) objections.push(objection);
    else if (!newest || verifiedAt(statement) > verifiedAt(newest)) newest = statement;
  }
  return { ...(newest && { statement: newest }), objections };
}

function verifiedAt({ predicate }: Statement): number {
  return Date.parse(String((predicate as { timeVerified?: unknown }).timeVerified));
}
