import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HttpClientOptions } from '@assay/kube';
import type { Home } from '../../src/home.ts';

/** The API of the factory that runs on a home, as its administrator reaches it. */
export function factoryServer({ run }: Home): { socketPath: string; token: string } & HttpClientOptions {
  return { socketPath: join(run, 'api.sock'), token: readFileSync(join(run, 'admin.token'), 'utf8') };
}
