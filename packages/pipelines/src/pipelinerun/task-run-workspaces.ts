import type { PipelineRun, PipelineTask, TaskSpec, WorkspaceBinding } from '@assay/tekton';
import { taskWorkspaceBindings, workspacesUsed } from '@assay/tekton';
import { bindClaim } from '../workspaces/claim-template.ts';

/** The bindings of the TaskRun of `task`; a `volumeClaimTemplate` of the run is bound as the claim made from it. */
export function taskRunWorkspaces(run: PipelineRun, task: PipelineTask): WorkspaceBinding[] {
  const provided = (run.spec.workspaces ?? []).map((binding) => bindClaim(binding, run.metadata.uid!));
  return taskWorkspaceBindings(task, provided);
}

/**
 * The first workspace (by its name in the Pipeline) that `task` cannot do without and the run does not provide.
 *
 * @param taskSpec the resolved task, which says what is optional
 */
export function unboundWorkspace(
  run: PipelineRun,
  task: PipelineTask,
  taskSpec: TaskSpec,
): string | undefined {
  const provided = new Set(run.spec.workspaces?.map(({ name }) => name));
  const optional = new Set(
    taskSpec.workspaces?.filter((declared) => declared.optional).map(({ name }) => name),
  );
  const asked = task.workspaces ?? [];
  const bound = new Set(asked.map(({ name }) => name));
  const mentioned = task.taskSpec
    ? [...workspacesUsed(task.taskSpec)].filter((name) => !bound.has(name))
    : [];
  const uses = [...asked, ...mentioned.map((name) => ({ name, workspace: undefined }))];
  const missing = uses.find(({ name, workspace }) => !provided.has(workspace || name) && !optional.has(name));
  return missing && (missing.workspace || missing.name);
}
