import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

export interface CosignResult {
  status: number;
  stdout: string;
  stderr: string;
}

/** The cosign programs at hand, by a name for the test: ASSAY_COSIGN, what scripts/fetch-cosign.sh brought, PATH. */
export function cosignPrograms(): { name: string; path: string }[] {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'assay/debian');
  const fetched = ['cosign-2', 'cosign-3'].map((name) => ({
    name,
    path: join(cache, name, 'usr/bin/cosign'),
  }));
  const named = process.env.ASSAY_COSIGN ? [{ name: 'ASSAY_COSIGN', path: process.env.ASSAY_COSIGN }] : [];
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .slice(0, 50)
    .map((directory) => ({ name: 'cosign', path: join(directory, 'cosign') }));
  const found = [...named, ...fetched].filter(({ path }) => existsSync(path));
  return found.length > 0 ? found : onPath.filter(({ path }) => existsSync(path)).slice(0, 1);
}

export const noCosign = 'no cosign: run scripts/fetch-cosign.sh or set ASSAY_COSIGN';

/** Runs cosign away from the user's own configuration and without asking anything. */
export function runCosign(
  program: string,
  args: string[],
  options: { cwd: string; password?: string },
): Promise<CosignResult> {
  const env = {
    PATH: process.env.PATH,
    HOME: options.cwd,
    COSIGN_PASSWORD: options.password ?? '',
  };
  return new Promise((resolve) => {
    execFile(program, args, { cwd: options.cwd, env, timeout: 60_000 }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ status, stdout, stderr });
    });
  });
}
