import { type ContentStore, createRegistryClient, openLayoutStore, parseRepository } from '@assay/oci';
import { registryHost } from '../factory/registry-address.ts';
import type { Home } from '../home.ts';
import { runningFactory } from './running-factory.ts';

/** Where the images and artifacts of a command are read from. */
export interface RegistryStores {
  /** The content store of a repository. */
  store: (repository: string) => ContentStore;
  close(): void;
}

/**
 * Registries by their hosts. The factory's own is asked when a factory runs, and read from disk when none does.
 * @param attempts how often a request is tried in all
 */
export async function openRegistryStores(home: Home, attempts?: number): Promise<RegistryStores> {
  const running = await runningFactory(home);
  const own = new Set(['localhost', registryHost(home)]);
  const hosts = running && { localhost: { endpoint: `http://${running.registryHost}` } };
  const client = createRegistryClient({
    ...(hosts && { hosts }),
    ...(attempts !== undefined && { retry: { attempts } }),
  });
  const layout = running ? undefined : openLayoutStore(home.registry);
  return {
    store: (repository) => (layout && own.has(parseRepository(repository).host) ? layout : client),
    close: () => client.close(),
  };
}
