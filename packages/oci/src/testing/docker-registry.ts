import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryDirectory } from './temporary-directory.ts';

const program = (process.env.PATH ?? '')
  .split(delimiter)
  .map((directory) => join(directory, 'docker-registry'))
  .find((path) => existsSync(path));

/** Why tests with Debian's docker-registry are skipped; false where it is. */
export const noDockerRegistry = program
  ? false
  : 'docker-registry is not on the PATH: make setup-test brings it';

/** Starts Docker's registry, an implementation without the referrers API, on a free port; gives `localhost:<port>`. */
export async function startDockerRegistry(
  t: Pick<TestContext, 'after'>,
  env: Record<string, string> = {},
): Promise<string> {
  const root = await temporaryDirectory(t);
  const port = await freePort();
  const config = `${root}/config.yml`;
  await writeFile(config, 'version: 0.1\nstorage:\n  filesystem: {}\n');
  const child = spawn(program ?? 'docker-registry', ['serve', config], {
    stdio: 'ignore',
    env: {
      PATH: process.env.PATH,
      REGISTRY_HTTP_ADDR: `127.0.0.1:${port}`,
      REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY: `${root}/data`,
      REGISTRY_STORAGE_DELETE_ENABLED: 'true',
      REGISTRY_LOG_LEVEL: 'error',
      ...env,
    },
  });
  t.after(async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null && child.kill('SIGKILL')) await ended;
  });
  for (let attempt = 0; attempt < 100; attempt++) {
    const answer = await fetch(`http://127.0.0.1:${port}/v2/`).catch(() => undefined);
    if (answer) return `localhost:${port}`;
    if (child.exitCode !== null) break;
    await sleep(50);
  }
  throw new Error('docker-registry did not start');
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
