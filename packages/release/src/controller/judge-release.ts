import type { Signer } from '@assay/attestation';
import { type Clock, timestamp } from '@assay/kube';
import { type ContentStore, parseReference, verifyDigest } from '@assay/oci';
import { createVerificationSummary, type PolicySpec } from '@assay/policy';
import type { AdmittedRelease } from '../consent/validate-release.ts';
import type { ComponentTarget } from '../data/targets.ts';
import { ReleaseError } from '../error.ts';
import {
  type CopyPlan,
  encodePlan,
  inventoryDigest,
  type PlannedImage,
  planImage,
} from '../plan/copy-plan.ts';
import type { ReleaseArtifacts } from '../resources/release.ts';
import { createReleaseRecord, type RecordFacts } from '../statements/release-record.ts';
import { storeStatement } from '../statements/store-statement.ts';
import type { Judge, Judgement } from '../verdict/judge.ts';
import { namespacedName } from './managed-run.ts';

/** What the gate works with. */
export interface Gate {
  judge: Judge;
  /** Signs verification summaries and release records. */
  signer: Signer;
  /** URI of the gate, as verification summaries name it. */
  verifierId: string;
  /** The content store of a repository. */
  store(repository: string): ContentStore;
  /** Repository for a Release's plan and statements, where managed pipelines read them: `host/path`. */
  planRepository(release: { namespace: string; name: string }): string;
  clock: Clock;
}

export interface JudgedRelease {
  judgement: Judgement;
  verdict: NonNullable<ReleaseArtifacts['verdict']>;
  /** `oci:<repository>@<digest>`; absent when the verdict is not good. */
  copyPlan?: string;
}

/**
 * Judges every component of a Release's Snapshot, and when all pass, signs what the gate has to say and writes down what is to be
 * copied. Stock is taken before and after the verdict: what is copied is what was judged.
 * @throws ReleaseError EvidenceChanged when somebody changed it meanwhile
 */
export async function judgeRelease(
  admitted: AdmittedRelease,
  { targets, policy }: { targets: readonly ComponentTarget[]; policy: PolicySpec },
  gate: Gate,
): Promise<JudgedRelease> {
  const time = new Date(gate.clock.now());
  const images = await takeStock(targets, gate);
  const judgement = await gate.judge.judge({ snapshot: admitted.snapshot, policy, time });
  const verdict = {
    result: judgement.result,
    time: timestamp(time.getTime()),
    policy: `sha256:${judgement.policySha256}`,
    ...(judgement.violations.length > 0 && { violations: judgement.violations }),
  };
  if (judgement.result !== 'passed') return { judgement, verdict };
  if (inventoryDigest(await takeStock(targets, gate)) !== inventoryDigest(images))
    throw new ReleaseError(
      'EvidenceChanged',
      'what is attached to the images changed while they were judged',
      {
        hint: 'create the Release again when nothing is being attached to them any more',
      },
    );
  const plan: CopyPlan = {
    release: namespacedName(admitted.release),
    images: await Promise.all(
      images.map((image) => withStatements(image, admitted, { judgement, time, gate })),
    ),
  };
  return { judgement, verdict, copyPlan: await storePlan(plan, admitted, gate) };
}

async function takeStock(targets: readonly ComponentTarget[], gate: Gate): Promise<PlannedImage[]> {
  const images: PlannedImage[] = [];
  for (const target of targets) {
    const { repository } = parseReference(target.image);
    images.push(await planImage(gate.store(repository), target));
  }
  return images;
}

/** The image with the gate's own statements behind what is attached to it already. */
async function withStatements(
  image: PlannedImage,
  admitted: AdmittedRelease,
  { judgement, time, gate }: { judgement: Judgement; time: Date; gate: Gate },
): Promise<PlannedImage> {
  const repository = planRepository(admitted, gate);
  const place = { store: gate.store(repository), repository, signer: gate.signer };
  const subject = await gate.store(image.source).resolve(image.source, image.digest);
  const summary = createVerificationSummary({
    image: { repository: image.target, digest: image.digest },
    verifier: { id: gate.verifierId },
    policy: { uri: policyUri(admitted), sha256: judgement.policySha256 },
    inputAttestations: image.manifests.map(({ digest }) => digest).filter((one) => one !== image.digest),
    passed: true,
    time,
  });
  const record = createReleaseRecord(image, recordFacts(admitted, judgement, time));
  const created = timestamp(time.getTime());
  const statements = [
    await storeStatement(place, summary, subject, created),
    await storeStatement(place, record, subject, created),
  ];
  return { ...image, manifests: [...image.manifests, ...statements] };
}

function policyUri({ admission }: AdmittedRelease): string {
  return `k8s://${admission.metadata.namespace}/${admission.spec.policy}`;
}

function recordFacts(admitted: AdmittedRelease, judgement: Judgement, time: Date): RecordFacts {
  const { release, plan, admission, snapshot, author, standingAuthorization } = admitted;
  const { environment } = admission.spec;
  return {
    uid: release.metadata.uid!,
    release: namespacedName(release),
    releasePlan: namespacedName(plan),
    releasePlanAdmission: namespacedName(admission),
    snapshot: namespacedName(snapshot),
    author,
    standingAuthorization,
    ...(environment !== undefined && { environment }),
    policySha256: judgement.policySha256,
    time: timestamp(time.getTime()),
  };
}

function planRepository({ release }: AdmittedRelease, gate: Gate): string {
  return gate.planRepository({ namespace: release.metadata.namespace!, name: release.metadata.name! });
}

async function storePlan(plan: CopyPlan, admitted: AdmittedRelease, gate: Gate): Promise<string> {
  const repository = planRepository(admitted, gate);
  const { digest } = await gate.store(repository).putBlob(repository, encodePlan(plan));
  return `oci:${repository}@${digest}`;
}

/** Reads a plan back, by its digest. @throws the store's errors */
export async function readPlan(address: string, gate: Pick<Gate, 'store'>): Promise<CopyPlan> {
  const { repository, digest } = parseReference(address.replace(/^oci:/, ''));
  const bytes = await gate.store(repository).getBlob(repository, digest!);
  verifyDigest(bytes, digest!, 'the copy plan');
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as CopyPlan;
}
