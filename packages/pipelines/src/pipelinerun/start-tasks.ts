import type { KubeErrorCode } from '@assay/kube';
import { isKubeError } from '@assay/kube';
import type { PipelineRun } from '@assay/tekton';
import { checkTaskEnums } from '@assay/tekton';
import { type Child, childKindOf } from './child.ts';
import { childPipelineRunFor, cycleProblem } from './child-pipeline-run.ts';
import type { Context } from './context.ts';
import { defaultTimeoutMs } from './context.ts';
import { customRunFor } from './custom-run.ts';
import { resolveTasks } from './definition.ts';
import { Failure, failureOf } from './failure.ts';
import { reuseTaskRuns } from './reuse.ts';
import type { RunTask } from './run-tasks.ts';
import { embeddedTaskSpec, taskRunFor } from './task-run.ts';
import { type TaskRunPlan, taskRunPlans } from './task-run-plans.ts';
import { taskRunWorkspaces, unboundWorkspace } from './task-run-workspaces.ts';
import { runTimeouts, taskRunTimeout } from './timeouts.ts';

/** What the API will not take however often it is sent. */
const refusals: readonly KubeErrorCode[] = ['AlreadyExists', 'Invalid', 'BadRequest'];

/**
 * Creates the children of `tasks`, all at once, or adopts those that are there already.
 *
 * @param run the run, variables in its workspace bindings replaced
 * @returns the children by name, or why one of them can never be created
 * @throws KubeError when creation failed in a way that may pass
 */
export async function startTasks(
  context: Context,
  run: PipelineRun,
  pipelineName: string,
  tasks: readonly RunTask[],
): Promise<Map<string, Child> | Failure> {
  const unbound = await missingWorkspace(context, run, pipelineName, tasks);
  if (unbound) return unbound;
  const refused = await refusedParams(context, run, pipelineName, tasks);
  if (refused) return refused;
  const wanted: Child[] = [];
  for (const task of tasks) {
    const cycle = await cycleProblem(context.client, run, task.task);
    if (cycle !== undefined) return new Failure('CreateRunFailed', cycle);
    const plans = taskRunPlans(run, task.task);
    if (plans instanceof Failure) return plans;
    for (const plan of plans) wanted.push(childOf(context, run, task, plan));
  }
  const reused = await reuseTaskRuns(context, run, wanted);
  const created = await Promise.allSettled(
    wanted.map((child) => reused.get(child.metadata.name!) ?? context.children.create(run, child)),
  );
  const started = new Map<string, Child>();
  let failure: Failure | undefined;
  for (const [index, outcome] of created.entries()) {
    if (outcome.status === 'fulfilled') started.set(outcome.value.metadata.name!, outcome.value);
    else failure ??= creationFailure(run, wanted[index]!, outcome.reason);
  }
  return failure ?? started;
}

function childOf(
  context: Context,
  run: PipelineRun,
  { task, section }: RunTask,
  { name, params }: TaskRunPlan,
): Child {
  const defaultMs = defaultTimeoutMs(context);
  const parts = {
    run,
    task: params.length > 0 ? { ...task, params: [...params, ...(task.params ?? [])] } : task,
    section,
    name,
    taskSpec: embeddedTaskSpec(task),
    workspaces: taskRunWorkspaces(run, task),
    timeout: taskRunTimeout(run, task, section, runTimeouts(run, defaultMs), defaultMs),
  };
  const kind = childKindOf(task);
  if (kind === 'CustomRun') return customRunFor(parts);
  return kind === 'PipelineRun' ? childPipelineRunFor(parts) : taskRunFor(parts);
}

/** Looks for a value that its Task's param does not admit; Tasks are read only where something is given to them. */
async function refusedParams(
  context: Context,
  run: PipelineRun,
  pipelineName: string,
  tasks: readonly RunTask[],
): Promise<Failure | undefined> {
  if (!context.validation.featureFlags?.enableParamEnum) return undefined;
  const given = tasks.filter(
    ({ task }) =>
      childKindOf(task) === 'TaskRun' && !task.taskRef?.resolver && (task.params?.length || task.matrix),
  );
  const specs = await resolveTasks(
    context,
    run,
    pipelineName,
    given.map(({ task }) => task),
  );
  if (specs instanceof Failure) return specs;
  for (const { task } of given) {
    const plans = taskRunPlans(run, task);
    if (plans instanceof Failure) return plans;
    for (const { params } of plans) {
      const problem = checkTaskEnums(task.name, [...params, ...(task.params ?? [])], specs.get(task.name)!);
      if (problem) return failureOf(problem);
    }
  }
  return undefined;
}

/** Looks for a workspace that a task cannot do without; its Task is read only when one is unbound. */
async function missingWorkspace(
  context: Context,
  run: PipelineRun,
  pipelineName: string,
  tasks: readonly RunTask[],
): Promise<Failure | undefined> {
  const suspects = tasks
    .map(({ task }) => task)
    .filter((task) => unboundWorkspace(run, task, {}) !== undefined);
  const taskSpecs = await resolveTasks(context, run, pipelineName, suspects);
  if (taskSpecs instanceof Failure) return taskSpecs;
  for (const task of suspects) {
    const workspace = unboundWorkspace(run, task, taskSpecs.get(task.name)!);
    if (workspace === undefined) continue;
    const message = `expected workspace "${workspace}" to be provided by pipelinerun for pipeline task "${task.name}"`;
    return new Failure('CreateRunFailed', message);
  }
  return undefined;
}

function creationFailure(run: PipelineRun, { kind, metadata }: Child, error: unknown): Failure {
  if (!isKubeError(error) || !refusals.includes(error.code)) throw error;
  const foreign = `${kind} "${metadata.name}" already exists and does not belong to PipelineRun "${run.metadata.name}"`;
  return new Failure('CreateRunFailed', error.code === 'AlreadyExists' ? foreign : error.message);
}
