import { userError } from '../conditions/messages.ts';
import type { PipelineRunReason, TaskRunReason } from '../conditions/reasons.ts';
import { pipelineRunReasons, taskRunReasons } from '../conditions/reasons.ts';
import { TektonError } from '../error.ts';
import { buildTaskGraph } from '../graph/task-graph.ts';
import {
  indexesOutOfBound,
  missingObjectKeys,
  missingParams,
  mistypedParams,
  outsideEnum,
} from '../params/check.ts';
import { resolveParams } from '../params/resolve.ts';
import { goList, goMapOfLists } from '../params/value.ts';
import type { Param } from '../types/params.ts';
import type { PipelineSpec } from '../types/pipeline.ts';
import type { PipelineRun } from '../types/pipelinerun.ts';
import type { TaskSpec } from '../types/task.ts';
import type { TaskRun } from '../types/taskrun.ts';
import type { WorkspaceBinding, WorkspaceDeclaration } from '../types/workspaces.ts';
import type { RunProblem } from './problem.ts';

type PipelineRunProblem = RunProblem<PipelineRunReason>;
type TaskRunProblem = RunProblem<TaskRunReason>;

const graphProblem = (build: () => unknown): string | undefined => {
  try {
    build();
    return undefined;
  } catch (error) {
    if (error instanceof TektonError) return error.message;
    throw error;
  }
};

/**
 * What can only be known once a PipelineRun has its Pipeline: graph, params, workspaces, taskRunSpecs, in Tekton's
 * order and words. `pipeline` is the Pipeline's name, the run's own for an embedded spec.
 */
export function checkPipelineRun(
  run: PipelineRun,
  pipeline: string,
  spec: PipelineSpec,
): PipelineRunProblem | undefined {
  const namespace = run.metadata.namespace ?? '';
  const who = `PipelineRun ${namespace}/${run.metadata.name}`;
  const of = `Pipeline ${namespace}/${pipeline}`;
  const problem = (reason: PipelineRunReason, message: string): PipelineRunProblem => ({
    reason,
    message: userError(message),
  });
  const tasksProblem = graphProblem(() => buildTaskGraph(spec.tasks ?? []));
  if (tasksProblem !== undefined) {
    const message = `${who}'s Pipeline DAG is invalid: ${tasksProblem}`;
    return problem(pipelineRunReasons.PipelineInvalidGraph, message);
  }
  const finallyProblem = graphProblem(() => buildTaskGraph(spec.finally ?? [], 'finally'));
  if (finallyProblem !== undefined) {
    const message = `${who}'s Pipeline DAG is invalid for finally clause: ${finallyProblem}`;
    return problem(pipelineRunReasons.PipelineInvalidGraph, message);
  }
  return (
    checkPipelineRunParams(run.spec.params ?? [], spec, who, of) ??
    checkPipelineRunWorkspaces(run, spec, who, of) ??
    checkTaskRunSpecs(run, spec, who)
  );
}

function checkPipelineRunParams(
  given: readonly Param[],
  spec: PipelineSpec,
  who: string,
  of: string,
): PipelineRunProblem | undefined {
  const specs = spec.params ?? [];
  const missing = missingParams(specs, given);
  if (missing.length > 0) {
    const detail = `pipelineRun missing parameters: ${goList(missing)}`;
    const message = `${who} is missing some parameters required by ${of}: ${detail}`;
    return { reason: pipelineRunReasons.ParameterMissing, message: userError(message) };
  }
  const mistyped = mistypedParams(specs, given);
  if (mistyped.length > 0) {
    const detail = `parameters have inconsistent types : ${goList(mistyped)}`;
    const message = `${who} parameters have mismatching types with ${of}'s parameters: ${detail}`;
    return { reason: pipelineRunReasons.ParameterTypeMismatch, message: userError(message) };
  }
  const outside = outsideEnum(specs, given);
  if (outside !== undefined) {
    const detail = `param \`${outside.name}\` value: ${String(outside.value)} is not in the enum list`;
    return {
      reason: pipelineRunReasons.InvalidParamValue,
      message: userError(`${who} parameters have invalid value: ${detail}`),
    };
  }
  const keys = missingObjectKeys(specs, given);
  if (keys.size > 0) {
    const detail = `pipelineRun missing object keys for parameters: ${goMapOfLists(keys)}`;
    const message = `${who} parameters is missing object keys required by ${of}'s parameters: ${detail}`;
    return { reason: pipelineRunReasons.ObjectParameterMissKeys, message: userError(message) };
  }
  try {
    const outOfBound = indexesOutOfBound(resolveParams(specs, given), {
      tasks: spec.tasks,
      finally: spec.finally,
    });
    if (outOfBound.length > 0) {
      const detail = `non-existent param references:${goList(outOfBound)}`;
      const message = `${who} failed validation: failed to validate ${of}'s parameter which has an invalid index while referring to an array: ${detail}`;
      return { reason: pipelineRunReasons.ParamArrayIndexingInvalid, message: userError(message) };
    }
  } catch (error) {
    if (!(error instanceof TektonError)) throw error;
    const message = `Failed to apply parameters to ${of}: ${error.message}`;
    return { reason: pipelineRunReasons.PipelineValidationFailed, message: userError(message) };
  }
  return undefined;
}

function checkPipelineRunWorkspaces(
  run: PipelineRun,
  spec: PipelineSpec,
  who: string,
  of: string,
): PipelineRunProblem | undefined {
  const bound = new Set((run.spec.workspaces ?? []).map(({ name }) => name));
  const unbound = (spec.workspaces ?? []).find(({ name, optional }) => optional !== true && !bound.has(name));
  if (unbound === undefined) return undefined;
  const detail = `pipeline requires workspace with name ${JSON.stringify(unbound.name)} be provided by pipelinerun`;
  const message = `${who} doesn't bind ${of}'s Workspaces correctly: ${detail}`;
  return { reason: pipelineRunReasons.InvalidWorkspaceBindings, message: userError(message) };
}

function checkTaskRunSpecs(
  run: PipelineRun,
  spec: PipelineSpec,
  who: string,
): PipelineRunProblem | undefined {
  const names = new Set([...(spec.tasks ?? []), ...(spec.finally ?? [])].map(({ name }) => name));
  const wrong = (run.spec.taskRunSpecs ?? []).find(({ pipelineTaskName }) => !names.has(pipelineTaskName));
  if (wrong === undefined) return undefined;
  const detail = `pipelineRun's taskrunSpecs defined wrong taskName: ${JSON.stringify(wrong.pipelineTaskName)}, does not exist in Pipeline`;
  return {
    reason: pipelineRunReasons.InvalidTaskRunSpecs,
    message: userError(`${who} doesn't define taskRunSpecs correctly: ${detail}`),
  };
}

/**
 * An optional Pipeline workspace that feeds a Task which requires it. `taskSpecs` maps a PipelineTask's name to its
 * Task's spec.
 */
export function checkOptionalWorkspaces(
  spec: PipelineSpec,
  taskSpecs: ReadonlyMap<string, TaskSpec>,
): PipelineRunProblem | undefined {
  const optional = new Set(
    (spec.workspaces ?? []).filter((w) => w.optional === true).map(({ name }) => name),
  );
  for (const task of [...(spec.tasks ?? []), ...(spec.finally ?? [])]) {
    const required = new Set(
      (taskSpecs.get(task.name)?.workspaces ?? []).filter((w) => w.optional !== true).map(({ name }) => name),
    );
    for (const binding of task.workspaces ?? []) {
      const workspace = binding.workspace || binding.name;
      if (!optional.has(workspace) || !required.has(binding.name)) continue;
      const detail = `pipeline workspace ${JSON.stringify(workspace)} is marked optional but pipeline task ${JSON.stringify(task.name)} requires it be provided`;
      return {
        reason: pipelineRunReasons.RequiredWorkspaceMarkedOptional,
        message: userError(`Optional workspace not supported by task: ${detail}`),
      };
    }
  }
  return undefined;
}

/**
 * What can only be known once a TaskRun has its Task: params, workspaces, overrides. `task` is the Task's name, the
 * TaskRun's own for an embedded spec.
 */
export function checkTaskRun(run: TaskRun, task: string, spec: TaskSpec): TaskRunProblem | undefined {
  const params = paramsProblem(run.spec.params ?? [], spec);
  const detail =
    (params === undefined ? undefined : `invalid input params for task ${task}: ${params}`) ??
    workspacesProblem(spec.workspaces ?? [], run.spec.workspaces ?? []) ??
    overridesProblem(run, spec);
  if (detail !== undefined)
    return { reason: taskRunReasons.TaskRunValidationFailed, message: userError(detail) };
  const outside = outsideEnum(spec.params ?? [], run.spec.params ?? []);
  if (outside === undefined) return undefined;
  return {
    reason: taskRunReasons.InvalidParamValue,
    message: userError(`param \`${outside.name}\` value: ${String(outside.value)} is not in the enum list`),
  };
}

function paramsProblem(given: readonly Param[], spec: TaskSpec): string | undefined {
  const specs = spec.params ?? [];
  const missing = missingParams(specs, given);
  if (missing.length > 0) {
    return `missing values for these params which have no default values: ${goList(missing)}`;
  }
  const mistyped = mistypedParams(specs, given, { references: true });
  if (mistyped.length > 0) return `param types don't match the user-specified type: ${goList(mistyped)}`;
  const keys = missingObjectKeys(specs, given);
  if (keys.size > 0) {
    return `missing keys for these params which are required in ParamSpec's properties ${goMapOfLists(keys)}`;
  }
  const outOfBound = indexesOutOfBound(resolveParams(specs, given), spec);
  return outOfBound.length > 0 ? `non-existent param references:${goList(outOfBound)}` : undefined;
}

function workspacesProblem(
  declared: readonly WorkspaceDeclaration[],
  bound: readonly WorkspaceBinding[],
): string | undefined {
  const bindings = new Set(bound.map(({ name }) => name));
  const unbound = declared.find(({ name, optional }) => optional !== true && !bindings.has(name));
  if (unbound !== undefined) {
    return `declared workspace ${JSON.stringify(unbound.name)} is required but has not been bound`;
  }
  const names = new Set(declared.map(({ name }) => name));
  const stray = bound.find(({ name }) => !names.has(name));
  return stray && `workspace binding ${JSON.stringify(stray.name)} does not match any declared workspace`;
}

function overridesProblem(run: TaskRun, spec: TaskSpec): string | undefined {
  const steps = new Set((spec.steps ?? []).map(({ name }) => name));
  const step = (run.spec.stepSpecs ?? []).find(({ name }) => !steps.has(name));
  if (step !== undefined) return `invalid StepOverride: No Step named ${step.name}`;
  const sidecars = new Set((spec.sidecars ?? []).map(({ name }) => name));
  const sidecar = (run.spec.sidecarSpecs ?? []).find(({ name }) => !sidecars.has(name));
  return sidecar && `invalid SidecarOverride: No Sidecar named ${sidecar.name}`;
}
