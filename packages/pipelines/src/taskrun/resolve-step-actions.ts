import { type Client, isKubeError } from '@assay/kube';
import {
  applyStepAction,
  resolveParams,
  type Step,
  StepActions,
  setDefaults,
  stepName,
  type TaskRun,
  TektonError,
  taskParamReplacements,
} from '@assay/tekton';
import { CannotStart } from './cannot-start.ts';
import type { ResolvedTask } from './resolve-task.ts';

/**
 * The Task with the StepActions of the namespace in place of the steps that name them.
 * @throws CannotStart when one does not exist, does not fit its step, or has to be fetched by a resolver
 */
export async function resolveStepActions(
  taskRun: TaskRun,
  task: ResolvedTask,
  client: Client,
): Promise<ResolvedTask> {
  const { steps = [], params = [] } = task.spec;
  if (!steps.some(({ ref }) => ref)) return task;
  const own = taskParamReplacements(resolveParams(params, taskRun.spec.params ?? []));
  const resolve = async (step: Step, index: number): Promise<Step> => {
    if (!step.ref) return step;
    try {
      if (step.ref.resolver) {
        throw new TektonError(
          'UnsupportedReference',
          `the resolver ${JSON.stringify(step.ref.resolver)} is not available here; name a StepAction of the namespace`,
        );
      }
      const action = await client.get(StepActions, taskRun.metadata.namespace!, step.ref.name ?? '');
      return applyStepAction(step, setDefaults(action).spec, own);
    } catch (error) {
      if (!(error instanceof TektonError) && !isKubeError(error, 'NotFound')) throw error;
      throw new CannotStart(
        'TaskRunResolutionFailed',
        `failed to resolve step ref for step ${JSON.stringify(stepName(step.name, index))} (index ${index}): ${error.message}`,
        { cause: error },
      );
    }
  };
  return { ...task, spec: { ...task.spec, steps: await Promise.all(steps.map(resolve)) } };
}
