import type { ResourceRequirements } from '../types/containers.ts';
import type { Quantity } from './quantity.ts';
import { formatQuantity, parseQuantity, quantityValue } from './quantity.ts';

type Amounts = Record<string, string | number>;

const wholeUnits = new Set(['memory', 'ephemeral-storage']);

/** An amount divided among containers, rounded down: memory and storage to bytes, everything else to thousandths. */
export function shareOf(name: string, amount: string | number, containers: number): Quantity {
  const quantity = parseQuantity(amount);
  const count = BigInt(containers);
  const milli = wholeUnits.has(name) ? (quantityValue(quantity) / count) * 1000n : quantity.milli / count;
  return { milli, format: quantity.format };
}

function average(amounts: Amounts | undefined, steps: number): Amounts | undefined {
  const entries = Object.entries(amounts ?? {});
  if (entries.length === 0 || steps === 0) return undefined;
  return Object.fromEntries(
    entries.map(([name, amount]) => [name, formatQuantity(shareOf(name, amount, steps))]),
  );
}

/**
 * Spreads the `computeResources` of a whole TaskRun over its steps: each gets an equal part of the requests and the
 * whole of the limits, in place of its own. Without any request the limits are divided in their stead.
 * @returns copies of the steps; the steps themselves when the task asks for nothing
 * @throws TektonError InvalidQuantity
 * @see https://tekton.dev/docs/pipelines/compute-resources/#task-level-compute-resources-configuration
 */
export function applyTaskLevelResources<S extends { computeResources?: ResourceRequirements | undefined }>(
  steps: readonly S[],
  resources: ResourceRequirements | undefined,
): S[] {
  if (resources?.requests === undefined && resources?.limits === undefined) return [...steps];
  const requests = average(resources.requests, steps.length);
  const instead = average(resources.limits, steps.length);
  return steps.map((step) => {
    const own = step.computeResources;
    const wanted = own?.requests === undefined && resources.requests === undefined ? instead : requests;
    const spread: ResourceRequirements = { ...own };
    if (wanted === undefined) delete spread.requests;
    else spread.requests = wanted;
    if (resources.limits === undefined) delete spread.limits;
    else spread.limits = resources.limits;
    return { ...step, computeResources: spread };
  });
}
