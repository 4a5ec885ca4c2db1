import { X509Certificate } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { inspectStore, isKubeError, readPrivateFile } from '@assay/kube';
import type { HostNeed } from '@assay/sandbox';
import type { Home } from '../home.ts';
import { formatBytes } from '../terminal/format-bytes.ts';

/** What was found in a home. */
export interface HomeReport {
  root: string;
  /** False when something in it is damaged. */
  sound: boolean;
  needs: HostNeed[];
}

const scarceBytes = 1024 ** 3;

/** Checks a home: every object of its store where no factory has it open, its certificate, and the room that is left. */
export async function inspectHome(home: Home): Promise<HomeReport> {
  const needs = [storeNeed(home), certificateNeed(home), await diskNeed(home)];
  return { root: home.root, sound: needs.every(({ present, required }) => present || !required), needs };
}

function storeNeed({ store }: Home): HostNeed {
  const need = { name: 'store', required: true };
  try {
    const report = inspectStore(store);
    if (!report) return { ...need, present: true, detail: 'none yet' };
    const { findings, objects, schema } = report;
    if (findings.length === 0)
      return { ...need, present: true, detail: `${objects} objects sound, schema ${schema}` };
    return { ...need, present: false, detail: `damaged: ${findings.join('; ')}`, fix: restoreHint };
  } catch (error) {
    if (isKubeError(error, 'StoreLocked')) {
      return {
        ...need,
        present: true,
        detail: 'in use: objects are checked as they are read; stop the factory to check all',
      };
    }
    return { ...need, present: false, detail: (error as Error).message, fix: restoreHint };
  }
}

const restoreHint = 'assay restore --force <backup>, or move store.db away to begin with an empty one';

function certificateNeed({ access }: Home): HostNeed {
  const need = { name: 'certificate', required: true };
  const file = join(access, 'serving.crt');
  const pem = readPrivateFile(file);
  if (pem === undefined) return { ...need, present: true, detail: 'none yet' };
  try {
    const { validTo } = new X509Certificate(pem);
    return {
      ...need,
      present: true,
      detail: `valid until ${new Date(validTo).toISOString().slice(0, 10)}, renewed before`,
    };
  } catch {
    return {
      ...need,
      present: false,
      detail: `${file} is not a certificate`,
      fix: `rm ${file}; it is made again`,
    };
  }
}

async function diskNeed({ root }: Home): Promise<HostNeed> {
  const { bavail, bsize } = await statfs(root);
  const free = bavail * bsize;
  const enough = free >= scarceBytes;
  const detail = enough ? `${formatBytes(free)} free` : `only ${formatBytes(free)} are left in ${root}`;
  return {
    name: 'disk',
    present: enough,
    required: false,
    detail,
    ...(!enough && { fix: 'assay prune --keep 10' }),
  };
}
