import type { ObjectKey, ReconcileResult } from '@assay/kube';
import { isDone, type PipelineRun } from '@assay/tekton';
import type { Child } from './child.ts';

interface Settled {
  version: string | undefined;
  children: ReadonlyMap<string, string>;
  /** Milliseconds since the epoch at which the clock alone asks for something. */
  dueMs: number;
}

/**
 * Runs for which there is nothing to do until they, one of their children or the clock says something new. A run is called
 * again for what its own controller wrote, and a large one costs much to look at. A new process knows of none.
 */
export class SettledRuns {
  readonly #runs = new Map<string, Settled>();

  /** What a turn would come to that finds all as the last one left it; undefined when a turn has to be taken. */
  rest(
    run: PipelineRun,
    children: ReadonlyMap<string, Child>,
    nowMs: number,
  ): { result: ReconcileResult } | undefined {
    const settled = this.#runs.get(keyOf(run.metadata));
    if (!settled || settled.version !== run.metadata.resourceVersion || nowMs >= settled.dueMs)
      return undefined;
    if (settled.children.size !== children.size) return undefined;
    for (const [name, child] of children) if (settled.children.get(name) !== markOf(child)) return undefined;
    const left = settled.dueMs - nowMs;
    return { result: Number.isFinite(left) ? { requeueAfterMs: left } : undefined };
  }

  /** @param run as the last turn wrote it */
  settle(run: PipelineRun, children: ReadonlyMap<string, Child>, dueMs: number): void {
    this.#runs.set(keyOf(run.metadata), {
      version: run.metadata.resourceVersion,
      children: new Map([...children].map(([name, child]) => [name, markOf(child)])),
      dueMs,
    });
  }

  forget(key: ObjectKey): void {
    this.#runs.delete(keyOf(key));
  }
}

/** What of a child concerns its run: which it is, whether it has ended, and whether it is about to go. */
function markOf(child: Child): string {
  const { uid, deletionTimestamp = '' } = child.metadata;
  return `${uid} ${isDone(child as PipelineRun)} ${deletionTimestamp}`;
}

function keyOf({ namespace, name }: { namespace?: string; name?: string }): string {
  return `${namespace}/${name}`;
}
