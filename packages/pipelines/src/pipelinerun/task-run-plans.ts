import type { Param, PipelineRun, PipelineTask } from '@assay/tekton';
import {
  countCombinations,
  defaultMaxMatrixCombinations,
  matrixCombinations,
  taskRunNames,
  typeOfValue,
} from '@assay/tekton';
import { type Failure, userFailure } from './failure.ts';

/** A TaskRun that a task is to have: its name, and the params that set it apart from those of the same matrix. */
export interface TaskRunPlan {
  name: string;
  params: Param[];
}

/**
 * The TaskRuns of a task: one, or one for each combination of its matrix. Their names follow from run, task and
 * number of combinations, so that a later process comes to the same ones.
 *
 * @param task with all variables replaced; a matrix may come from results, so its size is under the steps' control
 */
export function taskRunPlans(run: PipelineRun, task: PipelineTask): TaskRunPlan[] | Failure {
  const name = run.metadata.name!;
  if (!task.matrix) return [{ name: taskRunNames(name, task.name)[0]!, params: [] }];
  const mistyped = mistypedParam(task);
  if (mistyped) return userFailure('InvalidMatrixParameterTypes', mistyped);
  const count = countCombinations(task.matrix);
  if (count > defaultMaxMatrixCombinations) {
    const limit = `expected 0 <= ${count} <= ${defaultMaxMatrixCombinations}: matrix`;
    return userFailure('PipelineValidationFailed', `pipeline task "${task.name}": ${limit}`);
  }
  const combinations = matrixCombinations(task.matrix);
  const names = taskRunNames(name, task.name, combinations.length);
  return combinations.map((params, index) => ({ name: names[index]!, params }));
}

function mistypedParam({ name: task, matrix }: PipelineTask): string | undefined {
  const wrong = (type: string, params: readonly Param[] = []) => {
    const param = params.find(({ value }) => typeOfValue(value) !== type);
    return (
      param &&
      `parameters of type ${type} only are allowed, but param "${param.name}" has type "${typeOfValue(param.value)}" in pipelineTask "${task}"`
    );
  };
  const included = matrix?.include?.flatMap(({ params = [] }) => params);
  return wrong('string', included) ?? wrong('array', matrix?.params);
}
