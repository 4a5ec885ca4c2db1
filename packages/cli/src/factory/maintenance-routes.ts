import { randomUUID } from 'node:crypto';
import { globSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiServer, Store } from '@assay/kube';
import type { Home } from '../home.ts';

/** Where a running factory is asked for a copy of its store; the right to `post` the path is needed. */
export const backupPath = '/assay/v1/backup';

/** Copies of the store that were asked for, and not taken away by whoever asked. */
export function sweepStoreCopies(home: Home): void {
  for (const copy of globSync(join(home.run, 'backup-*.db'))) rmSync(copy, { force: true });
}

/** Adds what commands ask of a running factory beside the Kubernetes API. */
export function addMaintenanceRoutes(api: ApiServer, home: Home, store: Store): void {
  sweepStoreCopies(home);
  api.app.post(backupPath, async () => {
    const file = join(home.run, `backup-${randomUUID()}.db`);
    await store.backup(file);
    return { file };
  });
}
