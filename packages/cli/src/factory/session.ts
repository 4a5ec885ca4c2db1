import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Client, createHttpClient, isKubeError, Namespaces } from '@assay/kube';
import { createLogStore, type LogStore } from '@assay/pipelines';
import { CliError } from '../error.ts';
import type { Home } from '../home.ts';
import type { FactoryOptions } from './factory.ts';
import { registryHost } from './registry-address.ts';

/** A factory as a command uses it: the one that runs, or one that lives as long as the command. */
export interface Session {
  client: Client;
  logs: LogStore;
  registryHost: string;
  /** True when the factory was there before and stays. */
  shared: boolean;
  close(): Promise<void>;
}

/** The factory that runs on this home, or undefined. */
export async function connectSession(home: Home): Promise<Session | undefined> {
  const tokenFile = join(home.run, 'admin.token');
  const host = registryHost(home);
  if (!existsSync(tokenFile) || !host) return undefined;
  const client = createHttpClient({
    socketPath: join(home.run, 'api.sock'),
    token: readFileSync(tokenFile, 'utf8'),
  });
  try {
    await client.get(Namespaces, '', 'default');
  } catch (error) {
    // A token of a factory that was killed: nobody answers, or somebody who does not know it.
    if (isKubeError(error) && error.code !== 'Unauthorized' && error.code !== 'Unavailable') throw error;
    return undefined;
  }
  return { client, logs: createLogStore(home.logs), registryHost: host, shared: true, close: async () => {} };
}

/** The factory that runs. @throws CliError FactoryNotRunning when none does */
export async function requireSession(home: Home): Promise<Session> {
  const running = await connectSession(home);
  if (running) return running;
  throw new CliError('FactoryNotRunning', 'no factory is running', {
    hint: "start it with 'assay up'",
    exitCode: 5,
  });
}

/** The factory that runs, else a new one in this process. */
export async function openSession(
  home: Home,
  options: Pick<FactoryOptions, 'imageMap' | 'tekton' | 'neighbours' | 'onError'>,
): Promise<Session> {
  const running = await connectSession(home);
  if (running) return running;
  const { startFactory } = await import('./factory.ts');
  const factory = await startFactory({ home, ...options });
  return {
    client: factory.client,
    logs: factory.logs,
    registryHost: factory.registryHost,
    shared: false,
    close: factory.stop,
  };
}

/** What can be looked up of runs: with the factory that runs, else straight from what it has left on disk. */
export type Records = Pick<Session, 'client' | 'logs' | 'shared' | 'close'>;

/**
 * Opens what is recorded of runs, without starting anything.
 * @throws KubeError StoreLocked when another process is just starting or ending a factory
 */
export async function openRecords(home: Home): Promise<Records> {
  const running = await connectSession(home);
  if (running) return running;
  const [{ adminIdentity, createStore }, { tektonResources }, { LimitRanges }] = await Promise.all([
    import('@assay/kube'),
    import('./served-resources.ts'),
    import('@assay/pipelines'),
  ]);
  const store = createStore({ path: home.store, resources: [...tektonResources().resources, LimitRanges] });
  return {
    client: store.client(adminIdentity),
    logs: createLogStore(home.logs),
    shared: false,
    close: async () => store.close(),
  };
}
