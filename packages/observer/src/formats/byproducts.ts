import type { ResourceDescriptor } from '@assay/attestation';
import type { PipelineRun, RunResult, TaskRun } from '@assay/tekton';
import { isArtifactResult } from '../hints/artifacts.ts';
import type { RunFamily } from '../run/family.ts';
import type { AttestedRun } from './format.ts';

/** The byproduct's name under which Assay records what Chains leaves out. */
export const runRecordName = 'https://assay.dev/provenance/run-record/v1';

/** v2alpha3: every result. */
export function resultByproducts(attested: AttestedRun): ResourceDescriptor[] {
  const prefix = attested.kind === 'TaskRun' ? 'taskRunResults' : 'pipelineRunResults';
  return (attested.run.status?.results ?? []).map((result) =>
    byproduct(`${prefix}/${result.name}`, result.value),
  );
}

/** v2alpha4: the results of task and steps that are not artifacts. */
export function taskRunByproducts(run: TaskRun): ResourceDescriptor[] {
  const name = run.metadata?.name ?? '';
  return [
    ...plainResults(`taskRunResults/${name}`, run.status?.results),
    ...(run.status?.steps ?? []).flatMap((step) => plainResults(`stepResults/${name}`, step.results)),
  ];
}

/** v2alpha4: the pipeline's results that are not artifacts, and with deep inspection those of its TaskRuns. */
export function pipelineRunByproducts(
  family: RunFamily<PipelineRun>,
  deepInspection: boolean,
): ResourceDescriptor[] {
  const { run } = family;
  const own = plainResults(`pipelineRunResults/${run.metadata?.name ?? ''}`, run.status?.results);
  return deepInspection ? [...own, ...family.executed.flatMap(taskRunByproducts)] : own;
}

/**
 * What Chains does not record and a policy wants to know: how the run ended, how often it was tried, which tasks
 * were skipped, which TaskRuns an earlier run had made, which caches were used, and which children could not be read
 * any more. As a byproduct it is ignored by other verifiers.
 */
export function runRecord(attested: AttestedRun, missingChildren: readonly string[]): ResourceDescriptor {
  const condition = attested.run.status?.conditions?.find(({ type }) => type === 'Succeeded');
  const record: Record<string, unknown> = {
    kind: attested.kind,
    status: condition?.status ?? 'Unknown',
    reason: condition?.reason ?? '',
  };
  if (attested.kind === 'TaskRun') {
    record.attempts = 1 + (attested.run.status?.retriesStatus?.length ?? 0);
    Object.assign(record, cachesOf(attested.run));
  } else {
    const { uid } = attested.run.metadata ?? {};
    record.skippedTasks = (attested.run.status?.skippedTasks ?? []).map(({ name, reason }) => ({
      name,
      reason,
    }));
    record.missingChildren = missingChildren;
    record.children = attested.family.children.map((child) => ({
      name: child.metadata?.name,
      status: child.status?.conditions?.find(({ type }) => type === 'Succeeded')?.status ?? 'Unknown',
      attempts: 1 + (child.status?.retriesStatus?.length ?? 0),
      ...madeFor(child, uid),
      ...cachesOf(child),
    }));
  }
  return byproduct(runRecordName, record);
}

/** The run that a child was made for, where that is not the one whose uid this is. */
function madeFor(child: TaskRun, uid: string | undefined): Record<string, unknown> {
  const maker = child.metadata?.ownerReferences?.find(({ controller }) => controller);
  if (!maker || uid === undefined || maker.uid === uid) return {};
  return { reusedFrom: { kind: maker.kind, name: maker.name, uid: maker.uid } };
}

function cachesOf({ status }: TaskRun): Record<string, unknown> {
  const caches = status?.provenance?.caches ?? [];
  return caches.length > 0 ? { caches } : {};
}

function plainResults(prefix: string, results: readonly RunResult[] | undefined): ResourceDescriptor[] {
  return (results ?? [])
    .filter((result) => !isArtifactResult(result))
    .map((result) => byproduct(`${prefix}/${result.name}`, result.value));
}

function byproduct(name: string, value: unknown): ResourceDescriptor {
  return {
    name,
    content: Buffer.from(JSON.stringify(sorted(value) ?? null)).toString('base64'),
    mediaType: 'application/json',
  };
}

/** Members in the order of their names, as Go writes maps. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
