import { defaultSlots, parseQuantity } from '@assay/pipelines';
import { CliError } from '../error.ts';

const slotsVariable = 'ASSAY_MAX_TASKRUNS';
const cacheVariable = 'ASSAY_MAX_CACHE';
const defaultCache = '5Gi';

/**
 * How many TaskRuns the factory runs at once: `$ASSAY_MAX_TASKRUNS`, else what suits the machine.
 * @throws CliError Usage
 */
export function slotsOf(environment: NodeJS.ProcessEnv): number {
  const text = environment[slotsVariable];
  if (!text) return defaultSlots();
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new CliError('Usage', `${slotsVariable}=${text} is not a number of TaskRuns`, {
    hint: 'set it to 1 or more, or leave it out',
  });
}

/**
 * How large one cache may be, in bytes: `$ASSAY_MAX_CACHE`, a quantity as Kubernetes writes them, else 5Gi.
 * @throws CliError Usage
 */
export function cacheLimitOf(environment: NodeJS.ProcessEnv): number {
  const text = environment[cacheVariable] || defaultCache;
  try {
    return parseQuantity(text);
  } catch (error) {
    throw new CliError('Usage', `${cacheVariable}=${text} is not a size`, {
      hint: 'write for instance 500Mi or 20Gi; 0 keeps no caches',
      cause: error,
    });
  }
}
