import { isDeepStrictEqual } from 'node:util';
import type { KubeErrorCode } from '@assay/kube';
import { isKubeError } from '@assay/kube';
import type { PipelineRun, PipelineRunStatus } from '@assay/tekton';
import { allTasks, PipelineRuns } from '@assay/tekton';
import { claimName, ensureClaims } from '../workspaces/claim-template.ts';
import type { Context } from './context.ts';
import type { Definition } from './definition.ts';
import { resolveTasks, withBoundWorkspaces } from './definition.ts';
import { Failure } from './failure.ts';
import { ownedBy, runMarks } from './metadata.ts';
import { startTimeOf, withVerdict, withVerification, writeStatus } from './status.ts';
import { checkTasks } from './task-checks.ts';

/** A run that is ready for its tasks, or the reason why it never will be. */
export type Prepared =
  | { run: PipelineRun; definition: Definition; failure?: undefined }
  | { run: PipelineRun; failure: Failure };

/**
 * Does what has to come before a run's tasks: labels and annotations of the pipeline on the run; before the first
 * TaskRun the checks that need the Tasks, and the claims; and, for a pipeline that is referred to, the spec in the
 * run's status. What comes from elsewhere is on record before any of it runs, or a run that is taken up again
 * after its pipeline was changed would be of both.
 */
export async function prepare(
  context: Context,
  run: PipelineRun,
  definition: Definition | Failure,
  first: boolean,
  nowMs: number,
): Promise<Prepared> {
  if (definition instanceof Failure) return { run: await mark(context, run, undefined), failure: definition };
  const recorded = withProvenance(context, await mark(context, run, definition.metadata), definition);
  const marked = withVerification(recorded, definition.verification, nowMs);
  const failure = first ? await checkAndClaim(context, marked, definition) : undefined;
  if (failure) return { run: marked, failure };
  if (definition.pinned || !run.spec.pipelineRef) return { run: marked, definition };
  return { run: await pin(context, marked, definition, nowMs), definition };
}

async function mark(
  context: Context,
  run: PipelineRun,
  pipeline: Definition['metadata'],
): Promise<PipelineRun> {
  const marks = runMarks(run, pipeline);
  const { labels = {}, annotations = {} } = run.metadata;
  if (isDeepStrictEqual(marks, { labels, annotations })) return run;
  const { namespace, name } = run.metadata;
  const { metadata } = await context.client.patch(PipelineRuns, namespace!, name!, {
    metadata: { ...marks, uid: run.metadata.uid, resourceVersion: run.metadata.resourceVersion },
  });
  return { ...run, metadata };
}

function withProvenance(
  { recordedFlags }: Context,
  run: PipelineRun,
  { refSource }: Definition,
): PipelineRun {
  const provenance = {
    ...run.status?.provenance,
    ...(recordedFlags && { featureFlags: recordedFlags }),
    ...(refSource && { refSource }),
  };
  return Object.keys(provenance).length > 0 ? { ...run, status: { ...run.status, provenance } } : run;
}

async function pin(
  context: Context,
  run: PipelineRun,
  { spec }: Definition,
  nowMs: number,
): Promise<PipelineRun> {
  const status: PipelineRunStatus = {
    ...run.status,
    startTime: startTimeOf(run, [], nowMs),
    pipelineSpec: spec,
  };
  const started = { status: 'Unknown', reason: 'Started', message: '' } as const;
  return writeStatus(context, run, withVerdict(status, started, nowMs));
}

async function checkAndClaim(
  context: Context,
  run: PipelineRun,
  definition: Definition,
): Promise<Failure | undefined> {
  const taskSpecs = await resolveTasks(context, run, definition.name, allTasks(definition.spec));
  if (taskSpecs instanceof Failure) return taskSpecs;
  return checkTasks(run, definition.spec, taskSpecs) ?? claim(context, withBoundWorkspaces(run, definition));
}

const refusals: readonly KubeErrorCode[] = ['AlreadyExists', 'Invalid', 'BadRequest', 'Forbidden'];

async function claim(context: Context, run: PipelineRun): Promise<Failure | undefined> {
  const { namespace, name } = run.metadata;
  try {
    await ensureClaims(context.client, run.spec.workspaces ?? [], ownedBy(run), namespace!);
    return undefined;
  } catch (error) {
    if (!isKubeError(error) || !refusals.includes(error.code)) throw error;
    const which =
      error.details?.name ?? run.spec.workspaces?.map((binding) => claimName(binding, run.metadata.uid!))[0];
    return new Failure(
      'CouldntCreateWorkspacePVC',
      `Failed to create PVC for PipelineRun ${namespace}/${name} correctly: PVC creation error for ${which}: ${error.message}`,
    );
  }
}
