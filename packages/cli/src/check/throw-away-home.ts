import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { registryPort } from '../factory/registry-address.ts';
import { type Home, openHome } from '../home.ts';

/** A home for one build, with a registry port and keys of its own. */
export interface ThrowAwayHome {
  home: Home;
  registryHost: string;
  remove(): void;
}

/** Makes a home in the system's directory for temporary files; what can be fetched again is cached where it always is. */
export async function createThrowAwayHome(): Promise<ThrowAwayHome> {
  const home = openHome({ ...process.env, ASSAY_HOME: mkdtempSync(join(tmpdir(), 'assay-check-')) });
  return {
    home,
    registryHost: `localhost:${await registryPort(home)}`,
    remove: () => rmSync(home.root, { recursive: true, force: true, maxRetries: 3 }),
  };
}
