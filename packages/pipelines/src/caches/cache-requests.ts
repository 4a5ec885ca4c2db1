import { annotations, type TaskRun } from '@assay/tekton';
import { CannotStart } from '../taskrun/cannot-start.ts';

/** On a Task, TaskRun, Pipeline or PipelineRun: `WORKSPACE=KEY`, several with commas between; `NAME` alone means both. */
export const cacheAnnotation = 'assay.dev/cache';

/** A workspace that is to be kept for the next run. */
export interface CacheRequest {
  workspace: string;
  key: string;
}

/**
 * The caches that a TaskRun asks for, under the author's control. A hermetic run gets none: what is in a cache came from
 * outside of it.
 * @param given its annotations, those of its Task included
 * @throws CannotStart when the annotation cannot be read
 */
export function cacheRequests(
  taskRun: TaskRun,
  given: Readonly<Record<string, string>> = {},
): CacheRequest[] {
  const text = taskRun.metadata.annotations?.[cacheAnnotation] ?? given[cacheAnnotation];
  if (!text) return [];
  const modes = [taskRun.metadata.annotations?.[annotations.executionMode], given[annotations.executionMode]];
  if (modes.includes('hermetic')) return [];
  const requests = text.split(',').map((part): CacheRequest => {
    const [, workspace = '', key = workspace] =
      /^\s*([^=\s]+)\s*(?:=\s*([^\s=]{1,253})\s*)?$/.exec(part) ?? [];
    if (workspace) return { workspace, key };
    throw refused(`${cacheAnnotation}: ${JSON.stringify(part)} is not WORKSPACE=KEY`);
  });
  const keys = new Set(requests.map(({ key }) => key));
  if (
    keys.size < requests.length ||
    new Set(requests.map(({ workspace }) => workspace)).size < requests.length
  )
    throw refused(`${cacheAnnotation}: a workspace and a key may each stand there once`);
  return requests;
}

function refused(message: string): CannotStart {
  return new CannotStart('TaskRunValidationFailed', message);
}
