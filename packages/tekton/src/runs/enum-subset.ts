import { userError } from '../conditions/messages.ts';
import type { PipelineRunReason } from '../conditions/reasons.ts';
import { pipelineRunReasons } from '../conditions/reasons.ts';
import { outsideEnum } from '../params/check.ts';
import { goList, typeOfSpec } from '../params/value.ts';
import type { Param, ParamSpec } from '../types/params.ts';
import type { PipelineSpec } from '../types/pipeline.ts';
import type { TaskSpec } from '../types/task.ts';
import type { RunProblem } from './problem.ts';
import { allTasks } from './propagation.ts';

const wholeParam =
  /\$\(params(?:\.([^.()[\]]+)(?:\.[^()[\]]+)?|\["([^()]+?)"\]|\['([^()]+?)'\])(?:\[[^()]*\])?\)/g;

/**
 * A Pipeline's param that lets through what the `enum` of the Task's param it feeds does not. `spec` is the Pipeline as
 * written, before params are replaced; `taskSpecs` maps a PipelineTask's name to its Task's name and spec.
 */
export function checkEnumSubsets(
  spec: PipelineSpec,
  taskSpecs: ReadonlyMap<string, { name: string; spec: TaskSpec }>,
): RunProblem<PipelineRunReason> | undefined {
  for (const task of allTasks(spec)) {
    const resolved = taskSpecs.get(task.name);
    const detail = resolved && subsetProblem(task.params ?? [], spec.params ?? [], resolved);
    if (detail === undefined) continue;
    return {
      reason: pipelineRunReasons.PipelineValidationFailed,
      message: `Validation failed for pipelinerun with error ${userError(detail)}`,
    };
  }
  return undefined;
}

function subsetProblem(
  params: readonly Param[],
  outer: readonly ParamSpec[],
  { name: taskName, spec }: { name: string; spec: TaskSpec },
): string | undefined {
  for (const { name, value } of params) {
    const used = typeof value === 'string' ? [...value.matchAll(wholeParam)] : [];
    const [match] = used;
    if (match === undefined || used.length > 1) continue;
    const source = outer.find((param) => param.name === (match[1] ?? match[2] ?? match[3]));
    const inner = spec.params?.find((param) => param.name === name)?.enum ?? [];
    if (source === undefined || typeOfSpec(source) !== 'string' || inner.length === 0) return undefined;
    const given = source.enum ?? [];
    if (given.length === 0) {
      return `pipeline param "${source.name}" has no enum, but referenced in "${taskName}" task has enums: ${goList(inner)}`;
    }
    if (!given.every((item) => inner.includes(item))) {
      return `pipeline param "${source.name}" enum: ${goList(given)} is not a subset of the referenced in "${taskName}" task param enum: ${goList(inner)}`;
    }
  }
  return undefined;
}

/**
 * The params of one TaskRun about to be created, against its Task's enums; `params` with the matrix combination's. In
 * Tekton's words and with its reason, `InvalidParamValue`.
 */
export function checkTaskEnums(
  pipelineTask: string,
  params: readonly Param[],
  spec: TaskSpec,
): RunProblem<PipelineRunReason> | undefined {
  const outside = outsideEnum(spec.params ?? [], params);
  if (outside === undefined) return undefined;
  const detail = userError(
    `param \`${outside.name}\` value: ${String(outside.value)} is not in the enum list`,
  );
  return {
    reason: pipelineRunReasons.InvalidParamValue,
    message: `Invalid param value from PipelineTask "${pipelineTask}": ${detail}`,
  };
}
