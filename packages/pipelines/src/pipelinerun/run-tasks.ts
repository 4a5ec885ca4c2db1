import type { PipelineRun, PipelineSpec, PipelineTask, RunState, TaskState } from '@assay/tekton';
import { combineTaskStates, labels } from '@assay/tekton';
import { type Child, childStateOf } from './child.ts';
import type { Section } from './metadata.ts';
import type { Expiry, RunTimeouts } from './timeouts.ts';

/** One task of a pipeline, with the children that it has in a run: one, or one for each combination of a matrix. */
export interface RunTask {
  task: PipelineTask;
  section: Section;
  /** In the order of their names as texts, which is the order of a matrix's results. */
  children: Child[];
}

/** The tasks of a pipeline, `finally` last, joined with the children of a run. */
export function runTasks(
  run: PipelineRun,
  spec: PipelineSpec,
  children: ReadonlyMap<string, Child>,
): Map<string, RunTask> {
  const recorded = new Map(run.status?.childReferences?.map((child) => [child.name, child.pipelineTaskName]));
  const joined = new Map<string, RunTask>();
  for (const section of ['tasks', 'finally'] as const) {
    for (const task of spec[section] ?? []) joined.set(task.name, { task, section, children: [] });
  }
  for (const [name, child] of [...children].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const task = recorded.get(name) ?? child.metadata.labels?.[labels.pipelineTask] ?? '';
    joined.get(task)?.children.push(child);
  }
  return joined;
}

/**
 * What decides how a run goes on, from its tasks and the clock alone.
 *
 * @param incomplete tasks of which children are still to be created: they are not done, whatever became of the others
 */
export function runState(
  run: PipelineRun,
  spec: PipelineSpec,
  tasks: ReadonlyMap<string, RunTask>,
  timeouts: RunTimeouts,
  expired: Expiry,
  incomplete: ReadonlySet<string> = new Set(),
): RunState {
  const states: RunState['tasks'] = new Map(
    [...tasks].flatMap(([name, task]) => {
      const state = stateOf(task, incomplete.has(name));
      return state ? [[name, state] as const] : [];
    }),
  );
  return {
    name: run.metadata.name!,
    spec,
    tasks: states,
    specStatus: run.spec.status,
    timedOut: { pipeline: expired.pipeline, tasks: expired.tasks, finally: expired.finally },
    timeouts: { pipeline: timeouts.pipeline, tasks: timeouts.tasks },
  };
}

function stateOf({ task, children }: RunTask, incomplete: boolean): TaskState | undefined {
  const states = children.map(childStateOf);
  if (!task.matrix) return states[0];
  return combineTaskStates(incomplete ? [...states, { status: 'Running', reason: '', results: [] }] : states);
}
