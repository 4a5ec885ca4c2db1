import { isKubeError } from '@assay/kube';
import {
  applyStepAction,
  mergeReplacements,
  type RefSource,
  replaceParams,
  resolveParams,
  resolveStepActionRef,
  type Step,
  StepActions,
  setDefaults,
  stepName,
  type TaskRun,
  TektonError,
  taskParamReplacements,
} from '@assay/tekton';
import { CannotStart } from './cannot-start.ts';
import { known, type ResolvedTask, resolutionProblem, type TaskSources } from './resolve-task.ts';

/** A Task whose steps are all its own. */
export interface TaskWithSteps extends ResolvedTask {
  /** Where the steps came from that are StepActions from elsewhere, by their place. */
  stepSources?: ReadonlyMap<number, RefSource>;
}

/**
 * The Task with StepActions in place of the steps that name them.
 * @throws CannotStart when one does not exist, does not fit its step, or could not be fetched
 */
export async function resolveStepActions(
  taskRun: TaskRun,
  task: ResolvedTask,
  { client, resolvers = [] }: TaskSources,
  signal?: AbortSignal,
): Promise<TaskWithSteps> {
  const { steps = [], params = [] } = task.spec;
  if (!steps.some(({ ref }) => ref)) return task;
  const own = taskParamReplacements(resolveParams(params, taskRun.spec.params ?? []));
  const namespace = taskRun.metadata.namespace!;
  const stepSources = new Map<number, RefSource>();
  const resolve = async (step: Step, index: number): Promise<Step> => {
    if (!step.ref) return step;
    try {
      const replacements = mergeReplacements(known(taskRun), own);
      const reference = step.ref.params
        ? { ...step.ref, params: replaceParams(step.ref.params, replacements) }
        : step.ref;
      const { object, source, verification } = await resolveStepActionRef(reference, {
        lookup: (name) => client.get(StepActions, namespace, name),
        resolvers,
        context: { namespace, ...(signal && { signal }) },
      });
      if (verification?.type === 'error')
        throw new CannotStart('ResourceVerificationFailed', verification.message ?? '', { verification });
      if (source) stepSources.set(index, source);
      return applyStepAction(step, setDefaults(object).spec, own);
    } catch (error) {
      const words = resolutionProblem(error);
      if (words === undefined || (!(error instanceof TektonError) && !isKubeError(error, 'NotFound')))
        throw error;
      throw new CannotStart(
        'TaskRunResolutionFailed',
        `failed to resolve step ref for step ${JSON.stringify(stepName(step.name, index))} (index ${index}): ${words}`,
        { cause: error },
      );
    }
  };
  const resolved = await Promise.all(steps.map(resolve));
  return { ...task, spec: { ...task.spec, steps: resolved }, ...(stepSources.size > 0 && { stepSources }) };
}
