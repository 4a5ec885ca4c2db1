import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client, KubeObject } from '@assay/kube';
import { listCaches } from '@assay/pipelines';
import { type PipelineRun, PipelineRuns, type TaskRun, TaskRuns } from '@assay/tekton';
import type { Home } from '../home.ts';
import { diskUsage } from './disk-usage.ts';
import { type OrphanedFile, orphanedBlobs } from './orphaned-blobs.ts';
import { type PrunePolicy, prunableRuns } from './prunable-runs.ts';

/** What would go, and how many bytes with it. */
export interface PrunePlan {
  /** With the logs of their steps. */
  runs: { kind: string; namespace: string; name: string; uid: string; ended: string; bytes: number }[];
  /** Directories of logs whose runs are no more. */
  logs: OrphanedFile[];
  blobs: OrphanedFile[];
  /** What runs keep for the next ones. */
  caches: {
    namespace: string;
    serviceAccount: string;
    key: string;
    used: string;
    path: string;
    bytes: number;
  }[];
  bytes: number;
}

export interface PlanOptions extends PrunePolicy {
  orphans: boolean;
  /** Whether caches go that were not used since `endedBefore`; all of them without it. */
  caches?: boolean;
  now: number;
}

/** What is newer may belong to something that is just being made. */
const graceMs = 60 * 60_000;

function sizeOf(object: KubeObject): number {
  return Buffer.byteLength(JSON.stringify(object));
}

/** Looks what the policy lets go; changes nothing. */
export async function planPrune(client: Client, home: Home, options: PlanOptions): Promise<PrunePlan> {
  const [taskRuns, pipelineRuns] = await Promise.all([client.list(TaskRuns), client.list(PipelineRuns)]);
  const all: (TaskRun | PipelineRun)[] = [...taskRuns.items, ...pipelineRuns.items];
  const logs = await logDirectories(home);
  const runs: PrunePlan['runs'] = [];
  for (const run of prunableRuns(all, options)) {
    const { namespace = '', name = '', uid = '' } = run.metadata;
    const parts = [run, ...taskRuns.items.filter((child) => ownedBy(child, uid))];
    let bytes = 0;
    for (const part of parts) {
      bytes += sizeOf(part);
      for (const directory of logs.get(part.metadata.uid ?? '') ?? []) bytes += await diskUsage(directory);
    }
    const ended = run.status?.completionTime ?? '';
    runs.push({ kind: run.kind, namespace, name, uid, ended, bytes });
  }
  const known = new Set(all.map(({ metadata }) => metadata.uid));
  const lost = options.orphans
    ? [...logs].filter(([uid]) => !known.has(uid)).flatMap(([, paths]) => paths)
    : [];
  const orphanedLogs = await Promise.all(lost.map(async (path) => ({ path, bytes: await diskUsage(path) })));
  const blobs = options.orphans ? await orphanedBlobs(home.registry, options.now - graceMs) : [];
  const caches = options.caches ? unusedCaches(home, options.endedBefore) : [];
  const bytes = [...runs, ...orphanedLogs, ...blobs, ...caches].reduce((sum, one) => sum + one.bytes, 0);
  return { runs, logs: orphanedLogs, blobs, caches, bytes };
}

function unusedCaches(home: Home, usedBefore = Number.POSITIVE_INFINITY): PrunePlan['caches'] {
  return listCaches(join(home.sandbox, 'caches'))
    .filter(({ usedAt }) => usedAt.getTime() < usedBefore)
    .map(({ namespace, serviceAccount, key, usedAt, directory, bytes }) => ({
      ...{ namespace, serviceAccount, key, used: usedAt.toISOString(), path: directory, bytes },
    }));
}

function ownedBy(object: KubeObject, uid: string): boolean {
  return object.metadata.ownerReferences?.some((owner) => owner.uid === uid) ?? false;
}

/** The directories of logs, by the uid of their TaskRun. */
export async function logDirectories(home: Home): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const name of await readdir(home.logs).catch(() => [])) {
    const uid = /^[^_]+_[^_]+_([^_]+)$/.exec(name)?.[1];
    if (uid !== undefined) found.set(uid, [...(found.get(uid) ?? []), join(home.logs, name)]);
  }
  return found;
}
