import type { Client, ObjectKey } from '@assay/kube';
import { isKubeError } from '@assay/kube';
import type { PipelineRun, PipelineSpec, PipelineTask } from '@assay/tekton';
import {
  allTasks,
  countCombinations,
  defaultMaxMatrixCombinations,
  labels,
  resultReferences,
  taskRunNames,
} from '@assay/tekton';
import { type Child, type ChildKind, childKindOf, childKinds, childResource, isOwnedBy } from './child.ts';
import { derived } from './pinned-specs.ts';

/** A cache of children by kind; recent changes may be missing. */
export type WatchedChildren = (kind: ChildKind) => {
  get(namespace: string, name: string): Child | undefined;
};

/**
 * The children of PipelineRuns, as they are now. Their names follow from the run, so they are looked up rather than
 * searched for, a matrix made from results excepted. The watch behind the lookup may lag behind this controller's own writes: a TaskRun that the run's
 * status or this process knows to have been created, and that the watch does not show yet, is read from the API.
 * What is remembered here is only to notice that lag; a new process starts from a fresh watch.
 */
export class Children {
  readonly #client: Client;
  readonly #watched: WatchedChildren | undefined;
  /** By run, names and kinds of children created here and not seen in the watch since. */
  readonly #unseen = new Map<string, Map<string, ChildKind>>();

  /** @param watched without a cache, every look goes to the API */
  constructor(client: Client, watched?: WatchedChildren) {
    this.#client = client;
    this.#watched = watched;
  }

  /** The run's children by name. */
  async observe(run: PipelineRun): Promise<Map<string, Child>> {
    const unseen = this.#unseen.get(keyOf(run.metadata)) ?? new Map<string, ChildKind>();
    const known = new Map(unseen);
    for (const { name, kind } of run.status?.childReferences ?? []) known.set(name, kind as ChildKind);
    const names = new Map([...expectedNames(run), ...known]);
    if (hasOpenMatrix(run)) for (const [name, kind] of await this.#searched(run)) names.set(name, kind);
    const found = await Promise.all(
      [...names].map(async ([name, kind]) => {
        const cached = this.#watched?.(kind).get(run.metadata.namespace!, name);
        if (cached && isOwnedBy(cached, run)) {
          unseen.delete(name);
          return cached;
        }
        return this.#watched && !known.has(name) ? undefined : this.#read(run, kind, name);
      }),
    );
    return new Map(found.flatMap((child) => (child ? [[child.metadata.name!, child] as const] : [])));
  }

  /**
   * Creates a child of `run`, or adopts the one of that name that an earlier, interrupted attempt created.
   *
   * @throws KubeError `AlreadyExists` when an object of that name belongs to something else
   */
  async create(run: PipelineRun, child: Child): Promise<Child> {
    const key = keyOf(run.metadata);
    const name = child.metadata.name!;
    const kind = child.kind as ChildKind;
    const unseen = this.#unseen.get(key) ?? new Map<string, ChildKind>();
    this.#unseen.set(key, unseen.set(name, kind));
    try {
      return await this.#client.create(childResource(kind), child);
    } catch (error) {
      if (!isKubeError(error, 'AlreadyExists')) throw error;
      const present = await this.#read(run, kind, name);
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
  async #searched({ metadata }: PipelineRun): Promise<[string, ChildKind][]> {
    const labelSelector = `${labels.pipelineRunUID}=${metadata.uid}`;
    const lists = await Promise.all(
      childKinds
        .filter((kind) => kind !== 'PipelineRun')
        .map((kind) =>
          this.#client.list(childResource(kind), { namespace: metadata.namespace!, labelSelector }),
        ),
    );
    return lists.flatMap(({ items }) =>
      items.map((child): [string, ChildKind] => [child.metadata.name!, child.kind as ChildKind]),
    );
  }

  async #read(run: PipelineRun, kind: ChildKind, name: string): Promise<Child | undefined> {
    try {
      const child = await this.#client.get(childResource(kind), run.metadata.namespace!, name);
      return isOwnedBy(child, run) ? child : undefined;
    } catch (error) {
      if (isKubeError(error, 'NotFound')) return undefined;
      throw error;
    }
  }
}

/** The names and kinds that the children of a run have once they are created. A pipeline that is not known has none yet. */
function expectedNames(run: PipelineRun): [string, ChildKind][] {
  const spec = run.status?.pipelineSpec ?? run.spec.pipelineSpec;
  if (!spec) return [];
  const byRun = namesBySpec(spec);
  const name = run.metadata.name!;
  const names = byRun.get(name) ?? namesFor(name, spec);
  byRun.set(name, names);
  return names;
}

const namesBySpec = derived(() => new Map<string, [string, ChildKind][]>());

function namesFor(run: string, spec: PipelineSpec): [string, ChildKind][] {
  return allTasks(spec).flatMap((task) =>
    taskRunNames(run, task.name, runsOf(task)).map((name): [string, ChildKind] => [name, childKindOf(task)]),
  );
}

/** One that is too large, or whose size only a result tells, has none that can be known here. */
function runsOf({ matrix }: PipelineTask): number {
  const count = matrix ? countCombinations(matrix) : 1;
  return count > defaultMaxMatrixCombinations ? 0 : count;
}

/** True when the names of some TaskRuns follow from results. */
function hasOpenMatrix(run: PipelineRun): boolean {
  const spec = run.status?.pipelineSpec ?? run.spec.pipelineSpec;
  return spec !== undefined && specHasOpenMatrix(spec);
}

const specHasOpenMatrix = derived((spec) =>
  allTasks(spec).some(({ matrix }) => resultReferences(matrix).length > 0),
);

function keyOf({ namespace, name }: { namespace?: string; name?: string }): string {
  return `${namespace}/${name}`;
}
