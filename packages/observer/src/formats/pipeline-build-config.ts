import type { PipelineRun, PipelineTask, TaskRun } from '@assay/tekton';
import { executedChildren, pipelineTasks, type RunFamily, utcTime } from '../run/family.ts';
import { invocation, stepRecord } from './invocation.ts';

/** `buildConfig` of a PipelineRun in SLSA v0.2: one entry for every TaskRun that ran to an end. */
export function pipelineBuildConfig(family: RunFamily<PipelineRun>): { tasks: Record<string, unknown>[] } {
  const { run, children } = family;
  const dagSize = run.status?.pipelineSpec?.tasks?.length ?? 0;
  const tasks: Record<string, unknown>[] = [];
  let last: string | undefined;
  pipelineTasks(run).forEach((task, position) => {
    const runs = children.filter(
      (child) => child.metadata?.labels?.['tekton.dev/pipelineTask'] === task.name,
    );
    if (runs.length === 0) return;
    const after = tasksBefore(task);
    // A finally task waits for all others; the last of them that ran stands for them.
    if (after.length === 0 && position >= dagSize && last !== undefined) after.push(last);
    for (const child of executedChildren(runs, task.name)) {
      const steps = childSteps(child);
      if (steps === undefined) continue;
      tasks.push({
        name: task.name,
        ...(after.length > 0 && { after }),
        ref: task.taskRef ?? {},
        startedOn: utcTime(child.status?.startTime),
        finishedOn: utcTime(child.status?.completionTime),
        serviceAccountName: run.spec?.taskRunTemplate?.serviceAccountName,
        status: statusWord(child),
        steps,
        invocation: invocation(
          child.metadata,
          child.status?.provenance?.refSource,
          child.spec?.params,
          child.status?.taskSpec?.params,
        ),
        ...(child.status?.results !== undefined && { results: child.status.results }),
      });
    }
    if (position < dagSize) last = task.name;
  });
  return { tasks };
}

/** The steps of a child; undefined when what was declared and what ran cannot be matched. */
function childSteps(child: TaskRun): Record<string, unknown>[] | undefined {
  const declared = child.status?.taskSpec?.steps;
  const states = child.status?.steps ?? [];
  if (child.status?.taskSpec === undefined || (declared ?? []).length !== states.length) return undefined;
  const isMismatch = states.some(
    (state, i) => state.name?.startsWith('unnamed-') && Boolean(declared?.[i]?.name),
  );
  return isMismatch ? undefined : states.map((state, i) => stepRecord(declared?.[i], state));
}

/** `runAfter`, then the tasks whose results are used in params, matrix and when, each once. */
function tasksBefore(task: PipelineTask): string[] {
  const texts: string[] = [];
  const collect = (value: unknown) => {
    if (typeof value === 'string') texts.push(value);
    else if (typeof value === 'object' && value !== null)
      for (const item of Object.values(value)) collect(item);
  };
  for (const param of task.params ?? []) collect(param.value);
  for (const param of task.matrix?.params ?? []) collect(param.value);
  for (const include of task.matrix?.include ?? [])
    for (const param of include.params ?? []) collect(param.value);
  for (const when of task.when ?? []) {
    collect(when.input);
    collect(when.values);
  }
  const after = new Set(task.runAfter ?? []);
  for (const text of texts) {
    for (const match of text.matchAll(/\$\(tasks\.([^.()]+)\.results\.[^.()]+(?:\.[^.()]+)?\)/g))
      after.add(match[1] ?? '');
  }
  return [...after];
}

function statusWord(child: TaskRun): string {
  const status = child.status?.conditions?.[0]?.status;
  return status === 'True'
    ? 'Succeeded'
    : status === 'False'
      ? 'Failed'
      : status === 'Unknown'
        ? 'Running'
        : '';
}
