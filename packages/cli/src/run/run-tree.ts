import { type Client, isKubeError } from '@assay/kube';
import { rerunAnnotation, reuseAnnotation, waitingForSlot } from '@assay/pipelines';
import {
  allTasks,
  type CustomRun,
  CustomRuns,
  isDone,
  type PipelineRun,
  PipelineRuns,
  type RunResult,
  type StepState,
  succeededCondition,
  type TaskRun,
  type TaskRunStatus,
  TaskRuns,
  type WhenExpression,
} from '@assay/tekton';
import type { Run } from './find-run.ts';

/** How far something is. */
export type RunState = 'waiting' | 'running' | 'succeeded' | 'failed' | 'skipped';

export interface StepNode {
  name: string;
  container: string;
  state: RunState;
  reason?: string;
  exitCode?: number;
  seconds?: number;
  results?: RunResult[];
}

/** One task of a pipeline, or the TaskRun of a described TaskRun. */
export interface TaskNode {
  name: string;
  section?: 'tasks' | 'finally';
  state: RunState;
  reason?: string;
  message?: string;
  /** `taskrun/x`, `customrun/x` or `pipelinerun/x`; absent for a task that was never started. */
  run?: string;
  /** Why it waits for a slot, as `all 16 are taken`; absent when it does not. */
  waitingForSlot?: string;
  /** True when an earlier run made it. */
  reused?: boolean;
  seconds?: number;
  /** Of a skipped task: the expressions that did not hold. */
  whenExpressions?: WhenExpression[];
  results?: RunResult[];
  steps?: StepNode[];
  /** Earlier attempts, the first one first. */
  attempts?: { reason?: string; message?: string; steps: StepNode[] }[];
  /** Of a pipeline in the pipeline. */
  tasks?: TaskNode[];
}

export interface RunTree extends TaskNode {
  kind: 'TaskRun' | 'PipelineRun';
  namespace: string;
  startTime?: string;
  completionTime?: string;
  /** The run that this one repeats. */
  rerunOf?: string;
}

/** Gathers what became of a run and of everything in it. All names and texts in it are untrusted. */
export async function runTree(
  client: Client,
  run: Run,
  now: () => Date = () => new Date(),
): Promise<RunTree> {
  const annotations = run.metadata.annotations ?? {};
  const rerunOf = annotations[rerunAnnotation] ?? annotations[reuseAnnotation];
  const { startTime, completionTime } = run.status ?? {};
  const head = {
    kind: run.kind as RunTree['kind'],
    namespace: run.metadata.namespace!,
    ...(startTime && { startTime }),
    ...(completionTime && { completionTime }),
    ...(rerunOf && { rerunOf }),
  };
  if (run.kind === 'TaskRun') return { ...head, ...taskRunNode(run.metadata.name!, run as TaskRun, now) };
  return {
    ...head,
    ...endOf(run, now),
    name: run.metadata.name!,
    ...withResults(run.status?.results as RunResult[] | undefined),
    tasks: await pipelineNodes(client, run as PipelineRun, now),
  };
}

async function pipelineNodes(client: Client, run: PipelineRun, now: () => Date): Promise<TaskNode[]> {
  const spec = run.status?.pipelineSpec ?? run.spec.pipelineSpec ?? {};
  const skipped = new Map(run.status?.skippedTasks?.map((task) => [task.name, task]));
  const nodes: TaskNode[] = [];
  const final = new Set(spec.finally?.map(({ name }) => name));
  for (const { name } of allTasks(spec)) {
    const section = final.has(name) ? ('finally' as const) : ('tasks' as const);
    const skip = skipped.get(name);
    const children = (run.status?.childReferences ?? []).filter((child) => child.pipelineTaskName === name);
    if (skip) {
      const { reason, whenExpressions } = skip;
      nodes.push({ name, section, state: 'skipped', reason, ...(whenExpressions && { whenExpressions }) });
    } else if (children.length === 0) nodes.push({ name, section, state: 'waiting' });
    for (const child of children) {
      nodes.push({
        ...(await childNode(client, run, name, child.kind ?? 'TaskRun', child.name, now)),
        section,
      });
    }
  }
  return nodes;
}

async function childNode(
  client: Client,
  parent: PipelineRun,
  task: string,
  kind: string,
  name: string,
  now: () => Date,
): Promise<TaskNode> {
  const namespace = parent.metadata.namespace!;
  const run = `${kind.toLowerCase()}/${name}`;
  try {
    if (kind === 'PipelineRun') {
      const child = await client.get(PipelineRuns, namespace, name);
      return { name: task, run, ...endOf(child, now), tasks: await pipelineNodes(client, child, now) };
    }
    if (kind === 'CustomRun') {
      const child = await client.get(CustomRuns, namespace, name);
      const results = child.status?.results?.map((result) => ({ ...result, type: 'string' as const }));
      return { name: task, run, ...endOf(child, now), ...withResults(results) };
    }
    const child = await client.get(TaskRuns, namespace, name);
    const own = child.metadata.ownerReferences?.some(
      ({ controller, uid }) => controller && uid === parent.metadata.uid,
    );
    return { ...taskRunNode(task, child, now), run, ...(!own && { reused: true }) };
  } catch (error) {
    if (!isKubeError(error, 'NotFound')) throw error;
    return { name: task, run, state: 'waiting', reason: 'Deleted' };
  }
}

function taskRunNode(name: string, taskRun: TaskRun, now: () => Date): TaskNode {
  const { status = {} } = taskRun;
  const attempts = (status.retriesStatus ?? []).map((attempt) => {
    const { reason, message } = succeededCondition({ status: attempt as TaskRunStatus }) ?? {};
    return {
      ...(reason && { reason }),
      ...(message && { message }),
      steps: stepNodes(attempt as TaskRunStatus, now),
    };
  });
  return {
    name,
    ...endOf(taskRun, now),
    ...withResults(status.results),
    steps: stepNodes(status, now),
    ...(attempts.length > 0 && { attempts }),
  };
}

function stepNodes({ steps = [] }: TaskRunStatus, now: () => Date): StepNode[] {
  return steps.map((step) => {
    const { name = '', container = '', terminated, running, terminationReason, results } = step;
    const { startedAt = running?.startedAt, finishedAt } = terminated ?? {};
    const reason = terminationReason ?? terminated?.reason ?? step.waiting?.reason;
    const seconds = elapsed(startedAt, finishedAt, now);
    return {
      ...{ name, container, state: stepState(step) },
      ...(reason && { reason }),
      ...(terminated && { exitCode: terminated.exitCode }),
      ...(seconds !== undefined && { seconds }),
      ...withResults(results),
    };
  });
}

function stepState({ terminated, running, terminationReason }: StepState): RunState {
  if (terminationReason === 'Skipped') return 'skipped';
  if (terminated) return terminated.exitCode === 0 ? 'succeeded' : 'failed';
  return running ? 'running' : 'waiting';
}

function endOf(run: TaskRun | PipelineRun | CustomRun, now: () => Date) {
  const { status, reason, message } = succeededCondition(run) ?? {};
  const { startTime, completionTime } = run.status ?? {};
  const slot = waitingForSlot(run as TaskRun);
  const begun = startTime !== undefined && slot === undefined;
  const state: RunState =
    status === 'True' ? 'succeeded' : status === 'False' ? 'failed' : begun ? 'running' : 'waiting';
  const seconds = elapsed(startTime, isDone(run) ? completionTime : undefined, now);
  return {
    state,
    ...(reason && { reason }),
    ...(message && { message }),
    ...(slot !== undefined && { waitingForSlot: slot }),
    ...(seconds !== undefined && { seconds }),
  };
}

function elapsed(from: string | undefined, to: string | undefined, now: () => Date): number | undefined {
  if (from === undefined) return undefined;
  const end = to === undefined ? now().getTime() : Date.parse(to);
  return Math.max(0, Math.round((end - Date.parse(from)) / 1000));
}

function withResults(results: RunResult[] | undefined) {
  return results?.length ? { results } : {};
}
