import type { ReconcileResult } from '@assay/kube';
import type { PipelineRun, PipelineRunStatus, PipelineTask, RunPlan, RunState } from '@assay/tekton';
import {
  pipelineResults,
  pipelineRunOutcome,
  pipelineRunSpecStatus,
  pipelineTaskContext,
  planRun,
  setPipelineRunDefaults,
  substitutePipelineTask,
} from '@assay/tekton';
import type { Child } from './child.ts';
import type { Context } from './context.ts';
import { defaultTimeoutMs } from './context.ts';
import type { Definition } from './definition.ts';
import { define, withBoundWorkspaces } from './definition.ts';
import { cancel, couldNotStop, fail, holdBack } from './endings.ts';
import { Failure, failureOf } from './failure.ts';
import { derived } from './pinned-specs.ts';
import { prepare } from './prepare.ts';
import type { RunTask } from './run-tasks.ts';
import { runState, runTasks } from './run-tasks.ts';
import { startTasks } from './start-tasks.ts';
import type { Verdict } from './status.ts';
import { childReferences, finallyStartTimeOf, startTimeOf, withVerdict, writeStatus } from './status.ts';
import { overdueChildren, stopChildren } from './stop-children.ts';
import { taskRunPlans } from './task-run-plans.ts';
import type { Expiry } from './timeouts.ts';
import { expiry, runTimeouts } from './timeouts.ts';

/** A run as it is now, and what that asks for. */
interface View {
  tasks: Map<string, RunTask>;
  state: RunState;
  plan: RunPlan;
  /** Tasks of which some children are missing. */
  incomplete: PipelineTask[];
  expired: Expiry;
  startTime: string;
  finallyStartTime: string | undefined;
}

/**
 * Takes a run that is not done one step further: resolve and validate, observe the children, decide, create and
 * stop children, write the status. All of it follows from what the API and the clock say now. Any step may be the
 * last one of a process: taken again from the start by another, it comes to the same.
 *
 * @throws KubeError when the API fails; `Conflict` when the run has changed since it was read
 */
export async function advance(context: Context, stored: PipelineRun): Promise<ReconcileResult> {
  const nowMs = context.clock.now();
  const run = setPipelineRunDefaults(context.specs.share(stored), context.defaults);
  if (run.spec.status === pipelineRunSpecStatus.pending) return holdBack(context, run, nowMs);

  const children = await context.children.observe(run);
  const rest = context.settled.rest(run, children, nowMs);
  if (rest) return rest.result;
  if (run.spec.status === pipelineRunSpecStatus.cancelled) return cancel(context, run, children, nowMs);

  const definition = await define(context, run);
  const prepared = await prepare(context, run, definition, children.size === 0, nowMs);
  if (prepared.failure) return fail(context, prepared.run, prepared.failure, nowMs);

  const before = look(context, prepared.run, prepared.definition, children, nowMs);
  if (before.plan.celProblem) return fail(context, prepared.run, failureOf(before.plan.celProblem), nowMs);
  const acted = await act(context, prepared.run, prepared.definition, before);
  if (acted instanceof Failure) return fail(context, prepared.run, acted, nowMs);
  if (acted.unstopped) return couldNotStop(context, prepared.run, acted.unstopped, before.expired, nowMs);

  const present = new Map([...children, ...acted.started]);
  const after =
    acted.started.size > 0 ? look(context, prepared.run, prepared.definition, present, nowMs) : before;
  const reported = await report(context, prepared.run, prepared.definition, after, nowMs);
  if (reported.ended) return undefined;
  const { nextMs } = after.expired;
  context.settled.settle(reported.run, present, nowMs + (nextMs ?? Number.POSITIVE_INFINITY));
  return nextMs === undefined ? undefined : { requeueAfterMs: nextMs };
}

function look(
  context: Context,
  run: PipelineRun,
  { spec }: Definition,
  children: ReadonlyMap<string, Child>,
  nowMs: number,
): View {
  const timeouts = runTimeouts(run, defaultTimeoutMs(context));
  const tasks = runTasks(run, spec, children);
  const startTime = startTimeOf(run, children.values(), nowMs);
  const finallyStartTime = finallyStartTimeOf(run, tasks.values());
  const expired = expiry(timeouts, nowMs, startTime, finallyStartTime);
  const filled = withTaskContexts(spec);
  let state = runState(run, filled, tasks, timeouts, expired);
  let plan = planRun(state);
  const incomplete = incompleteMatrices(run, tasks, plan, expired);
  if (incomplete.length > 0) {
    const names = new Set(incomplete.map(({ name }) => name));
    state = runState(run, filled, tasks, timeouts, expired, names);
    plan = planRun(state);
  }
  return { tasks, state, plan, incomplete, expired, startTime, finallyStartTime };
}

/**
 * Tasks whose matrix was only begun when an earlier process stopped. They are completed unless the run is being
 * stopped: children that were never created are then not missed.
 */
function incompleteMatrices(
  run: PipelineRun,
  tasks: View['tasks'],
  plan: RunPlan,
  expired: Expiry,
): PipelineTask[] {
  return [...tasks.values()].flatMap(({ task, section, children }) => {
    const stopped = expired.pipeline || expired[section] || (section === 'tasks' && run.spec.status);
    if (!task.matrix || children.length === 0 || stopped) return [];
    const filled = plan.tasks.get(task.name) ?? task;
    const plans = taskRunPlans(run, filled);
    return plans instanceof Failure || plans.length <= children.length ? [] : [filled];
  });
}

/** The variables that differ from task to task; replaced before results are, which could contain their text. */
const withTaskContexts = derived((spec) => {
  const replace = (section: 'tasks' | 'finally') =>
    spec[section]?.map((task) => substitutePipelineTask(task, pipelineTaskContext(task.retries)));
  return { ...spec, tasks: replace('tasks'), finally: replace('finally') };
});

/** Creates what is to start and stops what may not go on, all at once. */
async function act(
  context: Context,
  run: PipelineRun,
  definition: Definition,
  view: View,
): Promise<{ started: Map<string, Child>; unstopped?: string[] } | Failure> {
  const bound = withBoundWorkspaces(run, definition, view.state.tasks);
  const next = [...view.incomplete, ...view.plan.start, ...view.plan.startFinally].map((task) => ({
    ...view.tasks.get(task.name)!,
    task,
  }));
  const [started, unstopped] = await Promise.all([
    startTasks(context, bound, definition.name, next),
    stopChildren(context.client, overdueChildren(run, view.tasks.values(), view.expired)),
  ]);
  if (started instanceof Failure) return started;
  return unstopped.length > 0 ? { started, unstopped } : { started };
}

/** Writes what is known now. */
async function report(
  context: Context,
  run: PipelineRun,
  definition: Definition,
  view: View,
  nowMs: number,
): Promise<{ run: PipelineRun; ended: boolean }> {
  const { state, plan, tasks } = view;
  let verdict: Verdict = pipelineRunOutcome(state, plan);
  const ended = verdict.status !== 'Unknown';
  const outcome = ended ? pipelineResults(run.metadata.name!, state.spec, state.tasks) : undefined;
  if (outcome?.problem) verdict = { status: 'False', ...outcome.problem };
  const status: PipelineRunStatus = {
    ...run.status,
    startTime: view.startTime,
    finallyStartTime: view.finallyStartTime,
    pipelineSpec: definition.spec,
    childReferences: childReferences(tasks.values(), plan.tasks),
    skippedTasks: plan.skipped,
    results: outcome?.results,
  };
  return { run: await writeStatus(context, run, withVerdict(status, verdict, nowMs)), ended };
}
