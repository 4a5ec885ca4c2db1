import type { ContentStore } from '@assay/oci';
import { fromJs } from '@assay/rego';
import { attestationSummaries, gatherEvidence, type ImageEvidence } from '../evidence/image-evidence.ts';
import { inputDocument } from '../evidence/input-document.ts';
import type { SignatureVerifier } from '../evidence/verifier.ts';
import { explainViolations, type TrustData } from '../explain/explanation.ts';
import type { ComponentReport, Report } from '../report/report.ts';
import type { RuleResult } from '../results/rule-info.ts';
import { inReportOrder, withoutInfo } from '../results/settle.ts';
import { expandIndexes } from '../snapshot/expand-indexes.ts';
import type { SnapshotComponent, SnapshotSpec } from '../snapshot/snapshot.ts';
import type { EffectiveTime } from '../spec/effective-time.ts';
import { type JudgeOptions, judgeInput } from './judge-input.ts';
import { type LoadedPolicy, type LoadPolicyOptions, loadPolicy } from './load-policy.ts';

export interface JudgeImagesOptions extends Pick<JudgeOptions, 'filterType' | 'quirks' | 'limits'> {
  /** The images to judge; an index is judged with every image it lists. */
  snapshot: SnapshotSpec;
  /** The snapshot's name for the report. */
  snapshotName?: string;
  /** @default now */
  effectiveTime?: EffectiveTime;
  /** @default the clock */
  now?: () => Date;
  /** Whose signatures count. @default whom the policy names */
  verifier?: SignatureVerifier;
  skipImageSignature?: boolean;
  skipAttestationSignature?: boolean;
  /** How many images are worked on at once. @default 5 */
  workers?: number;
  /** Keep all that rules say of themselves in the results. @default false: code, term and effective_on */
  info?: boolean;
  /** Keep the input documents and statements in the report. @default false */
  keepInputs?: boolean;
  /** What the report says it was made by. @default assay */
  version?: string;
  /** Stands for the judgement of an image that was judged before: undefined when it has to be judged. */
  known?: (component: SnapshotComponent) => Promise<ComponentReport | undefined>;
  /** Told after each image. */
  onJudged?: (component: ComponentReport, done: number, total: number) => void;
}

export interface ValidateImageOptions extends JudgeImagesOptions, LoadPolicyOptions {}

/**
 * Judges images by a policy, as Konflux's gate does: fetches and compiles the policy, checks each image's signatures and attestations, asks every
 * rule about them, and gives Conforma's report. Fails closed: what cannot be verified is a violation.
 * @throws PolicyError when there is no verdict: the policy cannot be fetched, compiled or evaluated
 */
export async function validateImage(options: ValidateImageOptions): Promise<Report> {
  return judgeImages(await loadPolicy(options), options);
}

/**
 * Judges images by a policy that is loaded already; see {@link validateImage}.
 * @throws PolicyError EvaluationFailed, InvalidRule, InvalidPolicy, NoResults
 */
export async function judgeImages(policy: LoadedPolicy, options: JudgeImagesOptions): Promise<Report> {
  const { snapshot, now = () => new Date(), workers = 5 } = options;
  const created = now();
  const verifier = options.verifier ?? policy.verifierFor(policy.spec);
  const components = await expandIndexes(snapshot.components, policy.store);
  const expanded = { ...snapshot, components };
  const shared: Shared = {
    policy,
    options,
    verifier,
    created,
    snapshot: fromJs(expanded),
    spec: fromJs(policy.spec),
    expanded,
    trust: trustOf(policy),
  };
  const judged = new Array<JudgedImage>(components.length);
  let next = 0;
  let done = 0;
  const work = async () => {
    while (next < components.length) {
      const index = next;
      next += 1;
      judged[index] = await judgeImage(components[index]!, shared);
      done += 1;
      options.onJudged?.(judged[index].report, done, components.length);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(workers, components.length)) }, work));
  const times = judged.map(({ effectiveTime }) => effectiveTime.getTime());
  return {
    success: judged.every(({ report }) => report.success),
    ...(options.snapshotName !== undefined && { snapshot: options.snapshotName }),
    components: judged.map(({ report }) => report),
    key: verifier.key,
    policy: policy.spec,
    version: options.version ?? 'assay',
    effectiveTime: times.length > 0 ? new Date(times.reduce((a, b) => Math.max(a, b))) : created,
    created,
    policyInputs: judged.flatMap(({ input }) => (input === undefined ? [] : [input])),
    statements: judged.flatMap(({ statements }) => statements),
    diagnostics: [...new Set(judged.flatMap(({ diagnostics }) => diagnostics))],
  };
}

/** What is the same for every image of a run. */
interface Shared {
  policy: LoadedPolicy;
  options: JudgeImagesOptions;
  verifier: SignatureVerifier;
  created: Date;
  /** Converted once: every image's input holds them. */
  snapshot: unknown;
  spec: unknown;
  expanded: SnapshotSpec;
  /** Read when the first image is denied. */
  trust: () => TrustData[];
}

interface JudgedImage {
  report: ComponentReport;
  effectiveTime: Date;
  input?: unknown;
  statements: unknown[];
  diagnostics: string[];
}

async function judgeImage(component: SnapshotComponent, shared: Shared): Promise<JudgedImage> {
  const { policy, options, verifier, created } = shared;
  const known = await options.known?.(component);
  if (known) return { report: known, effectiveTime: created, statements: [], diagnostics: [] };
  const evidence = await gatherEvidence(component, {
    store: policy.store as (repository: string) => ContentStore,
    verifier,
    ...(options.skipImageSignature && { skipImageSignature: true }),
    ...(options.skipAttestationSignature && { skipAttestationSignature: true }),
  });
  const { effectiveTime: asked = created } = options;
  const effectiveTime = asked === 'attestation' ? (finishedAt(evidence) ?? created) : asked;
  const found = {
    violations: [...evidence.violations],
    warnings: [] as RuleResult[],
    successes: [...evidence.successes],
    diagnostics: [] as string[],
  };
  let document: Record<string, unknown> | undefined;
  if (evidence.judgeable) {
    document = inputDocument(component, evidence, shared.expanded, policy.spec);
    const input = fromJs({ ...document, snapshot: shared.snapshot, policy_spec: shared.spec });
    const judgement = await judgeInput(policy, input, evidence.reference, {
      ...options,
      target: targetOf(component, evidence),
      effectiveTime,
      now: created,
    });
    found.violations.push(...judgement.violations);
    found.warnings.push(...judgement.warnings);
    found.successes.push(...judgement.successes);
    found.diagnostics.push(...judgement.diagnostics);
  }
  const shown = (results: RuleResult[]) => inReportOrder(options.info ? results : results.map(withoutInfo));
  return {
    report: {
      name: component.name,
      containerImage: evidence.reference,
      source: component.source,
      violations: shown(found.violations),
      warnings: shown(found.warnings),
      successes: shown(found.successes),
      success: found.violations.length === 0,
      signatures: evidence.signatures,
      attestations: attestationSummaries(evidence.attestations),
      explanations: explainViolations(
        inReportOrder(found.violations),
        evidence.attestations.map(({ statement }) => statement),
        shared.trust(),
        effectiveTime,
      ),
      evidence: evidence.attestations.map(({ digest }) => digest),
    },
    effectiveTime,
    ...(options.keepInputs && document && { input: document }),
    statements: options.keepInputs ? evidence.attestations.map(({ statement }) => statement) : [],
    diagnostics: found.diagnostics,
  };
}

function trustOf({ sources }: LoadedPolicy): () => TrustData[] {
  let read: TrustData[] | undefined;
  return () => {
    read ??= sources.map(({ program }) => ({
      tasks: program.dataOf('trusted_tasks'),
      rules: program.dataOf('trusted_task_rules'),
    }));
    return read;
  };
}

function targetOf({ name }: SnapshotComponent, { repository, digest }: ImageEvidence) {
  return {
    ...(repository !== undefined && { repository }),
    ...(digest !== undefined && { digest }),
    ...(name !== '' && { component: name }),
  };
}

/** When the latest of the builds that the attestations are about was finished, as they say. */
function finishedAt({ attestations }: ImageEvidence): Date | undefined {
  let latest: Date | undefined;
  for (const { statement } of attestations) {
    const { metadata, runDetails } = (statement.predicate ?? {}) as {
      metadata?: { buildFinishedOn?: unknown };
      runDetails?: { metadata?: { finishedOn?: unknown } };
    };
    const text = metadata?.buildFinishedOn ?? runDetails?.metadata?.finishedOn;
    const time = typeof text === 'string' ? new Date(text) : undefined;
    if (time && !Number.isNaN(time.getTime()) && (!latest || time > latest)) latest = time;
  }
  return latest;
}
