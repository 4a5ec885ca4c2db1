import { type Client, isKubeError, type ResourceType } from '@assay/kube';
import { type PipelineRun, PipelineRuns, type TaskRun, TaskRuns } from '@assay/tekton';
import { CliError } from '../error.ts';

export type Run = TaskRun | PipelineRun;

/** How a run is named on the command line. */
export interface RunName {
  /** Either when absent. */
  kind?: 'TaskRun' | 'PipelineRun';
  name: string;
}

const kinds: Record<string, 'TaskRun' | 'PipelineRun'> = {
  ...{ taskrun: 'TaskRun', taskruns: 'TaskRun', tr: 'TaskRun', 'taskrun.tekton.dev': 'TaskRun' },
  ...{ pipelinerun: 'PipelineRun', pipelineruns: 'PipelineRun', pr: 'PipelineRun' },
  'pipelinerun.tekton.dev': 'PipelineRun',
};

/**
 * Reads `name`, `taskrun/name` or `pr/name`.
 * @throws CliError Usage for another kind
 */
export function parseRunName(text: string): RunName {
  const slash = text.indexOf('/');
  if (slash < 0) return { name: text };
  const kind = kinds[text.slice(0, slash).toLowerCase()];
  if (kind && slash < text.length - 1) return { kind, name: text.slice(slash + 1) };
  throw new CliError('Usage', `${text} names no run`, {
    hint: 'write NAME, taskrun/NAME or pipelinerun/NAME (tr/NAME, pr/NAME)',
  });
}

/**
 * Finds a run by name; a PipelineRun goes before a TaskRun of the same name.
 * @param name or undefined for the run that was started last
 * @throws CliError RunNotFound
 */
export async function findRun(client: Client, namespace: string, name: string | undefined): Promise<Run> {
  if (name === undefined) return lastRun(client, namespace);
  const { kind, name: wanted } = parseRunName(name);
  for (const resource of [PipelineRuns, TaskRuns] as ResourceType<Run>[]) {
    if (kind && resource.kind !== kind) continue;
    try {
      return await client.get(resource, namespace, wanted);
    } catch (error) {
      if (!isKubeError(error, 'NotFound')) throw error;
    }
  }
  const what = kind ?? 'PipelineRun or TaskRun';
  throw new CliError('RunNotFound', `there is no ${what} ${wanted} in namespace ${namespace}`, {
    exitCode: 5,
    hint: (await hintFor(client, namespace)) ?? 'nothing was run in this namespace; give another with -n',
  });
}

async function lastRun(client: Client, namespace: string): Promise<Run> {
  const runs = await ownRuns(client, namespace);
  const last = runs.at(-1);
  if (last) return last;
  throw new CliError('RunNotFound', `nothing was run in namespace ${namespace}`, {
    exitCode: 5,
    hint: 'give another namespace with -n',
  });
}

/** Runs that people started, the oldest first: TaskRuns and PipelineRuns of a PipelineRun are not among them. */
export async function ownRuns(client: Client, namespace: string): Promise<Run[]> {
  const lists = await Promise.all([
    client.list(PipelineRuns, { namespace }),
    client.list(TaskRuns, { namespace }),
  ]);
  return lists
    .flatMap(({ items }): Run[] => items)
    .filter(({ metadata }) => !metadata.ownerReferences?.some(({ controller }) => controller))
    .sort((a, b) => orderOf(a) - orderOf(b));
}

/** Versions count on within a second, which is all that a creation time tells. */
function orderOf({ metadata }: Run): number {
  return Date.parse(metadata.creationTimestamp ?? '') + (Number(metadata.resourceVersion ?? 0) % 1e6) / 1e6;
}

async function hintFor(client: Client, namespace: string): Promise<string | undefined> {
  const names = (await ownRuns(client, namespace)).slice(-5).map(({ metadata }) => metadata.name);
  return names.length > 0 ? `the last ones there: ${names.reverse().join(', ')}` : undefined;
}
