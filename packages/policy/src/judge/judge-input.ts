import { RegoError } from '@assay/rego';
import { Criteria, type CriteriaTarget } from '../criteria/criteria.ts';
import { PolicyError } from '../error.ts';
import { chosenCodes, type FilterType, intentionsOf, nestedNamespaces } from '../evaluate/namespaces.ts';
import type { EvaluationLimits } from '../evaluate/outcomes.ts';
import { isAboutCriterion, settle, type Verdict } from '../results/settle.ts';
import type { LoadedPolicy, LoadedSource } from './load-policy.ts';

export interface JudgeOptions {
  /** What the input is about, as far as criteria can name it. @default nothing that criteria could be scoped to */
  target?: CriteriaTarget;
  effectiveTime: Date;
  /** The clock that policies see. */
  now: Date;
  /** @default include-exclude */
  filterType?: FilterType;
  /** Verdicts as Conforma gives them, where it is known to err; see docs/reference/policy.md. */
  quirks?: boolean;
  limits?: EvaluationLimits;
}

/** A verdict, and what its reader should know beside it. */
export interface Judgement extends Verdict {
  diagnostics: string[];
}

/**
 * Asks every source of a policy about one input and joins what they say.
 * @param place names the input in errors
 * @throws PolicyError EvaluationFailed, InvalidRule, NoResults
 */
export async function judgeInput(
  policy: LoadedPolicy,
  input: unknown,
  place: string,
  options: JudgeOptions,
): Promise<Judgement> {
  const joined: Judgement = { violations: [], warnings: [], successes: [], diagnostics: [] };
  for (const source of policy.sources) {
    const verdict = await judgeBySource(policy, source, input, place, options);
    joined.violations.push(...verdict.violations);
    joined.warnings.push(...verdict.warnings);
    joined.successes.push(...verdict.successes);
    joined.diagnostics.push(...verdict.diagnostics);
  }
  return joined;
}

async function judgeBySource(
  policy: LoadedPolicy,
  { source, program }: LoadedSource,
  input: unknown,
  place: string,
  options: JudgeOptions,
): Promise<Judgement> {
  const { target = {}, effectiveTime, now, filterType = 'include-exclude', quirks = false, limits } = options;
  const criteria = new Criteria(source, policy.spec.configuration, effectiveTime, {
    scopedFallback: !quirks,
  });
  const choice = { criteria, filterType, intentions: intentionsOf(source.ruleData) };
  const { catalogue } = program;
  const asked = { choice, target, effectiveTime, now, ...(limits && { limits }) };
  const { outcomes, odd } = await program.evaluate(input, asked).catch((cause: unknown) => {
    if (!(cause instanceof RegoError)) throw cause;
    throw new PolicyError('EvaluationFailed', `${place}: the policy cannot be evaluated: ${cause.message}`, {
      cause,
      hint: 'the policy, not the image, is at fault; `assay validate image --output policy-input` gives the input to try it on',
    });
  });
  const verdict = settle(outcomes, {
    rules: catalogue.rules,
    criteria,
    target,
    effectiveTime,
    quirks,
    ...(filterType === 'ec-policy' && { chosen: chosenCodes(catalogue, choice, target) }),
  });
  const said = verdict.violations.length + verdict.successes.length;
  if (said === 0 && verdict.warnings.every(isAboutCriterion)) {
    throw new PolicyError('NoResults', `${place}: no successes, warnings, or failures, check input`, {
      hint: 'the include criteria of the policy name no rule of its sources, or all rules are excluded',
    });
  }
  const nested = nestedNamespaces(catalogue);
  return {
    ...verdict,
    diagnostics: [
      ...odd,
      ...criteria.unreadable.map(({ value, problem }) => `criterion ${value} is not in force: ${problem}`),
      ...nested
        .filter((name) => outcomes.every(({ namespace }) => namespace !== name))
        .map((name) => `package ${name} is not evaluated: criteria reach packages of one name only`),
    ],
  };
}
