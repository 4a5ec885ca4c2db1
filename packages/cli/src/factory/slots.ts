import { defaultSlots } from '@assay/pipelines';
import { CliError } from '../error.ts';

/** What says how many TaskRuns may run at once. */
export const slotsVariable = 'ASSAY_MAX_TASKRUNS';

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
