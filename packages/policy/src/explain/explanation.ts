import type { BuiltinCheck } from '../evidence/checks.ts';
import { codeOf, type RuleResult, textsOf } from '../results/rule-info.ts';
import { type TaskReference, taskReferences } from './task-references.ts';
import { newestTrusted, type TrustedReference, trustedReferences } from './trusted-references.ts';

/** A task reference to write in place of another. */
export interface TaskChange {
  pipelineTask: string;
  /** As it is written: a bundle, or the revision of a git reference. */
  from: string;
  to: string;
}

/** What a violation is about, and what to do. */
export interface Explanation {
  code: string;
  /** What was found to be so. */
  fact: string;
  /** Where: the task of the attestation. */
  place?: string;
  /** Until when the reference in `change` is trusted, where it ends. */
  trustedUntil?: Date;
  change?: TaskChange;
  /** What to do, in a sentence. */
  advice: string;
}

/** What a policy's data say of trust. */
export interface TrustData {
  /** `trusted_tasks`. */
  tasks: unknown;
  /** `trusted_task_rules`. */
  rules: unknown;
}

const builtinAdvice: Record<BuiltinCheck, string> = {
  'builtin.image.accessible':
    'push the image, or correct its reference; if it is there, log in to its registry with podman login',
  'builtin.image.signature_check':
    'sign the image with the key that the policy names, or give --public-key the key that it was signed with',
  'builtin.attestation.signature_check':
    'build the image where Assay or Tekton Chains observes it with the key that the policy names',
  'builtin.attestation.syntax_check': 'build the image again; its provenance is not as its type requires',
};

/**
 * Says of each violation which fact it rests on and what to change. For a task that is not trusted that is the reference to write instead: the
 * newest that the policy's data trust.
 * @param statements what was attested about the image; untrusted
 */
export function explainViolations(
  violations: readonly RuleResult[],
  statements: readonly Record<string, unknown>[],
  trust: readonly TrustData[],
  at: Date,
): Explanation[] {
  if (violations.length === 0) return [];
  const references = statements.flatMap(taskReferences);
  const trusted = trust.flatMap(({ tasks }) => trustedReferences(tasks, at));
  const patterns = trust.flatMap(({ rules }) => allowedPatterns(rules));
  return violations.map((violation): Explanation => {
    const code = codeOf(violation);
    const fact = violation.msg;
    if (code in builtinAdvice) return { code, fact, advice: builtinAdvice[code as BuiltinCheck] };
    const reference = taskOf(violation, references);
    const place = reference && placeOf(reference);
    const base = { code, fact, ...(place !== undefined && { place }) };
    if (reference && isAboutTrust(code)) return { ...base, ...trustAdvice(reference, trusted, patterns) };
    return { ...base, advice: ruleAdvice(violation) };
  });
}

function isAboutTrust(code: string): boolean {
  return /^(trusted_task\.|tasks\.(pinned|unsupported)|task_bundle\.|slsa_build_scripted_build\.image_built_by_trusted_task)/.test(
    code,
  );
}

function placeOf({ pipelineTask, task, written }: TaskReference): string {
  const named = task !== '' && task !== pipelineTask ? ` (Task ${JSON.stringify(task)})` : '';
  return `pipeline task ${JSON.stringify(pipelineTask)}${named}${written === '' ? '' : `, ${written}`}`;
}

/** The task that a violation is about: named by its term, or quoted in its message. */
function taskOf(violation: RuleResult, references: readonly TaskReference[]): TaskReference | undefined {
  const terms = textsOf(violation, 'term');
  return (
    references.find(({ pipelineTask }) => violation.msg.includes(`PipelineTask "${pipelineTask}"`)) ??
    references.find(({ pipelineTask }) => terms.includes(pipelineTask)) ??
    references.find(
      ({ task, written }) => terms.includes(task) || (written !== '' && terms.includes(written)),
    )
  );
}

function trustAdvice(
  reference: TaskReference,
  trusted: readonly TrustedReference[],
  patterns: readonly string[],
): Pick<Explanation, 'advice' | 'change' | 'trustedUntil'> {
  const { key, written, pipelineTask } = reference;
  const newest = key === '' ? undefined : newestTrusted(trusted, key);
  if (newest && newest.ref !== reference.pinned) {
    const to = key.startsWith('oci://') ? `${newest.key.slice('oci://'.length)}@${newest.ref}` : newest.ref;
    const until = newest.expiresOn && `, trusted until ${newest.expiresOn.toISOString().slice(0, 10)}`;
    return {
      change: { pipelineTask, from: written, to },
      ...(newest.expiresOn && { trustedUntil: newest.expiresOn }),
      advice: `use ${to} in place of ${written}${until ?? ', the newest that is trusted'}`,
    };
  }
  if (key === '') {
    return {
      advice: `refer to a trusted Task by a bundle or git commit; ${JSON.stringify(pipelineTask)} has neither`,
    };
  }
  if (patterns.length > 0)
    return { advice: `use a Task that is allowed: ${patterns.slice(0, 8).join(', ')}` };
  return {
    advice: `no reference of ${key} is trusted: have the Task added to trusted_tasks, or use one that is there`,
  };
}

function allowedPatterns(rules: unknown): string[] {
  const { allow } = (rules ?? {}) as { allow?: unknown };
  return Object.values(allow ?? {}).flatMap((group: unknown) =>
    (Array.isArray(group) ? group : []).flatMap((rule: unknown) => {
      const { pattern } = (rule ?? {}) as { pattern?: unknown };
      return typeof pattern === 'string' ? [pattern] : [];
    }),
  );
}

function ruleAdvice(violation: RuleResult): string {
  const { solution } = violation.metadata;
  if (typeof solution === 'string' && solution.trim() !== '') return solution.trim();
  const terms = textsOf(violation, 'term');
  const code = codeOf(violation);
  if (code === '') return 'build the image again where it is observed, and judge what comes of it';
  return `satisfy the rule, or exclude ${terms.length > 0 ? `${code}:${terms[0]}` : code} in the policy`;
}
