import type { KubeObject } from '@assay/kube';
import type { ResourceRequirements } from '../types/containers.ts';
import { formatQuantity, parseQuantity, type Quantity } from './quantity.ts';
import { shareOf } from './task-level.ts';

type Amounts = Record<string, string | number>;

/** One rule of a LimitRange. Only those of type `Container` matter to steps. */
export interface LimitRangeItem {
  type: string;
  min?: Amounts;
  max?: Amounts;
  default?: Amounts;
  defaultRequest?: Amounts;
}

/** A Kubernetes LimitRange, as far as it matters here. */
export type LimitRange = KubeObject & { spec?: { limits?: LimitRangeItem[] } };

const names = ['cpu', 'memory', 'ephemeral-storage'] as const;
const zero: Quantity = { milli: 0n, format: 'DecimalSI' };

const amountOf = (amounts: Amounts | undefined, name: string): Quantity => {
  const amount = amounts?.[name];
  return amount === undefined ? zero : parseQuantity(amount);
};
const larger = (a: Quantity, b: Quantity): Quantity => (b.milli > a.milli ? b : a);

/**
 * What steps request that do not say: the default request divided among the steps, yet never below the minimum. Of
 * several LimitRanges the smallest default and the largest minimum count.
 */
export function defaultStepRequests(ranges: readonly LimitRange[], steps: number): Amounts | undefined {
  const items = ranges.flatMap(({ spec }) => spec?.limits ?? []).filter(({ type }) => type === 'Container');
  const requests: Amounts = {};
  for (const name of names) {
    let minimum = zero;
    let smallest: string | number | undefined;
    for (const { min, defaultRequest } of items) {
      minimum = larger(minimum, amountOf(min, name));
      const own = defaultRequest?.[name];
      if (own === undefined || parseQuantity(own).milli === 0n) continue;
      if (smallest === undefined || parseQuantity(own).milli < parseQuantity(smallest).milli) smallest = own;
    }
    const share = smallest === undefined || steps === 0 ? zero : shareOf(name, smallest, steps);
    const wanted = larger(share, minimum);
    if (wanted.milli > 0n) requests[name] = formatQuantity(wanted);
  }
  return Object.keys(requests).length === 0 ? undefined : requests;
}

/**
 * Gives steps the requests that a namespace's LimitRanges want for them; what a step requests itself stays.
 * @see https://tekton.dev/docs/pipelines/compute-resources/#limitrange-support
 */
export function applyLimitRanges<S extends { computeResources?: ResourceRequirements | undefined }>(
  steps: readonly S[],
  ranges: readonly LimitRange[],
): S[] {
  const defaults = defaultStepRequests(ranges, steps.length);
  if (defaults === undefined) return [...steps];
  return steps.map((step) => {
    const own = step.computeResources?.requests ?? {};
    const set = Object.entries(own).filter(([, amount]) => parseQuantity(amount).milli !== 0n);
    const requests = { ...own, ...defaults, ...Object.fromEntries(set) };
    return { ...step, computeResources: { ...step.computeResources, requests } };
  });
}
