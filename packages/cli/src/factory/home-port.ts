import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { CliError } from '../error.ts';
import { defaultRoot, type Home } from '../home.ts';

/** A port that a home chooses once and keeps. */
export interface KeptPort {
  /** What listens there, as in "port 5050 of <the factory's registry>". */
  service: string;
  /** The file in the home that keeps it. */
  file: string;
  /** Where the home of most people begins to look. */
  usual: number;
  /** Where other homes do, by their path: homes used in turn are not to end up with the same port. */
  others: number;
  /** What changes for whoever writes another port into the file. */
  consequence: string;
}

const tries = 20;
const spread = 10_000;

export function portFile(home: Home, port: KeptPort): string {
  return join(home.root, port.file);
}

/** The port, when the home has one already. */
export function keptPort(home: Home, { file }: KeptPort): number | undefined {
  try {
    const port = Number(readFileSync(join(home.root, file), 'utf8'));
    return port > 0 && port < 65_536 ? port : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The port, chosen at the first call and kept.
 * @throws CliError PortInUse when the kept port is taken by another program
 */
export async function choosePort(home: Home, wanted: KeptPort): Promise<number> {
  const file = portFile(home, wanted);
  const kept = keptPort(home, wanted);
  if (kept !== undefined) {
    if (await isFree(kept)) return kept;
    throw new CliError('PortInUse', `port ${kept} of ${wanted.service} is taken by another program`, {
      hint: `end that program, or write another port into ${file}; ${wanted.consequence}`,
    });
  }
  const first = firstPort(home, wanted);
  for (let port = first; port < first + tries; port++) {
    if (!(await isFree(port))) continue;
    writeFileSync(file, `${port}\n`);
    return port;
  }
  throw new CliError(
    'PortInUse',
    `no port between ${first} and ${first + tries - 1} is free for ${wanted.service}`,
    {
      hint: `write a free port into ${file}`,
    },
  );
}

function firstPort(home: Home, { usual, others }: KeptPort): number {
  if (home.root === defaultRoot()) return usual;
  return others + (createHash('sha256').update(home.root).digest().readUInt32BE() % spread);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
