import { join } from 'node:path';
import {
  type ApiServer,
  auditRequests,
  type Controllers,
  openAuditLog,
  type ResourceType,
  type Store,
  serveMetrics,
} from '@assay/kube';
import { type PipelineRun, PipelineRuns, succeededCondition, type TaskRun, TaskRuns } from '@assay/tekton';
import type { Home } from '../home.ts';

export interface ObserveApiOptions {
  home: Home;
  store: Store;
  /** The runner's, once they run. */
  controllers(): Controllers | undefined;
  onError(error: unknown): void;
}

const runKinds: ResourceType<TaskRun | PipelineRun>[] = [TaskRuns, PipelineRuns];

/**
 * Writes the audit log, and serves metrics, those of the runs among them. To be called before the API listens.
 * @returns what waits for the last line of the log
 */
export async function observeApi(api: ApiServer, options: ObserveApiOptions): Promise<() => Promise<void>> {
  const { home, store, controllers, onError } = options;
  const log = openAuditLog({ path: join(home.logs, 'audit.log'), onError });
  auditRequests(api.app, log);
  const [registry, { Gauge }] = await Promise.all([
    serveMetrics(api.app, { store, controllers }),
    import('prom-client'),
  ]);
  const runs = new Gauge({
    name: 'assay_runs',
    help: 'Runs in the store, by kind and reason; Running has not ended.',
    labelNames: ['kind', 'reason'],
    registers: [registry],
    collect() {
      runs.reset();
      for (const resource of runKinds) {
        for (const run of controllers()?.lister(resource).list() ?? []) {
          runs.inc({ kind: resource.kind, reason: succeededCondition(run)?.reason ?? 'Pending' });
        }
      }
    },
  });
  return () => log.close();
}
