import { type Client, isKubeError, type ResourceType } from '@assay/kube';
import {
  applyLimitRanges,
  applyTaskLevelResources,
  type LimitRange,
  type Step,
  type TaskRun,
} from '@assay/tekton';

/** `v1` LimitRange: what containers of a namespace get and may have. */
export const LimitRanges: ResourceType<LimitRange> = {
  group: '',
  version: 'v1',
  kind: 'LimitRange',
  plural: 'limitranges',
  namespaced: true,
  hasStatus: false,
};

/**
 * Steps with the resources that they get besides their own: those of the whole TaskRun, then the requests that Tekton takes
 * from the namespace's LimitRanges, then the limits that a cluster's admission gives containers without one.
 */
export async function withNamespaceLimits(steps: Step[], taskRun: TaskRun, client: Client): Promise<Step[]> {
  const { computeResources } = taskRun.spec;
  const own = computeResources ? applyTaskLevelResources(steps, computeResources) : steps;
  const ranges = await limitRanges(client, taskRun.metadata.namespace!);
  if (ranges.length === 0) return own;
  const defaults: Record<string, string | number> = {};
  for (const { spec } of ranges) {
    for (const item of spec?.limits ?? []) {
      if (item.type === 'Container') Object.assign(defaults, item.default);
    }
  }
  return applyLimitRanges(own, ranges).map((step) => {
    const limits = { ...defaults, ...step.computeResources?.limits };
    if (Object.keys(limits).length === 0) return step;
    return { ...step, computeResources: { ...step.computeResources, limits } };
  });
}

async function limitRanges(client: Client, namespace: string): Promise<LimitRange[]> {
  try {
    return (await client.list(LimitRanges, { namespace })).items;
  } catch (error) {
    // A store that does not serve them has none.
    if (isKubeError(error, 'NotFound') || isKubeError(error, 'BadRequest')) return [];
    throw error;
  }
}
