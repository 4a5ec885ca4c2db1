import { execFile } from 'node:child_process';
import { SourceError } from './error.ts';

/** Settings of the host's users must reach neither a commit id nor what is served. */
export const isolatedGitEnvironment = {
  PATH: process.env.PATH ?? '/usr/bin:/bin',
  HOME: '/nonexistent',
  LC_ALL: 'C.UTF-8',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
};

/**
 * Runs git to its end and returns its trimmed output.
 *
 * @throws SourceError `GitMissing`, `GitFailed` with git's own words.
 */
export function runGit(args: string[], env: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { env: { ...isolatedGitEnvironment, ...env }, maxBuffer: 64 << 20 };
    execFile('git', args, options, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout.trim());
      if (error.code === 'ENOENT') {
        return reject(
          new SourceError('GitMissing', 'git is not installed', { hint: 'install git', cause: error }),
        );
      }
      reject(
        new SourceError('GitFailed', `git ${args[0]}: ${stderr.trim() || error.message}`, { cause: error }),
      );
    });
  });
}
