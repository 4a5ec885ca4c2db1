import { adminIdentity, type Client, createStore } from '@assay/kube';
import type { Home } from '../home.ts';
import { tektonResources } from './served-resources.ts';
import { connectSession } from './session.ts';

/** The objects of a home: through the factory that runs on it, or from its store where none does. No steps are started. */
export async function openObjects(home: Home): Promise<{ client: Client; close(): Promise<void> }> {
  const running = await connectSession(home);
  if (running) return { client: running.client, close: running.close };
  const store = createStore({ path: home.store, resources: tektonResources().resources });
  return {
    client: store.client(adminIdentity),
    async close() {
      await store.settled();
      store.close();
    },
  };
}
