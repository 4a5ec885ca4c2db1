import { userError } from '../conditions/messages.ts';
import type { PipelineRunReason, SkipReason } from '../conditions/reasons.ts';
import { pipelineRunReasons, skipReasons } from '../conditions/reasons.ts';
import { TektonError } from '../error.ts';
import type { RunProblem } from '../runs/problem.ts';
import type { PipelineTask } from '../types/pipeline.ts';
import type { SkippedTask } from '../types/pipelinerun.ts';
import { substitutePipelineTask } from '../variables/pipeline-task.ts';
import type { Replacements } from '../variables/replacements.ts';
import { ReplacementsBuilder } from '../variables/replacements.ts';
import type { UnresolvedReference } from './results.ts';
import { resolveResults } from './results.ts';
import type { RunState, TaskState } from './run-state.ts';
import type { TaskGraph } from './task-graph.ts';
import { buildTaskGraph } from './task-graph.ts';
import { taskStatuses } from './task-status.ts';
import { whenAllows } from './when.ts';

/** What a PipelineRun's state asks for now. */
export interface RunPlan {
  /** DAG tasks to start now, in the order of the Pipeline, results replaced. */
  start: PipelineTask[];
  /** Finally tasks to start now, results, status and reason replaced. Not empty only once all DAG tasks are done. */
  startFinally: PipelineTask[];
  /** `status.skippedTasks`: DAG tasks in order, then finally tasks. */
  skipped: SkippedTask[];
  /** Tasks that need a result which their producer did not write, with the message. */
  validationFailed: ReadonlyMap<string, string>;
  /** All DAG tasks have ended or are skipped. */
  tasksDone: boolean;
  /** All finally tasks, if any, have ended or are skipped, and so have the DAG tasks. */
  finallyDone: boolean;
  /**
   * Set when a `when` expression in CEL could not be evaluated: the run fails with this, and nothing starts. The reason
   * is `CELEvaluationFailed`.
   */
  celProblem?: RunProblem<PipelineRunReason>;
  /** `when` of every task with its results replaced where they are known; for `childReferences[].whenExpressions`. */
  tasks: ReadonlyMap<string, PipelineTask>;
}

interface Context {
  state: RunState;
  graph: TaskGraph;
  failed: Map<string, string>;
  celFailure?: TektonError;
  /** Whether a DAG task failed for good; unset until asked, and again when `failed` grows. */
  stopping?: boolean | undefined;
  skips: Map<string, SkipReason | undefined>;
  resolved: Map<string, { task: PipelineTask; unresolved?: UnresolvedReference }>;
}

const isEnded = (state: TaskState | undefined): boolean => state !== undefined && state.status !== 'Running';
const isFailure = (state: TaskState | undefined): boolean => isEnded(state) && state?.status !== 'Succeeded';
const continues = (task: PipelineTask): boolean => task.onError === 'continue';

/**
 * Decides, from the state of a run alone, which tasks start, which are skipped and why, and which cannot start.
 * Asking twice with the same state gives the same answer.
 *
 * Skip reasons are tried in Tekton's order. DAG tasks: stopping, gracefully cancelled, gracefully stopped, when, parent
 * skipped, results missing, pipeline timeout, tasks timeout, empty matrix. Finally tasks: results missing, when,
 * pipeline timeout, finally timeout, empty matrix.
 * @throws TektonError InvalidGraph
 */
export function planRun(state: RunState): RunPlan {
  const graph = graphOf(state.spec.tasks ?? []);
  const context: Context = { state, graph, failed: new Map(), skips: new Map(), resolved: new Map() };
  const queue = candidates(context);
  for (const name of queue) {
    const { task, unresolved } = resolve(context, name);
    if (unresolved?.missing && skipReason(context, name) === undefined) {
      context.failed.set(task.name, unresolved.message);
    }
  }
  if (context.failed.size > 0) {
    context.skips.clear();
    context.stopping = undefined;
  }
  const start =
    context.failed.size > 0 ? [] : queue.filter((name) => skipReason(context, name) === undefined);
  const tasksDone = [...graph.tasks.keys()].every((name) => isDone(context, name));
  const skipped: SkippedTask[] = [];
  for (const name of graph.tasks.keys()) {
    const reason = skipReason(context, name);
    if (reason !== undefined) skipped.push(skippedTask(resolve(context, name).task, reason, true));
  }
  const tasks = new Map([...graph.tasks.keys()].map((name) => [name, resolve(context, name).task]));
  const finals = planFinally(context, tasksDone, skipped);
  for (const [name, task] of finals.tasks) tasks.set(name, task);
  const celProblem = celProblemOf(context);
  const held = celProblem !== undefined;
  return {
    start: cancelled(state) || held ? [] : start.map((name) => resolve(context, name).task),
    startFinally: state.specStatus === 'Cancelled' || state.timedOut?.pipeline || held ? [] : finals.start,
    skipped,
    validationFailed: context.failed,
    tasksDone,
    finallyDone: tasksDone && finals.done,
    ...(held && { celProblem }),
    tasks,
  };
}

/** A run is planned again at every step of it, by the same list of tasks as long as its caller keeps that. */
const graphs = new WeakMap<readonly PipelineTask[], TaskGraph>();

function graphOf(tasks: readonly PipelineTask[]): TaskGraph {
  const graph = graphs.get(tasks) ?? buildTaskGraph(tasks);
  graphs.set(tasks, graph);
  return graph;
}

/** Whether a task has no variable anywhere, so that no result of another can change it. */
const plainTasks = new WeakMap<PipelineTask, boolean>();

function isPlain(task: PipelineTask): boolean {
  const plain = plainTasks.get(task) ?? !JSON.stringify(task).includes('$(');
  plainTasks.set(task, plain);
  return plain;
}

function celProblemOf({ state, celFailure }: Context): RunProblem<PipelineRunReason> | undefined {
  if (celFailure === undefined) return undefined;
  const message = `Error evaluating CEL ${state.name}: ${userError(celFailure.message)}`;
  return { reason: pipelineRunReasons.CELEvaluationFailed, message };
}

const cancelled = ({ specStatus }: RunState): boolean =>
  specStatus === 'Cancelled' || specStatus === 'CancelledRunFinally' || specStatus === 'StoppedRunFinally';

/** DAG tasks without a child whose parents are all done. */
function candidates(context: Context): string[] {
  return [...context.graph.tasks.keys()].filter(
    (name) => !context.state.tasks.has(name) && parentsDone(context, name),
  );
}

function parentsDone(context: Context, name: string): boolean {
  return (context.graph.parents.get(name) ?? []).every((parent) => isDone(context, parent));
}

function isDone(context: Context, name: string): boolean {
  return (
    context.failed.has(name) ||
    skipReason(context, name) !== undefined ||
    isEnded(context.state.tasks.get(name))
  );
}

/** True when a DAG task failed for good: nothing new starts. */
function isStopping({ state, graph, failed }: Context): boolean {
  for (const [name, task] of graph.tasks) {
    if (!continues(task) && (isFailure(state.tasks.get(name)) || failed.has(name))) return true;
  }
  return false;
}

function resolve(context: Context, name: string): { task: PipelineTask; unresolved?: UnresolvedReference } {
  const cached = context.resolved.get(name);
  if (cached !== undefined) return cached;
  const task = context.graph.tasks.get(name) as PipelineTask;
  if (isPlain(task)) {
    context.resolved.set(name, { task });
    return { task };
  }
  const outcome = resolveResults(task, context.state.tasks, (producer) => context.graph.tasks.get(producer));
  const resolved =
    'unresolved' in outcome
      ? { task, unresolved: outcome.unresolved }
      : { task: substitutePipelineTask(task, outcome.replacements) };
  context.resolved.set(name, resolved);
  return resolved;
}

function skipReason(context: Context, name: string): SkipReason | undefined {
  if (context.skips.has(name)) return context.skips.get(name);
  const reason = findSkipReason(context, name);
  context.skips.set(name, reason);
  return reason;
}

function findSkipReason(context: Context, name: string): SkipReason | undefined {
  const { state, graph } = context;
  if (state.tasks.has(name) || context.failed.has(name)) return undefined;
  context.stopping ??= isStopping(context);
  if (context.stopping) return skipReasons.Stopping;
  if (state.specStatus === 'CancelledRunFinally') return skipReasons.GracefullyCancelled;
  if (state.specStatus === 'StoppedRunFinally') return skipReasons.GracefullyStopped;
  const ready = parentsDone(context, name);
  const { task, unresolved } = resolve(context, name);
  if (ready && !allows(context, task, unresolved === undefined)) return skipReasons.WhenExpressions;
  for (const parent of graph.parents.get(name) ?? []) {
    const parentReason = skipReason(context, parent);
    if (parentReason !== undefined && parentReason !== skipReasons.WhenExpressions)
      return skipReasons.ParentTasks;
  }
  if (ready && unresolved !== undefined) {
    const producerSkipped = skipReason(context, unresolved.producer) === skipReasons.WhenExpressions;
    if (continues(task) || producerSkipped) return skipReasons.MissingResults;
  }
  if (ready && state.timedOut?.pipeline) return skipReasons.PipelineTimedOut;
  if (ready && state.timedOut?.tasks) return skipReasons.TasksTimedOut;
  return emptyMatrix(task) ? skipReasons.EmptyArrayInMatrix : undefined;
}

/** `whenAllows`; what cannot be evaluated counts as allowed, and fails the run unless it lacks results. */
function allows(context: Context, task: PipelineTask, complete = true): boolean {
  try {
    return whenAllows(task.when);
  } catch (error) {
    if (!(error instanceof TektonError)) throw error;
    if (complete) context.celFailure ??= error;
    return true;
  }
}

function emptyMatrix(task: PipelineTask): boolean {
  return (task.matrix?.params ?? []).some(({ value }) => Array.isArray(value) && value.length === 0);
}

function skippedTask(task: PipelineTask, reason: SkipReason, withWhen: boolean): SkippedTask {
  const skipped: SkippedTask = { name: task.name, reason };
  if (withWhen && task.when !== undefined && task.when.length > 0) skipped.whenExpressions = task.when;
  return skipped;
}

function planFinally(context: Context, tasksDone: boolean, skipped: SkippedTask[]) {
  const { state, graph } = context;
  const start: PipelineTask[] = [];
  const tasks = new Map<string, PipelineTask>();
  let done = true;
  const statuses: Replacements = tasksDone ? statusReplacements(context) : new ReplacementsBuilder();
  for (const declared of state.spec.finally ?? []) {
    const outcome = resolveResults(declared, state.tasks, (producer) => graph.tasks.get(producer));
    const unresolved = 'unresolved' in outcome;
    const replacements = new ReplacementsBuilder().merge(statuses);
    if (!unresolved) replacements.merge(outcome.replacements);
    const task = substitutePipelineTask(declared, replacements);
    tasks.set(task.name, task);
    const child = state.tasks.get(task.name);
    if (child !== undefined) {
      done &&= isEnded(child);
      continue;
    }
    const reason = tasksDone ? finallySkipReason(context, task, unresolved) : undefined;
    if (reason !== undefined) {
      skipped.push(skippedTask(task, reason, reason === skipReasons.WhenExpressions));
      continue;
    }
    done = false;
    if (tasksDone) start.push(task);
  }
  return { start, done, tasks };
}

function finallySkipReason(
  context: Context,
  task: PipelineTask,
  unresolved: boolean,
): SkipReason | undefined {
  const { state } = context;
  if (unresolved) return skipReasons.MissingResults;
  if (!allows(context, task)) return skipReasons.WhenExpressions;
  if (state.timedOut?.pipeline) return skipReasons.PipelineTimedOut;
  if (state.timedOut?.finally) return skipReasons.FinallyTimedOut;
  return emptyMatrix(task) ? skipReasons.EmptyArrayInMatrix : undefined;
}

function statusReplacements(context: Context): Replacements {
  const skipped = new Set(
    [...context.graph.tasks.keys()].filter((name) => skipReason(context, name) !== undefined),
  );
  const replacements = new ReplacementsBuilder();
  for (const [key, value] of taskStatuses(context.graph, context.state.tasks, skipped, true)) {
    replacements.text(key, value);
  }
  return replacements;
}
