import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Session } from '../factory/session.ts';
import type { Home } from '../home.ts';

/** The factory that runs on this home, or undefined. Its client is loaded only when one may run: it costs more than a verdict. */
export async function runningFactory(home: Home): Promise<Session | undefined> {
  if (!existsSync(join(home.run, 'admin.token'))) return undefined;
  const { connectSession } = await import('../factory/session.ts');
  return connectSession(home);
}
