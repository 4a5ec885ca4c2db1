import type { PipelineRun, PipelineSpec, PipelineTask, RunState, TaskRun } from '@assay/tekton';
import { taskRunNames, taskStateOf } from '@assay/tekton';
import type { Section } from './metadata.ts';
import type { Expiry, RunTimeouts } from './timeouts.ts';

/** One task of a pipeline, with the TaskRun it has or will have in a run. */
export interface RunTask {
  task: PipelineTask;
  section: Section;
  /** The TaskRun's name: the one on record, else the one that follows from run and task. */
  taskRunName: string;
  taskRun: TaskRun | undefined;
}

/** The tasks of a pipeline, `finally` last, joined with the TaskRuns of a run. */
export function runTasks(
  run: PipelineRun,
  spec: PipelineSpec,
  taskRuns: ReadonlyMap<string, TaskRun>,
): Map<string, RunTask> {
  const recorded = new Map<string, string>();
  for (const child of run.status?.childReferences ?? []) {
    if (child.kind === 'TaskRun') recorded.set(child.pipelineTaskName, child.name);
  }
  const joined = new Map<string, RunTask>();
  for (const section of ['tasks', 'finally'] as const) {
    for (const task of spec[section] ?? []) {
      const taskRunName = recorded.get(task.name) ?? taskRunNames(run.metadata.name!, task.name)[0]!;
      joined.set(task.name, { task, section, taskRunName, taskRun: taskRuns.get(taskRunName) });
    }
  }
  return joined;
}

/** What decides how a run goes on, from its tasks and the clock alone. */
export function runState(
  run: PipelineRun,
  spec: PipelineSpec,
  tasks: ReadonlyMap<string, RunTask>,
  timeouts: RunTimeouts,
  expired: Expiry,
): RunState {
  const states: RunState['tasks'] = new Map(
    [...tasks].flatMap(([name, { taskRun }]) => (taskRun ? [[name, taskStateOf(taskRun)] as const] : [])),
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
