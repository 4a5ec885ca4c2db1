import type { WorkspaceBinding } from '@assay/tekton';
import { CliError } from '../error.ts';

/**
 * Reads `-w NAME=VOLUME`: `emptyDir`, `claim:NAME`, `config:NAME`, `secret:NAME` or `volume:SIZE` (a claim made for the
 * run), each with `,subPath=PATH` behind it if wanted.
 * @throws CliError Usage
 */
export function parseWorkspaceFlag(text: string): WorkspaceBinding {
  const [, name, volume, subPath] = /^([^=]+)=([^,]+)(?:,subPath=(.+))?$/.exec(text) ?? [];
  const source = volume === undefined ? undefined : volumeSource(volume);
  if (!name || !source) {
    throw new CliError('Usage', `-w ${text} names no volume`, {
      hint: 'write -w NAME=emptyDir, claim:CLAIM, config:CONFIGMAP, secret:SECRET or volume:1Gi',
    });
  }
  return { name, ...source, ...(subPath !== undefined && { subPath }) };
}

function volumeSource(volume: string): Omit<WorkspaceBinding, 'name'> | undefined {
  if (volume === 'emptyDir') return { emptyDir: {} };
  const [, kind, name] = /^(\w+):(.+)$/.exec(volume) ?? [];
  if (!name) return undefined;
  switch (kind) {
    case 'claim':
      return { persistentVolumeClaim: { claimName: name } };
    case 'config':
      return { configMap: { name } };
    case 'secret':
      return { secret: { secretName: name } };
    case 'volume':
      return {
        volumeClaimTemplate: {
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: name } } },
        },
      };
    default:
      return undefined;
  }
}
