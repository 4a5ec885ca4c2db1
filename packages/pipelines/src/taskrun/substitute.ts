import type { Client, OwnerReference } from '@assay/kube';
import {
  applyOverrides,
  checkTaskRun,
  credentialsPath,
  exitCodePaths,
  mergeReplacements,
  resolveParams,
  resultPaths,
  setTaskRunDefaults,
  stepResultPaths,
  substituteStep,
  substituteTaskSpec,
  substituteVolume,
  substituteWorkspaceBinding,
  type TaskRun,
  type TaskSpec,
  taskContext,
  taskParamReplacements,
  taskWorkspaces,
  type Volume,
  type WorkspaceBinding,
  withPropagatedWorkspaces,
} from '@assay/tekton';
import { bindWorkspaces } from '../workspaces/bindings.ts';
import { bindClaim, ensureClaims } from '../workspaces/claim-template.ts';
import { CannotStart } from './cannot-start.ts';
import type { ResolvedTask } from './resolve-task.ts';

/**
 * The Task's spec with every variable replaced that is known before its steps run, and the run's workspace bindings
 * with their claims in place and the volumes of its podTemplate. Checks first what only the pair of run and Task can
 * tell: params, workspaces, overrides.
 * @throws CannotStart with Tekton's reason and words
 */
export async function substitute(
  given: TaskRun,
  task: ResolvedTask,
  client: Client,
): Promise<{ spec: TaskSpec; bindings: WorkspaceBinding[]; podVolumes: Volume[] }> {
  const taskRun = setTaskRunDefaults(given);
  const { name, namespace, uid } = taskRun.metadata;
  const declared =
    task.name === undefined ? withPropagatedWorkspaces(task.spec, taskRun.spec.workspaces ?? []) : task.spec;
  const problem = checkTaskRun(taskRun, task.name ?? name!, declared);
  if (problem) throw new CannotStart(problem.reason, problem.message);

  const params = taskParamReplacements(resolveParams(declared.params ?? [], taskRun.spec.params ?? []));
  const owner: OwnerReference = {
    apiVersion: taskRun.apiVersion,
    kind: taskRun.kind,
    name: name!,
    uid: uid!,
    controller: true,
    blockOwnerDeletion: true,
  };
  const requested = (taskRun.spec.workspaces ?? []).map((binding) =>
    substituteWorkspaceBinding(binding, params),
  );
  await ensureClaims(client, requested, owner, namespace!);
  const bindings = requested.map((binding) => bindClaim(binding, uid!));

  const { workspaces } = bindWorkspaces(declared.workspaces ?? [], bindings);
  const volumes = new Map(
    workspaces.flatMap(({ declaration, volume }) => (volume ? [[declaration.name, volume]] : [])),
  );
  const replacements = mergeReplacements(
    params,
    taskContext({
      name: name!,
      namespace: namespace!,
      uid: uid!,
      taskName: task.name ?? name,
      ...(task.name === undefined && { retryCount: taskRun.status?.retriesStatus?.length ?? 0 }),
    }),
    resultPaths(declared),
    exitCodePaths(declared),
    taskWorkspaces(declared, bindings, volumes),
    credentialsPath(),
  );
  const spec = substituteTaskSpec(declared, replacements);
  if (spec.steps) {
    spec.steps = applyOverrides(spec.steps, taskRun.spec.stepSpecs).map((step, index) =>
      substituteStep(step, stepResultPaths(step, index)),
    );
  }
  if (spec.sidecars) spec.sidecars = applyOverrides(spec.sidecars, taskRun.spec.sidecarSpecs);
  const podVolumes = (taskRun.spec.podTemplate?.volumes ?? []).map((volume) =>
    substituteVolume(volume, params),
  );
  return { spec, bindings, podVolumes };
}
