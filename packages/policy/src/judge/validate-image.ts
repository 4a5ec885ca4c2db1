import { attestationSummaries, type ImageEvidence } from '../evidence/image-evidence.ts';
import { explainViolations } from '../explain/explanation.ts';
import type { ComponentReport, Report } from '../report/report.ts';
import type { RuleResult } from '../results/rule-info.ts';
import { inReportOrder, withoutInfo } from '../results/settle.ts';
import type { SnapshotComponent } from '../snapshot/snapshot.ts';
import type { EffectiveTime } from '../spec/effective-time.ts';
import {
  type ImageRun,
  type ImageRunOptions,
  judgePrepared,
  openImageRun,
  prepareImage,
} from './image-run.ts';
import { type LoadedPolicy, type LoadPolicyOptions, loadPolicy } from './load-policy.ts';

export interface JudgeImagesOptions extends ImageRunOptions {
  /** The snapshot's name for the report. */
  snapshotName?: string;
  /** @default now */
  effectiveTime?: EffectiveTime;
  /** @default the clock */
  now?: () => Date;
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
  const { now = () => new Date(), workers = 5 } = options;
  const created = now();
  const run = await openImageRun(policy, options, created);
  const { components, verifier } = run;
  const judged = new Array<JudgedImage>(components.length);
  let next = 0;
  let done = 0;
  const work = async () => {
    while (next < components.length) {
      const index = next;
      next += 1;
      judged[index] = await judgeImage(components[index]!, run, options);
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

interface JudgedImage {
  report: ComponentReport;
  effectiveTime: Date;
  input?: unknown;
  statements: unknown[];
  diagnostics: string[];
}

async function judgeImage(
  component: SnapshotComponent,
  run: ImageRun,
  options: JudgeImagesOptions,
): Promise<JudgedImage> {
  const known = await options.known?.(component);
  if (known) return { report: known, effectiveTime: run.now, statements: [], diagnostics: [] };
  const prepared = await prepareImage(component, run);
  const { evidence, document } = prepared;
  const { effectiveTime: asked = run.now } = options;
  const effectiveTime = asked === 'attestation' ? (finishedAt(evidence) ?? run.now) : asked;
  const found = await judgePrepared(prepared, run, effectiveTime);
  const shown = (results: RuleResult[]) => inReportOrder(options.info ? results : results.map(withoutInfo));
  const statements = evidence.attestations.map(({ statement }) => statement);
  const violations = inReportOrder(found.violations);
  return {
    report: {
      name: component.name,
      containerImage: evidence.reference,
      source: component.source,
      violations: shown(violations),
      warnings: shown(found.warnings),
      successes: shown(found.successes),
      success: violations.length === 0,
      signatures: evidence.signatures,
      attestations: attestationSummaries(evidence.attestations),
      ...(violations.length > 0 && {
        explanations: explainViolations(violations, statements, run.trust(), effectiveTime),
      }),
      evidence: evidence.attestations.map(({ digest }) => digest),
    },
    effectiveTime,
    ...(options.keepInputs && document && { input: document }),
    statements: options.keepInputs ? statements : [],
    diagnostics: found.diagnostics,
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
