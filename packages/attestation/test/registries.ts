import { execFileSync, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRegistryServer } from '@assay/oci';

/** The factory's own registry, with the referrers API; returns its host. */
export async function startOwnRegistry(t: TestContext, directory: string): Promise<string> {
  const server = await createRegistryServer({ root: join(directory, 'own') });
  t.after(() => server.close());
  return server.listen();
}

/** Where docker-registry is, or undefined. */
export function dockerRegistryProgram(): string | undefined {
  try {
    return execFileSync('sh', ['-c', 'command -v docker-registry'], { encoding: 'utf8' }).trim();
  } catch {
    return existsSync('/usr/bin/docker-registry') ? '/usr/bin/docker-registry' : undefined;
  }
}

/** docker-registry 2.8, a registry without the referrers API; returns its host. */
export async function startDockerRegistry(
  t: TestContext,
  directory: string,
  program: string,
): Promise<string> {
  const port = await freePort();
  const config = join(directory, 'registry.json');
  writeFileSync(
    config,
    JSON.stringify({
      version: 0.1,
      log: { level: 'error', accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: join(directory, 'docker') }, delete: { enabled: true } },
      http: { addr: `127.0.0.1:${port}` },
    }),
  );
  const child = spawn(program, ['serve', config], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  t.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  for (let i = 0; i < 100; i++) {
    const isUp = await fetch(`http://127.0.0.1:${port}/v2/`).then(
      (response) => response.ok,
      () => false,
    );
    if (isUp) return `localhost:${port}`;
    await sleep(50);
  }
  throw new Error('docker-registry did not start');
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
