import type { KubeErrorCode } from '@assay/kube';
import { isKubeError } from '@assay/kube';
import type { PipelineRun, TaskRun } from '@assay/tekton';
import type { Context } from './context.ts';
import { defaultTimeoutMs } from './context.ts';
import { resolveTasks } from './definition.ts';
import { Failure } from './failure.ts';
import type { RunTask } from './run-tasks.ts';
import { embeddedTaskSpec, taskRunFor } from './task-run.ts';
import { type TaskRunPlan, taskRunPlans } from './task-run-plans.ts';
import { taskRunWorkspaces, unboundWorkspace } from './task-run-workspaces.ts';
import { runTimeouts, taskRunTimeout } from './timeouts.ts';

/** What the API will not take however often it is sent. */
const refusals: readonly KubeErrorCode[] = ['AlreadyExists', 'Invalid', 'BadRequest'];

/**
 * Creates the TaskRuns of `tasks`, all at once, or adopts those that are there already.
 *
 * @param run the run, variables in its workspace bindings replaced
 * @returns the TaskRuns by name, or why one of them can never be created
 * @throws KubeError when creation failed in a way that may pass
 */
export async function startTasks(
  context: Context,
  run: PipelineRun,
  pipelineName: string,
  tasks: readonly RunTask[],
): Promise<Map<string, TaskRun> | Failure> {
  const unbound = await missingWorkspace(context, run, pipelineName, tasks);
  if (unbound) return unbound;
  const wanted: TaskRun[] = [];
  for (const task of tasks) {
    const plans = taskRunPlans(run, task.task);
    if (plans instanceof Failure) return plans;
    for (const plan of plans) wanted.push(taskRunOf(context, run, task, plan));
  }
  const created = await Promise.allSettled(wanted.map((taskRun) => context.children.create(run, taskRun)));
  const started = new Map<string, TaskRun>();
  let failure: Failure | undefined;
  for (const [index, outcome] of created.entries()) {
    if (outcome.status === 'fulfilled') started.set(outcome.value.metadata.name!, outcome.value);
    else failure ??= creationFailure(run, wanted[index]!, outcome.reason);
  }
  return failure ?? started;
}

function taskRunOf(
  context: Context,
  run: PipelineRun,
  { task, section }: RunTask,
  { name, params }: TaskRunPlan,
): TaskRun {
  const defaultMs = defaultTimeoutMs(context);
  return taskRunFor({
    run,
    task: params.length > 0 ? { ...task, params: [...params, ...(task.params ?? [])] } : task,
    section,
    name,
    taskSpec: embeddedTaskSpec(task),
    workspaces: taskRunWorkspaces(run, task),
    timeout: taskRunTimeout(run, task, section, runTimeouts(run, defaultMs), defaultMs),
  });
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

function creationFailure(run: PipelineRun, { metadata }: TaskRun, error: unknown): Failure {
  if (!isKubeError(error) || !refusals.includes(error.code)) throw error;
  const foreign = `TaskRun "${metadata.name}" already exists and does not belong to PipelineRun "${run.metadata.name}"`;
  return new Failure('CreateRunFailed', error.code === 'AlreadyExists' ? foreign : error.message);
}
