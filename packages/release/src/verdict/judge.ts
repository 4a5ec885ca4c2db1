import type { PolicySpec, Snapshot } from '@assay/policy';
import type { ReleaseViolation } from '../resources/release.ts';

/** What is to be judged, by what. */
export interface JudgeRequest {
  snapshot: Snapshot;
  policy: PolicySpec;
  /** When it is judged: what is denied from then on. */
  time: Date;
  signal?: AbortSignal;
}

/** What a policy said of every component of a Snapshot. */
export interface Judgement {
  /** `undecided`: a fact could not be had; it counts as a denial. */
  result: 'passed' | 'denied' | 'undecided';
  violations: ReleaseViolation[];
  /** Why it is undecided. */
  problem?: string;
  /** SHA-256 of the policy in canonical form. */
  policySha256: string;
}

/** The policy engine, as the release service uses it. */
export interface Judge {
  judge(request: JudgeRequest): Promise<Judgement>;
}

/** What is to be told of a refusal: which rule of which component, from which fact, and what to do. */
export function refusalText({ result, violations, problem }: Judgement): string {
  if (result === 'undecided') return `the policy could not decide: ${problem}`;
  const [first, ...more] = violations;
  if (!first) return 'the policy refused';
  const solution = first.solution ? `. To fix: ${first.solution}` : '';
  const others = more.length === 0 ? '' : ` (and ${more.length} more: see status.artifacts.verdict)`;
  const message = first.message.replace(/\.$/, '');
  return `refused by ${first.code} on component ${first.component}: ${message}${solution}${others}`;
}
