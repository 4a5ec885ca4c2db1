import { createHash } from 'node:crypto';
import { canonicalJson as canonicalBytes } from '@assay/oci';
import { Criteria, type CriteriaTarget } from '../criteria/criteria.ts';
import type { PolicySource, PolicySpec } from './policy-spec.ts';

/**
 * What a policy demands of an image at a time, as canonical text: sources, their policies and data and criteria are sets;
 * volatile entries count when they are in force for this image; names and descriptions do not.
 */
export function canonicalPolicy(spec: PolicySpec, at: Date, target: CriteriaTarget = {}): string {
  const { publicKey, rekorUrl, identity } = spec;
  const sources = spec.sources.map((source) => canonicalSource(source, spec.configuration, at, target));
  return canonicalJson({ publicKey, rekorUrl, identity, sources: asSet(sources) });
}

function canonicalJson(value: unknown): string {
  return canonicalBytes(value ?? null).toString();
}

function canonicalSource(
  source: PolicySource,
  configuration: PolicySpec['configuration'],
  at: Date,
  target: CriteriaTarget,
): string {
  const criteria = new Criteria(source, configuration, at);
  return canonicalJson({
    policy: asSet(source.policy),
    data: asSet(source.data ?? []),
    ruleData: source.ruleData ?? {},
    include: asSet(criteria.includesFor(target)),
    exclude: asSet(criteria.excludesFor(target)),
  });
}

function asSet(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}

/** Whether two policies give every image the same verdict by being the same policy, and if not, where they differ. */
export function comparePolicies(
  first: PolicySpec,
  second: PolicySpec,
  at: Date,
  target: CriteriaTarget = {},
): { equivalent: boolean; differences: string[] } {
  const views = [first, second].map(
    (spec) => JSON.parse(canonicalPolicy(spec, at, target)) as Record<string, unknown>,
  );
  const [left, right] = views as [Record<string, unknown>, Record<string, unknown>];
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
  const differences = names.filter((name) => canonicalJson(left[name]) !== canonicalJson(right[name]));
  return { equivalent: differences.length === 0, differences };
}

/** SHA-256 of the canonical policy, in hexadecimal. */
export function policyDigest(spec: PolicySpec, at: Date, target: CriteriaTarget = {}): string {
  return createHash('sha256')
    .update(canonicalPolicy(spec, at, target))
    .digest('hex');
}
