import { createHash } from 'node:crypto';
import {
  isProvenance,
  type PublicKey,
  provenanceFacts,
  readEvidence,
  type StoredAttestation,
} from '@assay/attestation';
import { type TrustedTasks, trustKey } from '@assay/catalog';
import type { ContentStore } from '@assay/oci';
import { type VerificationSummary, verificationSummaryType } from '@assay/policy';
import { type RecordFacts, releaseRecordType } from '@assay/release';
import { type AttestedTask, attestedTasks } from './attested-tasks.ts';

/** A key that counts, and whose it is. */
export interface KnownKey {
  owner: string;
  key: PublicKey;
}

export interface TreeTask extends AttestedTask {
  trusted: boolean;
  /** Why, or until when. */
  reason: string;
}

/** Everything that is attached to an image, in the order in which it came about. */
export interface EvidenceTree {
  image: string;
  digest: string;
  builds: {
    run: string;
    builder?: string;
    signer: string;
    sources: { uri: string; digest: string }[];
    tasks: TreeTask[];
  }[];
  attestations: { predicateType: string; signer?: string; form: string; digest: string }[];
  verdicts: { result: string; verifier: string; policy: string; time: string; signer: string }[];
  releases: {
    release: string;
    author: string;
    snapshot: string;
    target: string;
    tags: string[];
    time: string;
    signer: string;
  }[];
}

export interface TreeOptions {
  store: ContentStore;
  repository: string;
  digest: string;
  keys: readonly KnownKey[];
  trust: TrustedTasks;
  now: Date;
}

/**
 * Reads what is attached to an image. What no known key has signed is listed, and nothing in it believed.
 * @throws the store's errors
 */
export async function readTree(options: TreeOptions): Promise<EvidenceTree> {
  const { store, repository, digest, keys } = options;
  const tree: EvidenceTree = {
    ...{ image: `${repository}@${digest}`, digest },
    ...{ builds: [], attestations: [], verdicts: [], releases: [] },
  };
  const seen = new Set<string>();
  for (const piece of await readEvidence({ store, repository, digest })) {
    if (piece.kind === 'unreadable') {
      tree.attestations.push({ predicateType: 'unreadable', form: piece.form, digest: piece.digest });
      continue;
    }
    const key = await piece.verify(keys.map((known) => known.key));
    const signer = keys.find((known) => known.key.fingerprint === key?.fingerprint)?.owner;
    const predicateType =
      piece.kind === 'signature' ? 'signature' : printedType(piece.statement.predicateType);
    tree.attestations.push({
      ...{ predicateType, form: piece.form, digest: piece.digest },
      ...(signer !== undefined && { signer }),
    });
    if (piece.kind === 'signature' || signer === undefined) continue;
    const content = createHash('sha256').update(piece.payload).digest('hex');
    if (seen.has(content)) continue;
    seen.add(content);
    place(tree, piece, signer, options);
  }
  return tree;
}

function printedType(predicateType: string): string {
  return predicateType.replace(/^https:\/\//, '');
}

/** Puts what a signed statement says where it belongs. */
function place(
  tree: EvidenceTree,
  { statement }: StoredAttestation,
  signer: string,
  { trust, now }: TreeOptions,
): void {
  const { predicateType, predicate } = statement;
  if (isProvenance(statement)) {
    const tasks = attestedTasks(statement).map((task) => ({ ...task, ...judgeTask(task, trust, now) }));
    const facts = provenanceFacts(statement);
    if (tasks.length === 0) return;
    tree.builds.push({
      run: facts?.invocationId ?? '',
      ...(facts?.builderId !== undefined && { builder: facts.builderId }),
      ...{ signer, sources: sourcesOf(statement.predicate), tasks },
    });
  } else if (predicateType === verificationSummaryType) {
    const { verificationResult, verifier, policy, timeVerified } =
      predicate as unknown as VerificationSummary;
    tree.verdicts.push({
      ...{ result: verificationResult, verifier: verifier.id, time: timeVerified, signer },
      policy: `${policy.uri}@sha256:${policy.digest?.sha256}`,
    });
  } else if (predicateType === releaseRecordType) {
    const record = predicate as unknown as RecordFacts & { tags?: string[] };
    tree.releases.push({
      ...{ release: record.release, author: record.author, snapshot: record.snapshot, time: record.time },
      target: (statement.subject[0]?.uri ?? '').replace('oci://', ''),
      ...{ tags: record.tags ?? [], signer },
    });
  }
}

function judgeTask(
  { key, pinned }: AttestedTask,
  trust: TrustedTasks,
  now: Date,
): Pick<TreeTask, 'trusted' | 'reason'> {
  if (key === '') return { trusted: false, reason: 'it is referred to by neither bundle nor git commit' };
  const entries = trust[key] ?? trust[trustKey({ repository: key.replace(/^oci:\/\//, '') })];
  if (!entries) return { trusted: false, reason: `${key} is not in the trust data` };
  const entry = entries.find(({ ref }) => ref === pinned || ref === `sha256:${pinned}`);
  if (!entry) return { trusted: false, reason: `${pinned} is not a trusted version of ${key}` };
  const { expires_on } = entry;
  if (expires_on === undefined) return { trusted: true, reason: 'trusted' };
  const ended = Date.parse(expires_on) <= now.getTime();
  return { trusted: !ended, reason: `trusted until ${expires_on}` };
}

interface Material {
  uri?: string;
  name?: string;
  digest?: Record<string, string>;
}

function sourcesOf(predicate: Record<string, unknown>): { uri: string; digest: string }[] {
  const { resolvedDependencies = [] } = (predicate.buildDefinition ?? {}) as {
    resolvedDependencies?: Material[];
  };
  const materials = [...resolvedDependencies, ...((predicate.materials ?? []) as Material[])];
  return materials.flatMap(({ uri = '', name, digest }) => {
    const commit = digest?.sha1 ?? digest?.gitCommit;
    if (!uri.startsWith('git+') || commit === undefined || name === 'pipelineTask' || name === 'task')
      return [];
    return [{ uri: uri.slice('git+'.length), digest: commit }];
  });
}
