import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { copyStore } from '@assay/kube';
import { CliError } from '../error.ts';
import { accessFiles } from '../factory/access-files.ts';
import { backupPath } from '../factory/maintenance-routes.ts';
import { connectSession } from '../factory/session.ts';
import type { Home } from '../home.ts';

/**
 * Copies the home's store into a file of its own: the running factory does it, or this process where none runs.
 * @returns the copy, which is the caller's to remove
 */
export async function copyHomeStore(home: Home): Promise<string> {
  if (await connectSession(home)) return askFactory(home);
  if (!existsSync(home.store)) {
    throw new CliError('FactoryNotRunning', `${home.root} holds no store yet: there is nothing to back up`, {
      hint: "start the factory with 'assay up' first, or set ASSAY_HOME",
    });
  }
  const copy = join(home.run, `backup-${randomUUID()}.db`);
  await copyStore(home.store, copy);
  return copy;
}

async function askFactory(home: Home): Promise<string> {
  const token = readFileSync(accessFiles(home).adminToken, 'utf8').trim();
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const asked = request(
    {
      socketPath: join(home.run, 'api.sock'),
      method: 'POST',
      path: backupPath,
      headers: { authorization: `Bearer ${token}` },
    },
    async (response) => {
      let text = '';
      try {
        for await (const chunk of response.setEncoding('utf8')) text += chunk;
        const { file, message } = JSON.parse(text) as { file?: string; message?: string };
        if (file === undefined) throw new Error(message ?? text);
        resolve(file);
      } catch (error) {
        reject(
          new CliError(
            'FactoryNotRunning',
            `the factory could not copy its store: ${(error as Error).message}`,
            {
              hint: 'see logs/factory.log in the home',
              cause: error,
            },
          ),
        );
      }
    },
  );
  asked.once('error', reject);
  asked.end();
  return promise;
}
