import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runGit } from '@assay/source';
import { PolicyError } from '../error.ts';
import { readLocal } from './local-source.ts';
import type { FileCollector } from './source-files.ts';

/** No protocol but those named, no helper, no prompt, no hook. */
const restricted = {
  GIT_ALLOW_PROTOCOL: 'https:http:ssh',
  GIT_TERMINAL_PROMPT: '0',
  GIT_SSH_COMMAND: 'ssh -oBatchMode=yes',
};

/**
 * Fetches one ref of a git repository into the collector.
 * @returns the commit
 * @throws SourceError GitFailed with git's own words
 */
export async function readGit(
  address: { url: string; ref?: string; path: string },
  collector: FileCollector,
): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'assay-policy-'));
  try {
    const git = (...args: string[]) =>
      runGit(['-C', directory, '-c', 'core.hooksPath=/dev/null', ...args], restricted);
    await git('init', '--quiet');
    await git('fetch', '--quiet', '--depth=1', '--no-tags', '--', address.url, address.ref ?? 'HEAD');
    await git('checkout', '--quiet', '--detach', 'FETCH_HEAD');
    await readLocal(await inside(directory, address.path), collector);
    return await git('rev-parse', 'HEAD');
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** A directory of the repository; a link that leads out of it is none. */
async function inside(root: string, path: string): Promise<string> {
  const [base, found] = await Promise.all([realpath(root), realpath(join(root, path))]);
  if (found !== base && !found.startsWith(`${base}/`)) {
    throw new PolicyError('InvalidSource', `the path ${JSON.stringify(path)} leaves the repository`);
  }
  return found;
}
