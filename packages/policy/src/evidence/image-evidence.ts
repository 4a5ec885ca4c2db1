import {
  hasSubject,
  isProvenance,
  provenanceFaults,
  readEvidence,
  type StoredAttestation,
  type StoredEvidence,
} from '@assay/attestation';
import { type ContentStore, parseReference, referenceTarget } from '@assay/oci';
import type { AttestationSummary, EntitySignature } from '../report/report.ts';
import type { RuleResult } from '../results/rule-info.ts';
import type { SnapshotComponent } from '../snapshot/snapshot.ts';
import { verificationSummaryType } from '../vsa/verification-summary.ts';
import { type BuiltinCheck, checkResult } from './checks.ts';
import { type ImageConfigs, readImageConfigs } from './image-config.ts';
import { readManifestFiles } from './manifest-files.ts';
import { accepted, type SignatureVerifier } from './verifier.ts';

export interface ImageEvidenceOptions {
  /** The content store of a repository. */
  store: (repository: string) => ContentStore;
  verifier: SignatureVerifier;
  skipImageSignature?: boolean;
  skipAttestationSignature?: boolean;
}

/** What was found beside an image, and what the checks before any policy say of it. */
export interface ImageEvidence {
  /** By digest, where that could be told. */
  reference: string;
  repository?: string;
  digest?: string;
  violations: RuleResult[];
  successes: RuleResult[];
  signatures: EntitySignature[];
  attestations: VerifiedAttestation[];
  configs: ImageConfigs;
  /** Manifests of operators and of content sets that the image holds, by path. */
  files: Record<string, unknown>;
  /** Whether there is anything for a policy to judge. */
  judgeable: boolean;
}

export interface VerifiedAttestation {
  /** The blob that holds it. */
  digest: string;
  statement: Record<string, unknown>;
  signatures: EntitySignature[];
}

const noKeyMatch = {
  image:
    'No image signatures found matching the given public key. Verify the correct public key was provided, and a signature was created.',
  attestation:
    'No image attestations found matching the given public key. Verify the correct public key was provided, and one or more attestations were created.',
};

/**
 * Makes the checks of one image that come before its policy, in Conforma's order: accessible, image signature, attestation
 * signatures, attestation syntax, and that an attestation is about this very image. An attestation that was signed by someone
 * else, or is about another digest, is no evidence and does not reach the policy.
 */
export async function gatherEvidence(
  component: SnapshotComponent,
  options: ImageEvidenceOptions,
): Promise<ImageEvidence> {
  const evidence: ImageEvidence = {
    reference: component.containerImage,
    violations: [],
    successes: [],
    signatures: [],
    attestations: [],
    configs: {},
    files: {},
    judgeable: false,
  };
  const note = (code: BuiltinCheck, problem?: string) => {
    (problem === undefined ? evidence.successes : evidence.violations).push(checkResult(code, problem));
    return problem === undefined;
  };
  let image: { store: ContentStore; repository: string; digest: string };
  try {
    const reference = parseReference(component.containerImage);
    const { repository } = reference;
    const store = options.store(repository);
    image = {
      store,
      repository,
      digest: (await store.resolve(repository, referenceTarget(reference))).digest,
    };
    await store.getManifest(repository, image.digest);
  } catch (error) {
    note('builtin.image.accessible', `Image URL is not accessible: ${messageOf(error)}`);
    return evidence;
  }
  evidence.repository = image.repository;
  evidence.digest = image.digest;
  evidence.reference = `${image.repository}@${image.digest}`;

  let found: StoredEvidence[];
  try {
    found = await readEvidence(image);
  } catch (error) {
    note('builtin.attestation.signature_check', `Image attestation check failed: ${messageOf(error)}`);
    return evidence;
  }
  if (!options.skipImageSignature) {
    const signatures = (await accepted(found, 'signature', options.verifier)).filter((signature) =>
      signature.subjects.includes(image.digest),
    );
    evidence.signatures = distinct(signatures.flatMap((signature) => [...signature.signatures]));
    note(
      'builtin.image.signature_check',
      signatures.length > 0 ? undefined : `${noKeyMatch.image} Error: ${whyNone(found, 'signature')}`,
    );
  }
  const signed = options.skipAttestationSignature
    ? found.filter((piece) => piece.kind === 'attestation')
    : await accepted(found, 'attestation', options.verifier);
  // An earlier verdict is no evidence for a later one.
  const attestations = onceEach(
    signed.filter(
      ({ statement }) =>
        hasSubject(statement, image.digest) && statement.predicateType !== verificationSummaryType,
    ),
  );
  if (!options.skipAttestationSignature) {
    const problem =
      signed.length > 0 ? undefined : `${noKeyMatch.attestation} Error: ${whyNone(found, 'attestation')}`;
    if (!note('builtin.attestation.signature_check', problem)) return evidence;
  }
  note('builtin.attestation.syntax_check', syntaxProblem(attestations));
  if (attestations.length === 0) {
    const msg = 'No attestations contain a subject that match the given image.';
    evidence.violations.push({ msg, metadata: {} });
    return evidence;
  }
  evidence.attestations = attestations.map(({ digest, payload, signatures }) => ({
    digest,
    statement: JSON.parse(new TextDecoder().decode(payload)),
    signatures: signatures.map(({ keyid, sig }) => ({ keyid, sig })),
  }));
  evidence.configs = await readImageConfigs(image, options.store);
  evidence.files = await readManifestFiles(image, evidence.configs);
  evidence.judgeable = true;
  return evidence;
}

function syntaxProblem(attestations: readonly StoredAttestation[]): string | undefined {
  if (attestations.length === 0) return 'Attestation syntax check failed: no attestation data';
  const faults = attestations
    .filter(({ statement }) => isProvenance(statement))
    .flatMap(({ statement }) => provenanceFaults(statement));
  return faults.length === 0
    ? undefined
    : `Attestation syntax check failed: attestation syntax validation failed: ${faults.join('; ')}`;
}

/** What stands beside the image instead of the signature that is missing. */
function whyNone(found: readonly StoredEvidence[], kind: 'signature' | 'attestation'): string {
  const mine = found.filter((piece) => piece.kind === kind);
  const unreadable = found.find((piece) => piece.kind === 'unreadable');
  if (unreadable?.kind === 'unreadable') return unreadable.reason;
  if (mine.length === 0) return kind === 'signature' ? 'no signatures found' : 'no attestations found';
  return `none of the ${mine.length} ${kind}s found was made by the given key for this image`;
}

/** The same statement may be stored in several forms. */
function onceEach(attestations: readonly StoredAttestation[]): StoredAttestation[] {
  const byPayload = new Map(
    attestations.toReversed().map((piece) => [Buffer.from(piece.payload).toString('base64'), piece]),
  );
  return [...byPayload.values()].reverse();
}

function distinct(signatures: readonly EntitySignature[]): EntitySignature[] {
  return [...new Map(signatures.map(({ keyid, sig }) => [sig, { keyid, sig }])).values()];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** How the report lists the attestations. */
export function attestationSummaries(attestations: readonly VerifiedAttestation[]): AttestationSummary[] {
  return attestations.map(({ statement, signatures }) => {
    const buildType = buildTypeOf(statement.predicate);
    return {
      type: String(statement._type),
      predicateType: String(statement.predicateType),
      ...(buildType !== undefined && { predicateBuildType: buildType }),
      signatures,
    };
  });
}

function buildTypeOf(predicate: unknown): string | undefined {
  if (typeof predicate !== 'object' || predicate === null) return undefined;
  const { buildType, buildDefinition } = predicate as {
    buildType?: unknown;
    buildDefinition?: { buildType?: unknown };
  };
  const found = buildType ?? buildDefinition?.buildType;
  return typeof found === 'string' ? found : undefined;
}
