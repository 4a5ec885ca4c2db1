import { isDeepStrictEqual } from 'node:util';
import type { Client, Condition } from '@assay/kube';
import { timestamp } from '@assay/kube';
import type { ChildReference, PipelineRun, PipelineRunStatus, PipelineTask, TaskRun } from '@assay/tekton';
import {
  labels,
  PipelineRuns,
  paramReplacements,
  replaceText,
  tektonApiVersion,
  withSucceeded,
} from '@assay/tekton';
import type { RunTask } from './run-tasks.ts';

/** What a condition says. */
export type Verdict = { status: Condition['status']; reason: string; message: string };

/** `status` with the `Succeeded` condition set, and `completionTime` once that is final. */
export function withVerdict(status: PipelineRunStatus, verdict: Verdict, nowMs: number): PipelineRunStatus {
  const now = timestamp(nowMs);
  const conditions = withSucceeded(status.conditions, verdict, now);
  if (verdict.status === 'Unknown') return { ...status, conditions };
  return { ...status, conditions, completionTime: now };
}

/** The start of a run: as recorded, or now, and never after the creation of one of its TaskRuns. */
export function startTimeOf(run: PipelineRun, taskRuns: Iterable<TaskRun>, nowMs: number): string {
  return earliest([run.status?.startTime ?? timestamp(nowMs), ...creationTimes(taskRuns)])!;
}

/** When the first finally task started: as recorded, else as its TaskRun says. */
export function finallyStartTimeOf(run: PipelineRun, tasks: Iterable<RunTask>): string | undefined {
  const started = [...tasks].flatMap(({ section, taskRuns }) => (section === 'finally' ? taskRuns : []));
  return run.status?.finallyStartTime ?? earliest(creationTimes(started));
}

function creationTimes(taskRuns: Iterable<TaskRun>): string[] {
  return [...taskRuns].flatMap(({ metadata }) => metadata.creationTimestamp ?? []);
}

function earliest(times: string[]): string | undefined {
  return times.sort((a, b) => Date.parse(a) - Date.parse(b))[0];
}

/**
 * `status.childReferences`: the TaskRuns in the order of the pipeline, those of one matrix by name.
 *
 * @param filledIn the tasks with results replaced, for `whenExpressions` and `displayName`
 */
export function childReferences(
  tasks: Iterable<RunTask>,
  filledIn: ReadonlyMap<string, PipelineTask>,
): ChildReference[] {
  return [...tasks].flatMap(({ task, taskRuns }) => {
    const filled = filledIn.get(task.name) ?? task;
    return taskRuns.map((taskRun) => {
      const shown = displayNameOf(filled, taskRun);
      return {
        apiVersion: tektonApiVersion,
        kind: 'TaskRun',
        name: taskRun.metadata.name!,
        pipelineTaskName: task.name,
        ...(shown && { displayName: shown }),
        ...(filled.when?.length && { whenExpressions: filled.when }),
      };
    });
  });
}

/** A TaskRun of a matrix has the names of the `include` entries that it agrees with, else its task's. */
function displayNameOf({ displayName, matrix }: PipelineTask, { spec }: TaskRun): string | undefined {
  const replacements = paramReplacements(spec.params ?? []);
  const values = new Map(spec.params?.map(({ name, value }) => [name, value]));
  const included = (matrix?.include ?? []).flatMap(({ name, params = [] }) =>
    name && params.every((param) => values.get(param.name) === param.value)
      ? [replaceText(name, replacements)]
      : [],
  );
  return included.length > 0 ? included.join(' ') : displayName && replaceText(displayName, replacements);
}

/** References for a run that ends without its pipeline being known: those recorded, and TaskRuns found besides. */
export function keptReferences(run: PipelineRun, taskRuns: ReadonlyMap<string, TaskRun>): ChildReference[] {
  const recorded = run.status?.childReferences ?? [];
  const known = new Set(recorded.map((child) => child.name));
  const found = [...taskRuns.values()]
    .filter(({ metadata }) => !known.has(metadata.name!))
    .map(({ metadata }) => ({
      apiVersion: tektonApiVersion,
      kind: 'TaskRun',
      name: metadata.name!,
      pipelineTaskName: metadata.labels?.[labels.pipelineTask] ?? '',
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return [...recorded, ...found];
}

/**
 * Writes the status if it is not the one that is stored, and answers the run with it.
 *
 * @throws KubeError `Conflict` when the run has changed since it was read
 */
export async function writeStatus(
  client: Client,
  run: PipelineRun,
  status: PipelineRunStatus,
): Promise<PipelineRun> {
  const trimmed = Object.fromEntries(Object.entries(status).filter(([, value]) => !isEmpty(value)));
  if (isDeepStrictEqual(plain(trimmed), plain(run.status ?? {}))) return run;
  const written = await client.updateStatus(PipelineRuns, { ...run, status: trimmed });
  return { ...run, metadata: written.metadata, status: written.status };
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}

/** As it comes back from the API. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
