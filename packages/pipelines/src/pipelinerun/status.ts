import type { Client, Condition } from '@assay/kube';
import { setCondition, timestamp } from '@assay/kube';
import type {
  ChildReference,
  PipelineRun,
  PipelineRunStatus,
  PipelineTask,
  VerificationResult,
} from '@assay/tekton';
import {
  labels,
  PipelineRuns,
  paramReplacements,
  replaceText,
  succeededCondition,
  verificationCondition,
  withSucceeded,
} from '@assay/tekton';
import type { Child } from './child.ts';
import type { Context } from './context.ts';
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

/** The run with what trusted resources say of its definitions in a condition of its status. */
export function withVerification(
  run: PipelineRun,
  verification: VerificationResult | undefined,
  nowMs: number,
): PipelineRun {
  const condition = verification && verificationCondition(verification);
  if (!condition) return run;
  const before = run.status?.conditions;
  if (before?.some(({ type, status }) => type === condition.type && status === condition.status)) return run;
  return { ...run, status: { ...run.status, conditions: setCondition(before, condition, nowMs) } };
}

/** The start of a run: as recorded, or now, and never after the creation of one of its children. */
export function startTimeOf(run: PipelineRun, children: Iterable<Child>, nowMs: number): string {
  const own = [...children].filter(({ metadata }) => isMadeFor(metadata, run));
  return earliest([run.status?.startTime ?? timestamp(nowMs), ...creationTimes(own)])!;
}

/** False for one that was made for an earlier run, and is reused. */
function isMadeFor({ ownerReferences = [] }: Child['metadata'], run: PipelineRun): boolean {
  return ownerReferences.some(({ uid, controller }) => controller && uid === run.metadata.uid);
}

/** When the first finally task started: as recorded, else as its child says. */
export function finallyStartTimeOf(run: PipelineRun, tasks: Iterable<RunTask>): string | undefined {
  const started = [...tasks].flatMap(({ section, children }) => (section === 'finally' ? children : []));
  return run.status?.finallyStartTime ?? earliest(creationTimes(started));
}

function creationTimes(children: Iterable<Child>): string[] {
  return [...children].flatMap(({ metadata }) => metadata.creationTimestamp ?? []);
}

function earliest(times: string[]): string | undefined {
  let first: string | undefined;
  for (const time of times) if (first === undefined || Date.parse(time) < Date.parse(first)) first = time;
  return first;
}

/**
 * `status.childReferences`: the children in the order of the pipeline, those of one matrix by name.
 *
 * @param filledIn the tasks with results replaced, for `whenExpressions` and `displayName`
 */
export function childReferences(
  tasks: Iterable<RunTask>,
  filledIn: ReadonlyMap<string, PipelineTask>,
): ChildReference[] {
  return [...tasks].flatMap(({ task, children }) => {
    const filled = filledIn.get(task.name) ?? task;
    return children.map((child) => {
      const shown = displayNameOf(filled, child);
      return {
        apiVersion: child.apiVersion,
        kind: child.kind,
        name: child.metadata.name!,
        pipelineTaskName: task.name,
        ...(shown && { displayName: shown }),
        ...(filled.when?.length && { whenExpressions: filled.when }),
      };
    });
  });
}

/** A TaskRun of a matrix has the names of the `include` entries that it agrees with, else its task's. */
function displayNameOf({ displayName, matrix }: PipelineTask, { spec }: Child): string | undefined {
  const replacements = paramReplacements(spec.params ?? []);
  const values = new Map(spec.params?.map(({ name, value }) => [name, value]));
  const included = (matrix?.include ?? []).flatMap(({ name, params = [] }) =>
    name && params.every((param) => values.get(param.name) === param.value)
      ? [replaceText(name, replacements)]
      : [],
  );
  return included.length > 0 ? included.join(' ') : displayName && replaceText(displayName, replacements);
}

/** References for a run that ends without its pipeline being known: those recorded, and children found besides. */
export function keptReferences(run: PipelineRun, children: ReadonlyMap<string, Child>): ChildReference[] {
  const recorded = run.status?.childReferences ?? [];
  const known = new Set(recorded.map((child) => child.name));
  const found = [...children.values()]
    .filter(({ metadata }) => !known.has(metadata.name!))
    .map(({ apiVersion, kind, metadata }) => ({
      apiVersion,
      kind,
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
  { client, events }: Context,
  run: PipelineRun,
  status: PipelineRunStatus,
): Promise<PipelineRun> {
  const trimmed = Object.fromEntries(Object.entries(status).filter(([, value]) => !isEmpty(value)));
  const changes = changesOf(run.status ?? {}, trimmed);
  if (Object.keys(changes).length === 0) return run;
  const written = await (canMerge(run.status, changes)
    ? patchStatus(client, run, { ...changes, provenance: trimmed.provenance })
    : client.updateStatus(PipelineRuns, { ...run, status: trimmed }));
  const before = succeededCondition(run);
  events.conditionChanged(run, before, succeededCondition(written));
  return { ...run, metadata: written.metadata, status: written.status };
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}

/** The fields of a status that are other ones than those stored; null for one that is gone. */
function changesOf(stored: object, status: object): Record<string, unknown> {
  const before = new Map(Object.entries(stored));
  const after = new Map(Object.entries(status));
  const gone = [...before.keys()].filter((field) => !after.has(field)).map((field) => [field, null] as const);
  return Object.fromEntries([
    ...[...after].filter(([field, value]) => !same(value, before.get(field))),
    ...gone,
  ]);
}

/** What is stored is plain already, and in the order in which it was written. */
function same(value: unknown, stored: unknown): boolean {
  return value === stored || JSON.stringify(value) === JSON.stringify(stored);
}

/** A merge patch replaces lists and texts, but not objects; and a status is not begun with one. */
function canMerge(stored: PipelineRunStatus | undefined, changes: Record<string, unknown>): boolean {
  const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  return stored?.pipelineSpec !== undefined && !Object.values(changes).some(isObject);
}

/** Sends what has changed alone: a large pipeline's spec does not come again with each end of a task. */
async function patchStatus(
  client: Client,
  { metadata }: PipelineRun,
  status: Record<string, unknown>,
): Promise<PipelineRun> {
  const { namespace, name, uid, resourceVersion } = metadata;
  const patch = { metadata: { uid, resourceVersion }, status };
  return client.patch(PipelineRuns, namespace!, name!, patch, { subresource: 'status' });
}
