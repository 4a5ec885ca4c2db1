import type { ContentStore } from '@assay/oci';
import type { PublicKey } from '../keys/public-key.ts';
import { isProvenance, provenanceFacts, provenanceFaults } from '../statement/provenance.ts';
import { hasSubject } from '../statement/statement.ts';
import {
  type EvidenceLimits,
  readEvidence,
  type StoredAttestation,
  type StoredEvidence,
} from '../storage/evidence.ts';
import { isMissing } from '../storage/manifest.ts';
import { type Check, type CheckName, checkNames, failed, notMade, passed } from './check.ts';
import { describeGitSources, type ExpectedSource, matchingSources } from './source.ts';

export interface VerifyImageOptions {
  store: ContentStore;
  /** `repository` is host and path; `reference` a tag or a digest. */
  image: { repository: string; reference: string };
  /** Whose signatures count. None means that nothing can pass. */
  keys: readonly PublicKey[];
  expected: ExpectedSource & { builderId: string };
  limits?: EvidenceLimits;
}

export interface ImageVerification {
  /** `repository@digest`, or as asked for when it could not be resolved. */
  image: string;
  digest?: string;
  /** In the order of `checkNames`; `source` only when a source is expected. */
  checks: Check[];
  /** True when every check passed. */
  passed: boolean;
  /** Provenance that stood all checks. */
  attestations: StoredAttestation[];
}

/** Evidence sorted by whose it is. */
interface Sorted<T> {
  ours: { piece: T; key: PublicKey }[];
  /** It claims one of our keys and does not verify: changed after signing. */
  forged: T[];
  /** Signed by keys that we were not given. */
  foreign: T[];
}

const signHint =
  'the build must be observed by Assay or Tekton Chains with this key; check that --key names its public half';
const tamperHint = 'evidence in the registry was changed after it was signed; find out by whom, and rebuild';

/**
 * Verifies an image against keys and expectations, as a release gate would: by digest, failing closed. Whatever is
 * missing, unreadable or changed is a failed check with a hint; evidence by other keys proves nothing and is only
 * listed. The digest that a tag names now is the one verified, and the answer says which.
 *
 * Throws only the store's errors (an unreachable registry, say): these are no verdict.
 */
export async function verifyImage(options: VerifyImageOptions): Promise<ImageVerification> {
  const { store, keys, expected } = options;
  const { repository, reference } = options.image;
  const wanted = checkNames.filter(
    (name) => name !== 'source' || expected.sourceUri !== undefined || expected.sourceCommit !== undefined,
  );
  const checks: Check[] = [];
  const finish = (digest: string | undefined, attestations: StoredAttestation[] = []): ImageVerification => {
    const first = checks.find((check) => !check.passed);
    for (const name of wanted.slice(checks.length)) checks.push(notMade(name, first?.name ?? name));
    return {
      image: digest === undefined ? `${repository}:${reference}` : `${repository}@${digest}`,
      ...(digest !== undefined && { digest }),
      checks,
      passed: first === undefined,
      attestations: first === undefined ? attestations : [],
    };
  };

  let digest: string;
  try {
    digest = (await store.resolve(repository, reference)).digest;
  } catch (error) {
    if (!isMissing(error)) throw error;
    const hint = 'check the spelling, and that the image was pushed';
    checks.push(failed('image-digest', `${repository} has no image ${reference}`, hint));
    return finish(undefined);
  }
  checks.push(passed('image-digest', `${reference === digest ? '' : `${reference} is `}${digest}`));

  const evidence = await readEvidence({ store, repository, digest }, options.limits);
  checks.push(await checkSignature(evidence, keys, digest));

  const attestations = evidence.filter((piece) => piece.kind === 'attestation');
  const sorted = await sort(attestations, keys);
  checks.push(checkAttestationSignatures(evidence, sorted));
  const provenance = sorted.ours.map(({ piece }) => piece).filter((piece) => isProvenance(piece.statement));
  if (checks.at(-1)?.passed !== true) return finish(digest);

  const about = provenance.filter((piece) => hasSubject(piece.statement, digest));
  if (about.length === 0) {
    const message = `no provenance by the given key has ${digest} among its subjects`;
    const hint =
      'the attestation is about another artifact; it was copied here, or the tag was moved after the build';
    checks.push(failed('attestation-subject', message, hint, provenance.flatMap(subjectsOf)));
    return finish(digest);
  }
  checks.push(
    passed(
      'attestation-subject',
      `${statements(about)} of ${statements(provenance)} statements name it as subject`,
    ),
  );

  const faults = about.flatMap((piece) =>
    provenanceFaults(piece.statement).map((fault) => `${piece.digest}: ${fault}`),
  );
  if (faults.length > 0) {
    const hint = 'the predicate must follow its type, https://slsa.dev/spec/v1.0/provenance or v0.2';
    checks.push(failed('attestation-syntax', `the provenance is malformed: ${faults[0]}`, hint, faults));
    return finish(digest);
  }
  const types = [...new Set(about.map((piece) => piece.statement.predicateType))];
  checks.push(passed('attestation-syntax', `the predicate is well-formed: ${types.join(', ')}`));

  const facts = about.flatMap((piece) => {
    const found = provenanceFacts(piece.statement);
    return found === undefined ? [] : [{ piece, facts: found }];
  });
  const built = facts.filter((item) => item.facts.builderId === expected.builderId);
  if (built.length === 0) {
    const found = [...new Set(facts.map((item) => item.facts.builderId))];
    const hint = 'if this builder is to be trusted, name it as the expected one';
    checks.push(failed('builder-id', `built by ${found.join(', ')}, not by ${expected.builderId}`, hint));
    return finish(digest);
  }
  checks.push(passed('builder-id', `built by ${expected.builderId}`));
  if (!wanted.includes('source'))
    return finish(
      digest,
      built.map((item) => item.piece),
    );

  const sourced = built.filter((item) => matchingSources(item.facts.dependencies, expected).length > 0);
  const asked = [expected.sourceUri, expected.sourceCommit].filter((part) => part !== undefined).join('@');
  if (sourced.length === 0) {
    const found = [...new Set(built.flatMap((item) => describeGitSources(item.facts.dependencies)))];
    const message =
      found.length === 0
        ? `no git source is recorded, expected ${asked}`
        : `built from ${found.join(', ')}, not from ${asked}`;
    const hint =
      'the pipeline records its source with the results CHAINS-GIT_URL and CHAINS-GIT_COMMIT, or *ARTIFACT_INPUTS';
    checks.push(failed('source', message, hint, found));
    return finish(digest);
  }
  checks.push(passed('source', `built from ${asked}`));
  return finish(
    digest,
    sourced.map((item) => item.piece),
  );
}

async function checkSignature(
  evidence: readonly StoredEvidence[],
  keys: readonly PublicKey[],
  digest: string,
): Promise<Check> {
  const name = 'image-signature';
  const broken = unreadable(evidence, name);
  if (broken !== undefined) return broken;
  const sorted = await sort(
    evidence.filter((piece) => piece.kind === 'signature'),
    keys,
  );
  const forged = forgery(sorted, name);
  if (forged !== undefined) return forged;
  const about = sorted.ours.filter(({ piece }) => piece.subjects.includes(digest));
  if (about.length > 0)
    return passed(name, `signed by ${keyNames(about)}`, [...places(about), ...foreign(sorted)]);
  if (sorted.ours.length > 0)
    return failed(name, `the signatures by the given key are about other images`, signHint);
  const message =
    sorted.foreign.length > 0
      ? 'the image is signed only by keys that were not given'
      : 'the image has no signature';
  return failed(name, message, signHint, foreign(sorted));
}

function checkAttestationSignatures(
  evidence: readonly StoredEvidence[],
  sorted: Sorted<StoredAttestation>,
): Check {
  const name = 'attestation-signature';
  const broken = unreadable(evidence, name);
  if (broken !== undefined) return broken;
  const forged = forgery(sorted, name);
  if (forged !== undefined) return forged;
  const provenance = sorted.ours.filter(({ piece }) => isProvenance(piece.statement));
  if (provenance.length > 0) {
    return passed(name, `provenance is signed by ${keyNames(provenance)}`, [
      ...places(provenance),
      ...foreign(sorted),
    ]);
  }
  if (sorted.ours.length > 0) {
    const types = [...new Set(sorted.ours.map(({ piece }) => piece.statement.predicateType))];
    return failed(
      name,
      `no SLSA provenance among the attestations by the given key: ${types.join(', ')}`,
      signHint,
    );
  }
  const message =
    sorted.foreign.length > 0
      ? 'the image has attestations only by keys that were not given'
      : 'the image has no attestation';
  return failed(name, message, signHint, foreign(sorted));
}

function unreadable(evidence: readonly StoredEvidence[], name: CheckName): Check | undefined {
  const isMine = (form: string) => (name === 'image-signature' ? form === 'sig' : form !== 'sig');
  const broken = evidence
    .filter((piece) => piece.kind === 'unreadable')
    .filter((piece) => isMine(piece.form));
  const first = broken[0];
  if (first === undefined) return undefined;
  const hint = 'remove what is not evidence from the image, or rebuild it';
  return failed(
    name,
    `stored evidence cannot be read: ${first.reason}`,
    hint,
    broken.map((piece) => `${piece.form} ${piece.digest}: ${piece.reason}`),
  );
}

function forgery(sorted: Sorted<{ form: string; digest: string }>, name: CheckName): Check | undefined {
  if (sorted.forged.length === 0) return undefined;
  const message = 'evidence that names the given key was not signed by it';
  return failed(
    name,
    message,
    tamperHint,
    sorted.forged.map((piece) => `${piece.form} ${piece.digest}`),
  );
}

async function sort<
  T extends { claimedKey?: string; verify(keys: readonly PublicKey[]): Promise<PublicKey | undefined> },
>(pieces: readonly T[], keys: readonly PublicKey[]): Promise<Sorted<T>> {
  const names = new Set(keys.flatMap((key) => [key.hint, key.fingerprint]));
  const sorted: Sorted<T> = { ours: [], forged: [], foreign: [] };
  for (const piece of pieces) {
    const key = await piece.verify(keys);
    if (key !== undefined) sorted.ours.push({ piece, key });
    else if (piece.claimedKey !== undefined && names.has(piece.claimedKey)) sorted.forged.push(piece);
    else sorted.foreign.push(piece);
  }
  return sorted;
}

/** How many different statements there are: each is stored in several forms. */
function statements(pieces: readonly StoredAttestation[]): number {
  return new Set(pieces.map(({ statement }) => JSON.stringify(statement))).size;
}

function keyNames(ours: readonly { key: PublicKey }[]): string {
  return [...new Set(ours.map(({ key }) => key.fingerprint))].join(', ');
}

function places(ours: readonly { piece: { form: string; digest: string } }[]): string[] {
  return ours.map(({ piece }) => `${piece.form} ${piece.digest}`);
}

function foreign(sorted: Sorted<{ form: string; digest: string; claimedKey?: string }>): string[] {
  return sorted.foreign.map(
    (piece) => `ignored: ${piece.form} ${piece.digest} by ${piece.claimedKey ?? 'an unnamed key'}`,
  );
}

function subjectsOf(piece: StoredAttestation): string[] {
  return piece.statement.subject.map(
    (subject) =>
      `${subject.name ?? ''}@${Object.entries(subject.digest ?? {})
        .map((pair) => pair.join(':'))
        .join(',')}`,
  );
}
