import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { copyStore } from '@assay/kube';
import { CliError } from '../error.ts';
import { postToFactory } from '../factory/factory-call.ts';
import { backupPath } from '../factory/maintenance-routes.ts';
import { connectSession } from '../factory/session.ts';
import type { Home } from '../home.ts';

/**
 * Copies the home's store into a file of its own: the running factory does it, or this process where none runs.
 * @returns the copy, which is the caller's to remove
 */
export async function copyHomeStore(home: Home): Promise<string> {
  if (await connectSession(home)) return (await postToFactory<{ file: string }>(home, backupPath)).file;
  if (!existsSync(home.store)) {
    throw new CliError('FactoryNotRunning', `${home.root} holds no store yet: there is nothing to back up`, {
      hint: "start the factory with 'assay up' first, or set ASSAY_HOME",
    });
  }
  const copy = join(home.run, `backup-${randomUUID()}.db`);
  await copyStore(home.store, copy);
  return copy;
}
