import type { CacheUse, TaskRun } from '@assay/tekton';
import type { BoundWorkspace } from '../workspaces/bindings.ts';
import type { PreparedVolume } from '../workspaces/volumes.ts';
import type { CacheRequest } from './cache-requests.ts';
import type { CacheScope, CacheStore } from './cache-store.ts';

/** The caches that one attempt at a TaskRun works with. */
export interface RunCaches {
  /** For the run's provenance. */
  uses: CacheUse[];
  /**
   * Keeps what the attempt has left, once nothing of it runs any more.
   * @returns what was not kept, in words for an event
   */
  save(): Promise<string[]>;
}

/**
 * Fills the volumes behind the workspaces that caches are asked for: those that the run binds to an `emptyDir`; others hold what
 * they hold.
 */
export async function openCaches(
  store: CacheStore,
  taskRun: TaskRun,
  requests: readonly CacheRequest[],
  workspaces: readonly BoundWorkspace[],
  volumes: ReadonlyMap<string, PreparedVolume>,
): Promise<RunCaches> {
  const { namespace, name, uid } = taskRun.metadata;
  const serviceAccount = taskRun.spec.serviceAccountName ?? 'default';
  const opened: { use: CacheUse; scope: CacheScope; path: string }[] = [];
  for (const { workspace, key } of requests) {
    const bound = workspaces.find(({ declaration }) => declaration.name === workspace);
    const binding = taskRun.spec.workspaces?.find((candidate) => candidate.name === workspace);
    const path = bound?.volume !== undefined ? volumes.get(bound.volume)?.path : undefined;
    if (!binding?.emptyDir || path === undefined) continue;
    const scope = { namespace: namespace!, serviceAccount, key };
    const from = await store.restore(scope, path);
    opened.push({ use: { workspace, key, ...(from && { from }) }, scope, path });
  }
  return {
    uses: opened.map(({ use }) => use),
    async save() {
      const lost: string[] = [];
      for (const { scope, path } of opened) {
        try {
          const refused = await store.save(scope, path, { taskRun: name!, uid: uid! });
          if (refused)
            lost.push(
              `cache ${scope.key} has ${refused.tooLarge} bytes and was not kept; ${store.limitBytes} are the most`,
            );
        } catch (error) {
          lost.push(
            `cache ${scope.key} was not kept: ${error instanceof Error ? error.message : String(error)}`,
          );
        }
      }
      return lost;
    },
  };
}
