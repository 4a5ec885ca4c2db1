import { fromJs } from '@assay/rego';
import type { CriteriaTarget } from '../criteria/criteria.ts';
import { gatherEvidence, type ImageEvidence } from '../evidence/image-evidence.ts';
import { inputDocument } from '../evidence/input-document.ts';
import type { SignatureVerifier } from '../evidence/verifier.ts';
import type { TrustData } from '../explain/explanation.ts';
import type { RuleResult } from '../results/rule-info.ts';
import { expandIndexes } from '../snapshot/expand-indexes.ts';
import type { SnapshotComponent, SnapshotSpec } from '../snapshot/snapshot.ts';
import { type Judgement, type JudgeOptions, judgeInput } from './judge-input.ts';
import type { LoadedPolicy } from './load-policy.ts';

export interface ImageRunOptions extends Pick<JudgeOptions, 'filterType' | 'quirks' | 'limits'> {
  /** The images to judge; an index is judged with every image it lists. */
  snapshot: SnapshotSpec;
  /** Whose signatures count. @default whom the policy names */
  verifier?: SignatureVerifier;
  skipImageSignature?: boolean;
  skipAttestationSignature?: boolean;
}

/** What is the same for every image of a run. */
export interface ImageRun {
  policy: LoadedPolicy;
  options: ImageRunOptions;
  verifier: SignatureVerifier;
  /** The clock that policies see. */
  now: Date;
  components: SnapshotComponent[];
  expanded: SnapshotSpec;
  /** Converted once: every image's input holds them. */
  snapshotValue: unknown;
  specValue: unknown;
  /** Read when the first image is denied. */
  trust: () => TrustData[];
}

/** Everything about an image that its verdicts at any time rest on. */
export interface PreparedImage {
  component: SnapshotComponent;
  evidence: ImageEvidence;
  target: CriteriaTarget;
  /** The input document, where there is anything to judge. */
  document?: Record<string, unknown>;
  input?: unknown;
}

/** @throws PolicyError InvalidPolicy when the policy names nobody who must sign */
export async function openImageRun(
  policy: LoadedPolicy,
  options: ImageRunOptions,
  now: Date,
): Promise<ImageRun> {
  const verifier = options.verifier ?? policy.verifierFor(policy.spec);
  const components = await expandIndexes(options.snapshot.components, policy.store);
  const expanded = { ...options.snapshot, components };
  return {
    policy,
    options,
    verifier,
    now,
    components,
    expanded,
    snapshotValue: fromJs(expanded),
    specValue: fromJs(policy.spec),
    trust: trustOf(policy),
  };
}

/** Gathers an image's evidence and makes the checks before its policy. */
export async function prepareImage(component: SnapshotComponent, run: ImageRun): Promise<PreparedImage> {
  const { policy, options, verifier } = run;
  const evidence = await gatherEvidence(component, {
    store: policy.store,
    verifier,
    ...(options.skipImageSignature && { skipImageSignature: true }),
    ...(options.skipAttestationSignature && { skipAttestationSignature: true }),
  });
  const prepared = { component, evidence, target: targetOf(component, evidence) };
  if (!evidence.judgeable) return prepared;
  const document = inputDocument(component, evidence, run.expanded, policy.spec);
  const input = fromJs({ ...document, snapshot: run.snapshotValue, policy_spec: run.specValue });
  return { ...prepared, document, input };
}

/**
 * The verdict about an image at a time: the checks before its policy, and what the policy says.
 * @throws PolicyError EvaluationFailed, InvalidRule, NoResults
 */
export async function judgePrepared(
  { evidence, target, input }: PreparedImage,
  run: ImageRun,
  effectiveTime: Date,
): Promise<Judgement> {
  const none = {
    violations: [] as RuleResult[],
    warnings: [],
    successes: [] as RuleResult[],
    diagnostics: [],
  };
  const { filterType, quirks, limits } = run.options;
  const judged =
    input === undefined
      ? none
      : await judgeInput(run.policy, input, evidence.reference, {
          target,
          effectiveTime,
          now: run.now,
          ...(filterType && { filterType }),
          ...(quirks !== undefined && { quirks }),
          ...(limits && { limits }),
        });
  return {
    ...judged,
    violations: [...evidence.violations, ...judged.violations],
    successes: [...evidence.successes, ...judged.successes],
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
