import type { PipelineRun, PipelineTask } from '@assay/tekton';
import { formatDuration, parseDuration } from '@assay/tekton';
import type { Section } from './metadata.ts';

/** How long a run may take, in milliseconds. 0 is an explicit "no limit"; absent is "not given". */
export interface RunTimeouts {
  pipeline: number;
  tasks?: number;
  finally?: number;
}

/** Which of a run's limits have passed, and how long until the next one does. */
export interface Expiry {
  pipeline: boolean;
  tasks: boolean;
  finally: boolean;
  /** Absent when nothing is left that could expire. */
  nextMs?: number;
}

/** The limits of a run: `tasks` or `finally`, when only the other is given next to `pipeline`, is the difference. */
export function runTimeouts(run: PipelineRun, defaultTimeoutMs: number): RunTimeouts {
  const given = run.spec.timeouts ?? {};
  const [pipeline, tasks, final] = [given.pipeline, given.tasks, given.finally].map((text) =>
    text === undefined ? undefined : parseDuration(text),
  );
  const rest = (other: number | undefined) => (pipeline && other ? pipeline - other : undefined);
  const timeouts: RunTimeouts = { pipeline: pipeline ?? defaultTimeoutMs };
  const tasksMs = tasks ?? rest(final);
  const finallyMs = final ?? rest(tasks);
  if (tasksMs !== undefined) timeouts.tasks = tasksMs;
  if (finallyMs !== undefined) timeouts.finally = finallyMs;
  return timeouts;
}

/**
 * Compares a run's limits with the clock. Whether the tasks took too long is settled when finally begins: what
 * was skipped for want of time stays skipped, and the time that finally takes is not theirs.
 *
 * @param nowMs milliseconds since the epoch, as the start times are once parsed
 */
export function expiry(
  timeouts: RunTimeouts,
  nowMs: number,
  startTime: string | undefined,
  finallyStartTime: string | undefined,
): Expiry {
  const left = (limit: number | undefined, since: string | undefined) =>
    limit && since !== undefined ? Date.parse(since) + limit - nowMs : Number.POSITIVE_INFINITY;
  const pipeline = left(timeouts.pipeline, startTime);
  const tasks =
    startTime !== undefined && finallyStartTime !== undefined
      ? untilFinally(timeouts.tasks, startTime, finallyStartTime)
      : left(timeouts.tasks, startTime);
  const final = left(timeouts.finally, finallyStartTime);
  const coming = [pipeline, finallyStartTime === undefined ? tasks : Number.POSITIVE_INFINITY, final];
  const nextMs = Math.min(...coming.filter((ms) => ms > 0));
  return {
    pipeline: pipeline <= 0,
    tasks: tasks <= 0,
    finally: final <= 0,
    ...(Number.isFinite(nextMs) && { nextMs }),
  };
}

/** Recorded times have whole seconds: a limit that passed within the second must not look kept afterwards. */
function untilFinally(limit: number | undefined, startTime: string, finallyStartTime: string): number {
  if (!limit) return Number.POSITIVE_INFINITY;
  return Date.parse(startTime) + Math.floor(limit / 1000) * 1000 - Date.parse(finallyStartTime);
}

/**
 * `spec.timeout` of the TaskRun of a PipelineTask: `taskRunSpecs[].timeout`, else the task's own, else the limit of
 * its section where that is longer than a TaskRun's default. Absent means: the default of a TaskRun.
 */
export function taskRunTimeout(
  run: PipelineRun,
  task: PipelineTask,
  section: Section,
  timeouts: RunTimeouts,
  defaultTimeoutMs: number,
): string | undefined {
  const override = run.spec.taskRunSpecs?.findLast((spec) => spec.pipelineTaskName === task.name)?.timeout;
  const given = override ?? task.timeout;
  if (given !== undefined) return formatDuration(parseDuration(given));
  const limit = timeouts[section];
  return limit !== undefined && (limit === 0 || limit > defaultTimeoutMs) ? formatDuration(limit) : undefined;
}
