import type { Condition } from '@assay/kube';
import { taskRunMessages } from '../conditions/messages.ts';
import { succeededCondition } from '../conditions/succeeded.ts';
import type { Artifacts } from '../results/artifacts.ts';
import type { CustomRun } from '../types/customrun.ts';
import type { RunResult } from '../types/params.ts';
import type { PipelineSpec } from '../types/pipeline.ts';
import type { PipelineRun } from '../types/pipelinerun.ts';
import type { TaskRun } from '../types/taskrun.ts';

/** How far the child (or children) of one PipelineTask is. */
export interface TaskState {
  /** `Cancelled`: ended because a user cancelled; `TimedOut`: cancelled because the PipelineRun timed out. */
  status: 'Running' | 'Succeeded' | 'Failed' | 'Cancelled' | 'TimedOut';
  /** Reason of the child's condition; empty when it has none. */
  reason: string;
  results: readonly RunResult[];
  artifacts?: Artifacts;
  /** True as soon as one of several children has failed, although others still run. */
  anyFailed?: boolean;
  /** How many children a matrix made. */
  runs?: number;
}

/** Everything that decides what a PipelineRun does next. */
export interface RunState {
  /** `metadata.name` of the PipelineRun. */
  name: string;
  /** The Pipeline with params and context already replaced; results are not. */
  spec: PipelineSpec;
  /** Only the tasks that have a child. */
  tasks: ReadonlyMap<string, TaskState>;
  /** `spec.status` of the PipelineRun. */
  specStatus?: string | undefined;
  /** Which limits have passed. The finally limit counts from `status.finallyStartTime`. */
  timedOut?: { pipeline?: boolean; tasks?: boolean; finally?: boolean };
  /** Milliseconds, for the messages. */
  timeouts?: { pipeline?: number | undefined; tasks?: number | undefined };
}

/** The state of a task from its one child. */
export function taskStateOf(run: TaskRun): TaskState {
  const condition: Condition | undefined = run.status?.conditions?.find(({ type }) => type === 'Succeeded');
  const reason = condition?.reason ?? '';
  const results = run.status?.results ?? [];
  if (condition?.status === 'True') {
    const artifacts = run.status?.artifacts;
    return { status: 'Succeeded', reason, results, ...(artifacts && { artifacts }) };
  }
  if (condition?.status !== 'False') return { status: 'Running', reason, results: [] };
  if (reason !== 'TaskRunCancelled') return { status: 'Failed', reason, results };
  const byTimeout = run.spec.statusMessage === taskRunMessages.cancelledByTimeout;
  return { status: byTimeout ? 'TimedOut' : 'Cancelled', reason, results };
}

/** What a PipelineRun tells a CustomRun that it cancels. */
export const customRunMessages = {
  cancelledByPipelineRun: 'CustomRun cancelled as the PipelineRun it belongs to has been cancelled.',
  cancelledByTimeout: 'CustomRun cancelled as the PipelineRun it belongs to has timed out.',
} as const;

/** `spec.status` of a CustomRun that is to stop, and the reason its controller then gives. */
export const customRunCancelled = { status: 'RunCancelled', reason: 'CustomRunCancelled' } as const;

/** The state of a task that another controller runs. Its results are texts. */
export function customRunState(run: CustomRun): TaskState {
  const { status, reason = '' } = succeededCondition(run) ?? {};
  const results = (run.status?.results ?? []).map(({ name, value }) => ({ name, type: 'string', value }));
  if (status === 'True') return { status: 'Succeeded', reason, results };
  if (status !== 'False') return { status: 'Running', reason, results: [] };
  if (reason !== customRunCancelled.reason) return { status: 'Failed', reason, results };
  const byTimeout = run.spec.statusMessage === customRunMessages.cancelledByTimeout;
  return { status: byTimeout ? 'TimedOut' : 'Cancelled', reason, results };
}

/** The state of a task that is a Pipeline of its own: its results stay its own, and cancelled counts as failed. */
export function childPipelineState(run: PipelineRun): TaskState {
  const { status, reason = '' } = succeededCondition(run) ?? {};
  const state = status === 'True' ? 'Succeeded' : status === 'False' ? 'Failed' : 'Running';
  return { status: state, reason, results: [] };
}

/**
 * The state of a matrixed task from all its children, in the order of their names; undefined when there are none. Its
 * results are arrays, however many children there are.
 */
export function combineTaskStates(states: readonly TaskState[]): TaskState | undefined {
  const [first] = states;
  if (first === undefined) return undefined;
  const runs = states.length;
  const failed = states.filter(({ status }) => status !== 'Running' && status !== 'Succeeded');
  if (states.some(({ status }) => status === 'Running')) {
    return { status: 'Running', reason: first.reason, results: [], anyFailed: failed.length > 0, runs };
  }
  const worst =
    failed.find(({ status }) => status === 'TimedOut') ??
    failed.find(({ status }) => status === 'Cancelled') ??
    failed[0] ??
    first;
  return { status: worst.status, reason: worst.reason, results: aggregateResults(states), runs };
}

function aggregateResults(states: readonly TaskState[]): RunResult[] {
  const byName = new Map<string, string[]>();
  for (const state of states) {
    for (const { name, value } of state.results) {
      if (typeof value === 'string') byName.set(name, [...(byName.get(name) ?? []), value]);
    }
  }
  return [...byName].map(([name, value]) => ({ name, type: 'array', value }));
}
