import type { Client, KubeObject, Lister, ObjectKey } from '@assay/kube';
import { isKubeError } from '@assay/kube';
import type { PipelineRun, PipelineTask, TaskRun } from '@assay/tekton';
import {
  allTasks,
  countCombinations,
  defaultMaxMatrixCombinations,
  labels,
  resultReferences,
  TaskRuns,
  taskRunNames,
} from '@assay/tekton';

/** True when `child` is owned by `run`, by UID: a name alone may have belonged to an earlier run. */
function isOwnedBy(child: KubeObject, run: PipelineRun): boolean {
  return child.metadata.ownerReferences?.some((owner) => owner.uid === run.metadata.uid) ?? false;
}

/**
 * The TaskRuns of PipelineRuns, as they are now. Their names follow from the run, so they are looked up rather than
 * searched for, a matrix made from results excepted. The watch behind the lookup may lag behind this controller's own writes: a TaskRun that the run's
 * status or this process knows to have been created, and that the watch does not show yet, is read from the API.
 * What is remembered here is only to notice that lag; a new process starts from a fresh watch.
 */
export class Children {
  readonly #client: Client;
  readonly #watched: Pick<Lister<TaskRun>, 'get'> | undefined;
  /** By run, names of TaskRuns created here and not seen in the watch since. */
  readonly #unseen = new Map<string, Set<string>>();

  /** @param watched a cache of TaskRuns; without one, every look goes to the API */
  constructor(client: Client, watched?: Pick<Lister<TaskRun>, 'get'>) {
    this.#client = client;
    this.#watched = watched;
  }

  /** The run's TaskRuns by name. */
  async observe(run: PipelineRun): Promise<Map<string, TaskRun>> {
    const recorded = (run.status?.childReferences ?? []).filter(({ kind }) => kind === 'TaskRun');
    const unseen = this.#unseen.get(keyOf(run.metadata)) ?? new Set<string>();
    const known = new Set([...recorded.map(({ name }) => name), ...unseen]);
    const names = new Set([...known, ...expectedNames(run)]);
    if (hasOpenMatrix(run)) for (const name of await this.#searched(run)) names.add(name);
    const found = await Promise.all(
      [...names].map(async (name) => {
        const cached = this.#watched?.get(run.metadata.namespace!, name);
        if (cached && isOwnedBy(cached, run)) {
          unseen.delete(name);
          return cached;
        }
        return this.#watched && !known.has(name) ? undefined : this.#read(run, name);
      }),
    );
    return new Map(found.flatMap((taskRun) => (taskRun ? [[taskRun.metadata.name!, taskRun] as const] : [])));
  }

  /**
   * Creates a TaskRun of `run`, or adopts the one of that name that an earlier, interrupted attempt created.
   *
   * @throws KubeError `AlreadyExists` when a TaskRun of that name belongs to something else
   */
  async create(run: PipelineRun, taskRun: TaskRun): Promise<TaskRun> {
    const key = keyOf(run.metadata);
    const name = taskRun.metadata.name!;
    const unseen = this.#unseen.get(key) ?? new Set<string>();
    this.#unseen.set(key, unseen.add(name));
    try {
      return await this.#client.create(TaskRuns, taskRun);
    } catch (error) {
      if (!isKubeError(error, 'AlreadyExists')) throw error;
      const present = await this.#read(run, name);
      if (present) return present;
      unseen.delete(name);
      throw error;
    }
  }

  /** Drops what is remembered of a run that is done or gone. */
  forget(key: ObjectKey): void {
    this.#unseen.delete(keyOf(key));
  }

  /** A matrix made from results: what an earlier process created of it is found by its label. */
  async #searched({ metadata }: PipelineRun): Promise<string[]> {
    const labelSelector = `${labels.pipelineRunUID}=${metadata.uid}`;
    const { items } = await this.#client.list(TaskRuns, { namespace: metadata.namespace!, labelSelector });
    return items.map((taskRun) => taskRun.metadata.name!);
  }

  async #read(run: PipelineRun, name: string): Promise<TaskRun | undefined> {
    try {
      const taskRun = await this.#client.get(TaskRuns, run.metadata.namespace!, name);
      return isOwnedBy(taskRun, run) ? taskRun : undefined;
    } catch (error) {
      if (isKubeError(error, 'NotFound')) return undefined;
      throw error;
    }
  }
}

/** The names that the TaskRuns of a run have once they are created. A pipeline that is not known has none yet. */
function expectedNames(run: PipelineRun): string[] {
  const spec = run.status?.pipelineSpec ?? run.spec.pipelineSpec;
  return spec
    ? allTasks(spec).flatMap((task) => taskRunNames(run.metadata.name!, task.name, runsOf(task)))
    : [];
}

/** One that is too large, or whose size only a result tells, has none that can be known here. */
function runsOf({ matrix }: PipelineTask): number {
  const count = matrix ? countCombinations(matrix) : 1;
  return count > defaultMaxMatrixCombinations ? 0 : count;
}

/** True when the names of some TaskRuns follow from results. */
function hasOpenMatrix(run: PipelineRun): boolean {
  const spec = run.status?.pipelineSpec ?? run.spec.pipelineSpec;
  return spec !== undefined && allTasks(spec).some(({ matrix }) => resultReferences(matrix).length > 0);
}

function keyOf({ namespace, name }: { namespace?: string; name?: string }): string {
  return `${namespace}/${name}`;
}
