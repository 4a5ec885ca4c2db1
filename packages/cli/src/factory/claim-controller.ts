import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Client,
  type Controller,
  type PersistentVolumeClaim,
  PersistentVolumeClaims,
} from '@assay/kube';
import type { Sandbox } from '@assay/sandbox';

/**
 * Binds claims to directories of this machine, and removes a directory when its claim is gone.
 * @param directory where claims live, each in `<namespace>_<name>_<uid>`
 */
export function createClaimController(
  client: Client,
  sandbox: Pick<Sandbox, 'removeVolume'>,
  directory: string,
): Controller<PersistentVolumeClaim> {
  return {
    name: 'claim',
    resource: PersistentVolumeClaims,
    async reconcile({ namespace, name }, claim) {
      if (claim && claim.status?.phase !== 'Bound') {
        await client.updateStatus(PersistentVolumeClaims, {
          ...claim,
          status: { ...claim.status, phase: 'Bound' },
        });
      }
      const prefix = `${namespace}_${name}_`;
      for (const entry of await readdir(directory).catch(() => [])) {
        if (entry.startsWith(prefix) && entry !== `${prefix}${claim?.metadata.uid}`) {
          await sandbox.removeVolume(join(directory, entry));
        }
      }
      return undefined;
    },
  };
}
