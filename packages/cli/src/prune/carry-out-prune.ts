import { rm } from 'node:fs/promises';
import { type Client, isKubeError } from '@assay/kube';
import { retireCache } from '@assay/pipelines';
import { PipelineRuns, TaskRuns } from '@assay/tekton';
import type { Home } from '../home.ts';
import { logDirectories, type PrunePlan } from './prune-plan.ts';

/** Deletes what was planned; what has gone or changed in the meantime is left. */
export async function carryOutPrune(client: Client, home: Home, plan: PrunePlan): Promise<void> {
  const children = new Map<string, string[]>();
  for (const { metadata } of (await client.list(TaskRuns)).items) {
    for (const { uid } of metadata.ownerReferences ?? [])
      children.set(uid, [...(children.get(uid) ?? []), metadata.uid ?? '']);
  }
  const logs = await logDirectories(home);
  for (const { kind, namespace, name, uid } of plan.runs) {
    const preconditions = { uid };
    try {
      if (kind === 'PipelineRun') await client.delete(PipelineRuns, namespace, name, { preconditions });
      else await client.delete(TaskRuns, namespace, name, { preconditions });
    } catch (error) {
      if (!isKubeError(error, 'NotFound') && !isKubeError(error, 'Conflict')) throw error;
      continue;
    }
    for (const gone of [uid, ...(children.get(uid) ?? [])]) {
      for (const directory of logs.get(gone) ?? []) await rm(directory, { recursive: true, force: true });
    }
  }
  for (const { path } of [...plan.logs, ...plan.blobs]) await rm(path, { recursive: true, force: true });
  for (const { path } of plan.caches) await removeCache(path);
}

/** Files of containers' users may not be this user's to remove; the next start of the factory then does it. */
async function removeCache(directory: string): Promise<void> {
  let retired: string;
  try {
    retired = retireCache({ directory });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  await rm(retired, { recursive: true, force: true }).catch(() => {});
}
