import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { CliError } from '../error.ts';
import { defaultRoot, type Home } from '../home.ts';

/** The port that the home of most people gets. */
const usualPort = 5050;
const tries = 20;

/** Where a home's search for a port begins: homes used in turn are not to end up with the same one. */
function firstPort(home: Home): number {
  if (home.root === defaultRoot()) return usualPort;
  return 20_000 + (createHash('sha256').update(home.root).digest().readUInt32BE() % 10_000);
}

/** The host in references to the factory's own registry (`localhost:<port>`), when the home has one already. */
export function registryHost(home: Home): string | undefined {
  try {
    const port = Number(readFileSync(portFile(home), 'utf8'));
    return port > 0 && port < 65_536 ? `localhost:${port}` : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The registry's port: chosen once for a home and kept, since references to images hold it.
 * @throws CliError PortInUse when the kept port is taken by another program
 */
export async function registryPort(home: Home): Promise<number> {
  const kept = registryHost(home);
  if (kept) {
    const port = Number(kept.split(':')[1]);
    if (await isFree(port)) return port;
    throw new CliError('PortInUse', `port ${port} of the factory's registry is taken by another program`, {
      hint: `end that program, or write another port into ${portFile(home)}; images are then known under the new one`,
    });
  }
  const first = firstPort(home);
  for (let port = first; port < first + tries; port++) {
    if (!(await isFree(port))) continue;
    writeFileSync(portFile(home), `${port}\n`);
    return port;
  }
  throw new CliError(
    'PortInUse',
    `no port between ${first} and ${first + tries - 1} is free for the registry`,
    {
      hint: `write a free port into ${portFile(home)}`,
    },
  );
}

function portFile(home: Home): string {
  return join(home.root, 'registry-port');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
