import {
  bindClaim,
  breakpointAnnotation,
  pausedStepAnnotation,
  rerunAnnotation,
  reuseAnnotation,
} from '@assay/pipelines';
import { isDone, isSuccessful, type PipelineRun, type TaskRun } from '@assay/tekton';
import { CliError } from '../error.ts';
import type { Run } from './find-run.ts';

/**
 * A run that does what `run` did, once more.
 * @param fromFailed take over what did well
 * @throws CliError RunExists when it has not ended yet; Usage when nothing of it has failed
 */
export function repeatedRun(run: Run, fromFailed: boolean): Run {
  const { name, namespace, labels, annotations } = run.metadata;
  const who = `${run.kind} ${namespace}/${name}`;
  if (!isDone(run)) {
    throw new CliError('RunExists', `${who} is still running`, { hint: 'wait for its end, or cancel it' });
  }
  if (fromFailed && isSuccessful(run)) {
    throw new CliError('Usage', `nothing of ${who} has failed`, {
      hint: 'leave out --from-failed to repeat all of it',
    });
  }
  const reuse = fromFailed && run.kind === 'PipelineRun';
  const kept = Object.entries(annotations ?? {}).filter(([key]) => !isOfTheRun(key));
  const own = Object.entries(labels ?? {}).filter(([key]) => !isOfTheRun(key));
  const { status: _status, statusMessage: _statusMessage, ...spec } = run.spec as TaskRun['spec'];
  const repeated = {
    apiVersion: run.apiVersion,
    kind: run.kind,
    metadata: {
      generateName: `${stem(name!)}-`,
      namespace: namespace!,
      ...(own.length > 0 && { labels: Object.fromEntries(own) }),
      annotations: {
        ...Object.fromEntries(kept),
        [rerunAnnotation]: name!,
        ...(reuse && { [reuseAnnotation]: name! }),
      },
    },
    spec,
  } as Run;
  if (reuse && repeated.spec.workspaces) {
    // Tasks that are not repeated have left their work there.
    const workspaces = repeated.spec.workspaces.map((binding) => bindClaim(binding, run.metadata.uid!));
    return { ...repeated, spec: { ...repeated.spec, workspaces } } as PipelineRun;
  }
  return repeated;
}

/** What a controller or the observer wrote, and what says which run this one itself repeated or stopped at. */
function isOfTheRun(key: string): boolean {
  return ofTheRun.has(key) || /^(chains\.tekton\.dev|tekton\.dev|pipeline\.tekton\.dev)\//.test(key);
}

const ofTheRun = new Set([rerunAnnotation, reuseAnnotation, breakpointAnnotation, pausedStepAnnotation]);

/** The name without what made it one of many, so that it does not grow with each repetition. */
function stem(name: string): string {
  return (
    name
      .replace(/-[a-z0-9]{5}$/, '')
      .slice(0, 57)
      .replace(/-+$/, '') || name.slice(0, 57)
  );
}
