import type { Param, ParamSpec } from '../types/params.ts';
import type { PipelineSpec, PipelineTask } from '../types/pipeline.ts';
import type { TaskSpec } from '../types/task.ts';
import type { WorkspaceBinding } from '../types/workspaces.ts';
import { expressions, textsOf } from '../variables/reference.ts';

const workspaceName = /^workspaces(?:\.([^.[\]]+)|\['([^']+)'\]|\["([^"]+)"\])/;

/** The workspaces that a value mentions, `$(workspaces.<w>...)`. */
export function workspacesUsed(value: unknown): Set<string> {
  const names = new Set<string>();
  for (const text of textsOf(value)) {
    for (const expression of expressions(text)) {
      const match = workspaceName.exec(expression);
      const name = match?.[1] ?? match?.[2] ?? match?.[3];
      if (name !== undefined) names.add(name);
    }
  }
  return names;
}

/**
 * The workspaces of one PipelineTask's TaskRun: those it asks for (a missing optional one is left out), and, for an
 * embedded taskSpec, those of the run that the spec declares or mentions without the task naming them.
 */
export function taskWorkspaceBindings(
  task: PipelineTask,
  provided: readonly WorkspaceBinding[],
  taskSpec: TaskSpec | undefined = task.taskSpec,
): WorkspaceBinding[] {
  const byName = new Map(provided.map((binding) => [binding.name, binding]));
  const bindings: WorkspaceBinding[] = [];
  const named = new Set<string>();
  for (const { name, workspace, subPath } of task.workspaces ?? []) {
    named.add(name);
    const source = byName.get(workspace || name);
    if (source === undefined) continue;
    const path = [source.subPath, subPath].filter((part) => part !== undefined && part !== '').join('/');
    const binding: WorkspaceBinding = { ...source, name };
    if (path === '') delete binding.subPath;
    else binding.subPath = path;
    bindings.push(binding);
  }
  if (task.taskSpec === undefined || taskSpec === undefined) return bindings;
  const wanted = workspacesUsed(taskSpec);
  for (const { name } of taskSpec.workspaces ?? []) wanted.add(name);
  for (const binding of provided) {
    if (wanted.has(binding.name) && !named.has(binding.name)) bindings.push(binding);
  }
  return bindings;
}

/** An embedded spec that also declares the workspaces which reach it by mention only. */
export function withPropagatedWorkspaces<T extends TaskSpec>(
  spec: T,
  bindings: readonly WorkspaceBinding[],
): T {
  const declared = new Set((spec.workspaces ?? []).map(({ name }) => name));
  const used = workspacesUsed(spec);
  const added = bindings
    .filter(({ name }) => !declared.has(name) && used.has(name))
    .map(({ name }) => ({ name }));
  return added.length === 0 ? spec : { ...spec, workspaces: [...(spec.workspaces ?? []), ...added] };
}

/**
 * The params that an embedded spec sees, inner to outer: what it is given itself, its own defaults, then what flows in
 * from outside. A param it declares with a default hides the outer one of that name.
 */
export function propagatedParams(
  specs: readonly ParamSpec[],
  given: readonly Param[],
  outer: readonly Param[],
): Param[] {
  const own = new Set(given.map(({ name }) => name));
  for (const spec of specs) if (spec.default !== undefined) own.add(spec.name);
  return [...given, ...outer.filter(({ name }) => !own.has(name))];
}

/** The tasks of a Pipeline, `tasks` then `finally`. */
export function allTasks(spec: PipelineSpec): PipelineTask[] {
  return [...(spec.tasks ?? []), ...(spec.finally ?? [])];
}
