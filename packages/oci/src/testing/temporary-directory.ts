import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A directory that is gone when the test is over. */
export async function temporaryDirectory(t: Pick<TestContext, 'after'>): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'assay-oci-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** Why tests that need a full disk are skipped; false where one can be mounted. */
export const noSmallDisk = process.getuid?.() === 0 ? false : 'mounting a small file system needs root';

/** A directory on a file system of 1 MB of its own. */
export async function smallDisk(t: Pick<TestContext, 'after'>): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'assay-oci-small-'));
  await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path]);
  t.after(async () => {
    await run('umount', ['--lazy', path]);
    await rm(path, { recursive: true });
  });
  return path;
}
