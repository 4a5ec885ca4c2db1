import { stepContainerName } from '../names/child-name.ts';
import {
  exitCodePath,
  paths,
  resultPath,
  stepArtifactsPath,
  stepResultPath,
  workspacePath,
} from '../names/paths.ts';
import type { Param } from '../types/params.ts';
import type { PipelineSpec } from '../types/pipeline.ts';
import type { TaskSpec } from '../types/task.ts';
import type { WorkspaceBinding } from '../types/workspaces.ts';
import type { Replacements } from './replacements.ts';
import { ReplacementsBuilder, spellings } from './replacements.ts';

/** `params.*`. Values are complete: see `resolveParams`. */
export function paramReplacements(params: readonly Param[]): Replacements {
  const replacements = new ReplacementsBuilder();
  for (const { name, value } of params) replacements.value('params', name, value);
  return replacements;
}

/** `params.*` as a Task sees them: it may also still write `inputs.params.*`, the name of Tekton's first API version. */
export function taskParamReplacements(params: readonly Param[]): Replacements {
  const replacements = new ReplacementsBuilder().merge(paramReplacements(params));
  for (const { name, value } of params) replacements.value('inputs.params', name, value);
  return replacements;
}

/** `context.pipelineRun.*` and `context.pipeline.name` (the run's name when the spec is embedded). */
export function pipelineContext(run: {
  name: string;
  namespace: string;
  uid: string;
  pipelineName?: string | undefined;
}): Replacements {
  return new ReplacementsBuilder()
    .text('context.pipelineRun.name', run.name)
    .text('context.pipelineRun.namespace', run.namespace)
    .text('context.pipelineRun.uid', run.uid)
    .text('context.pipeline.name', run.pipelineName ?? run.name);
}

/** `context.pipelineTask.retries`. */
export function pipelineTaskContext(retries: number | undefined): Replacements {
  return new ReplacementsBuilder().text('context.pipelineTask.retries', String(retries ?? 0));
}

/** `workspaces.<w>.bound` for a Pipeline; `bound` names the workspaces that the run provides. */
export function pipelineWorkspaces(spec: PipelineSpec, bound: ReadonlySet<string>): Replacements {
  const replacements = new ReplacementsBuilder();
  for (const { name } of spec.workspaces ?? []) {
    replacements.text(`workspaces.${name}.bound`, String(bound.has(name)));
  }
  return replacements;
}

/**
 * `context.taskRun.*`, `context.task.name` and, for an inline taskSpec only, `context.task.retry-count`: through a
 * taskRef that one stays as written, as in Tekton.
 */
export function taskContext(run: {
  name: string;
  namespace: string;
  uid: string;
  taskName?: string | undefined;
  retryCount?: number | undefined;
}): Replacements {
  const replacements = new ReplacementsBuilder()
    .text('context.taskRun.name', run.name)
    .text('context.taskRun.namespace', run.namespace)
    .text('context.taskRun.uid', run.uid)
    .text('context.task.name', run.taskName ?? '');
  if (run.retryCount !== undefined) replacements.text('context.task.retry-count', String(run.retryCount));
  return replacements;
}

/** `results.<r>.path` for all declared results, and `artifacts.path`. */
export function resultPaths(spec: TaskSpec): Replacements {
  const replacements = new ReplacementsBuilder();
  for (const { name } of spec.results ?? []) {
    for (const target of spellings('results', name)) replacements.text(`${target}.path`, resultPath(name));
  }
  return replacements.text('artifacts.path', paths.artifacts);
}

/** `step.results.<r>.path` and `step.artifacts.path` of one step; `index` is its place in the Task. */
export function stepResultPaths(step: NonNullable<TaskSpec['steps']>[number], index: number): Replacements {
  const replacements = new ReplacementsBuilder();
  const container = stepContainerName(step.name, index);
  for (const { name } of step.results ?? []) {
    for (const target of spellings('step.results', name)) {
      replacements.text(`${target}.path`, stepResultPath(container, name));
    }
  }
  return replacements.text('step.artifacts.path', stepArtifactsPath(container));
}

/** `steps.step-<name>.exitCode.path`, also `steps.step-unnamed-<i>.exitCode.path`. */
export function exitCodePaths(spec: TaskSpec): Replacements {
  const replacements = new ReplacementsBuilder();
  for (const [index, step] of (spec.steps ?? []).entries()) {
    const container = stepContainerName(step.name, index);
    replacements.text(`steps.${container}.exitCode.path`, exitCodePath(container));
  }
  return replacements;
}

/** `credentials.path`. */
export function credentialsPath(): Replacements {
  return new ReplacementsBuilder().text('credentials.path', paths.credentials);
}

/**
 * `workspaces.<w>.{path,bound,claim,volume}` of a Task. `volumes` maps a workspace to the name of the volume behind it.
 */
export function taskWorkspaces(
  spec: TaskSpec,
  bindings: readonly WorkspaceBinding[],
  volumes: ReadonlyMap<string, string> = new Map(),
): Replacements {
  const replacements = new ReplacementsBuilder();
  const byName = new Map(bindings.map((binding) => [binding.name, binding]));
  for (const declaration of spec.workspaces ?? []) {
    const binding = byName.get(declaration.name);
    const prefix = `workspaces.${declaration.name}`;
    const absent = binding === undefined && declaration.optional === true;
    replacements
      .text(`${prefix}.path`, absent ? '' : workspacePath(declaration))
      .text(`${prefix}.bound`, String(binding !== undefined))
      .text(`${prefix}.claim`, binding?.persistentVolumeClaim?.claimName ?? '')
      .text(`${prefix}.volume`, volumes.get(declaration.name) ?? '');
  }
  return replacements;
}

/** `steps.<s>.results.<r>` of steps that have ended; to be applied to a later step when it starts. */
export function stepResults(
  step: string,
  results: readonly { name: string; value: Param['value'] }[],
): Replacements {
  const replacements = new ReplacementsBuilder();
  for (const { name, value } of results) replacements.value(`steps.${step}.results`, name, value);
  return replacements;
}
