import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** A result larger than this is refused whatever the configured limit: it has to fit in the run's status. */
export const largestResult = 1_500_000;

/** What one result file holds: its bytes, nothing, or why it cannot be taken. */
export type ResultFile = { content: string } | { refused: string } | undefined;

/**
 * Reads one result that a step wrote. The directory is under the step's control: a symlink, a FIFO or a device in
 * place of the file is refused, never followed or waited for.
 * @param directory the host's side of `/tekton/results`, or of a step's own results
 */
export function readResultFile(directory: string, name: string, limit = largestResult): ResultFile {
  let fd: number;
  try {
    fd = openSync(join(directory, name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return undefined;
    if (code === 'ELOOP') return { refused: `result "${name}" is a symbolic link` };
    return { refused: `result "${name}" cannot be read: ${code}` };
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return { refused: `result "${name}" is not a regular file` };
    if (stat.size > limit)
      return { refused: `result "${name}" has ${stat.size} bytes; the limit is ${limit}` };
    const buffer = Buffer.alloc(stat.size);
    const length = readSync(fd, buffer, 0, stat.size, 0);
    return { content: buffer.toString('utf8', 0, length) };
  } finally {
    closeSync(fd);
  }
}
