import { execFile } from 'node:child_process';
import { LibraryError, type LibraryErrorCode } from '../error.ts';

/**
 * Runs a host program to its end and returns its standard output.
 *
 * @throws LibraryError `ToolMissing` when it is not installed, `failure` when it exits non-zero.
 */
export function runProgram(
  program: string,
  args: string[],
  options: { failure: LibraryErrorCode; hint?: string; env?: Record<string, string>; cwd?: string },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const { env, cwd } = options;
    execFile(program, args, { env, cwd, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      if (error.code === 'ENOENT') {
        return reject(
          new LibraryError('ToolMissing', `${program} is not installed on this machine`, {
            hint: 'the images are built from Debian packages: build them on Debian or Ubuntu, with apt and dpkg',
            cause: error,
          }),
        );
      }
      const last = stderr.trim().split('\n').slice(-8).join('\n');
      reject(
        new LibraryError(options.failure, `${program} failed: ${last || error.message}`, {
          hint: options.hint,
          cause: error,
        }),
      );
    });
  });
}
