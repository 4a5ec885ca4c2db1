import type { PipelineRun, PipelineSpec, PipelineTask, TaskSpec } from '@assay/tekton';
import {
  allTasks,
  checkOptionalWorkspaces,
  goList,
  goMapOfLists,
  missingObjectKeys,
  missingParams,
  mistypedParams,
} from '@assay/tekton';
import { childKindOf } from './child.ts';
import { Failure, userFailure } from './failure.ts';

import { checkResultReferences } from './result-references.ts';

/**
 * What is wrong with a pipeline and can be known only when its Tasks are: params a Task needs, results it does not
 * declare, optional workspaces it requires. To be asked before the first TaskRun.
 *
 * @param taskSpecs the resolved task of each PipelineTask
 */
export function checkTasks(
  run: PipelineRun,
  spec: PipelineSpec,
  taskSpecs: ReadonlyMap<string, TaskSpec>,
): Failure | undefined {
  for (const task of allTasks(spec)) {
    // What another kind of run needs is for its own controller to say.
    if (childKindOf(task) !== 'TaskRun') continue;
    const problem = paramsProblem(task, taskSpecs.get(task.name)!);
    if (problem !== undefined) {
      const detail = `invalid input params for task ${task.taskRef?.name ?? ''}: ${problem}`;
      return userFailure(
        'PipelineValidationFailed',
        `Validation failed for pipelinerun ${run.metadata.name} with error ${detail}`,
      );
    }
  }
  const references = checkResultReferences(run.metadata.name!, spec, taskSpecs);
  if (references) return references;
  const workspaces = checkOptionalWorkspaces(spec, taskSpecs);
  return workspaces && new Failure(workspaces.reason, workspaces.message);
}

function paramsProblem(task: PipelineTask, { params: specs = [] }: TaskSpec): string | undefined {
  // Of a matrix each TaskRun gets one text for each param.
  const varied = [task.matrix ?? {}, ...(task.matrix?.include ?? [])].flatMap(({ params = [] }) => params);
  const given = [...(task.params ?? []), ...varied.map(({ name }) => ({ name, value: '' }))];
  const missing = missingParams(specs, given);
  if (missing.length > 0)
    return `missing values for these params which have no default values: ${goList(missing)}`;
  const mistyped = mistypedParams(specs, given, { references: true });
  if (mistyped.length > 0) return `param types don't match the user-specified type: ${goList(mistyped)}`;
  const keys = missingObjectKeys(specs, given);
  if (keys.size === 0) return undefined;
  return `missing keys for these params which are required in ParamSpec's properties ${goMapOfLists(keys)}`;
}
