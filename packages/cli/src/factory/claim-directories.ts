import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Client, PersistentVolumeClaims } from '@assay/kube';
import type { Sandbox } from '@assay/sandbox';

/** Removes the directories of claims that were deleted while no factory ran. */
export async function sweepClaimDirectories(
  client: Client,
  sandbox: Pick<Sandbox, 'removeVolume'>,
  directory: string,
): Promise<void> {
  const entries = await readdir(directory).catch(() => []);
  if (entries.length === 0) return;
  const { items } = await client.list(PersistentVolumeClaims);
  const known = new Set(items.map(({ metadata }) => metadata.uid));
  for (const entry of entries) {
    const uid = entry.slice(entry.lastIndexOf('_') + 1);
    if (!known.has(uid)) await sandbox.removeVolume(join(directory, entry));
  }
}
