import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTokenAuthenticator } from '../access/authenticator.ts';
import { adminIdentity, type Identity, observerIdentity, runnerIdentity } from '../access/identity.ts';
import type { KubeObject, ResourceType } from '../object.ts';
import { createApiServer } from '../server/api-server.ts';
import { createStore, type Store } from '../store/store.ts';
import type { Client } from './client.ts';
import { createHttpClient } from './http-client.ts';

/** For tests: a kind with a status. */
export interface Run extends KubeObject {
  spec?: { step?: string };
  status?: { phase?: string };
}

export const TaskRuns: ResourceType<Run> = {
  group: 'tekton.dev',
  version: 'v1',
  kind: 'TaskRun',
  plural: 'taskruns',
  namespaced: true,
  hasStatus: true,
};

/** For tests: a store and a way to be its client. */
export interface Host {
  clientOf(identity: Identity): Client;
  store: Store;
  close(): Promise<void>;
}

const identities = [adminIdentity, runnerIdentity, observerIdentity, { name: 'stranger', groups: [] }];

function openStore(): { store: Store; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'kube-contract-'));
  const store = createStore({ path: join(folder, 'store.db'), resources: [TaskRuns], historyEvents: 200 });
  return { store, folder };
}

/** The ways to be a client that must not differ. */
export const hosts: Record<string, () => Promise<Host>> = {
  async 'in process'() {
    const { store, folder } = openStore();
    return {
      store,
      clientOf: (identity) => store.client(identity),
      async close() {
        store.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
  async 'over TCP'() {
    const { store, folder } = openStore();
    const authenticator = createTokenAuthenticator(
      identities.map((identity) => [`token-${identity.name}`, identity]),
    );
    const server = await createApiServer({ store, authenticator });
    const baseUrl = await server.listen({ port: 0 });
    return {
      store,
      clientOf: (identity) => createHttpClient({ baseUrl, token: `token-${identity.name}` }),
      async close() {
        await server.close();
        store.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
  async 'over a unix socket'() {
    const { store, folder } = openStore();
    const authenticator = createTokenAuthenticator(
      identities.map((identity) => [`token-${identity.name}`, identity]),
    );
    const server = await createApiServer({ store, authenticator });
    const socketPath = await server.listen({ socketPath: join(folder, 'api.sock') });
    return {
      store,
      clientOf: (identity) => createHttpClient({ socketPath, token: `token-${identity.name}` }),
      async close() {
        await server.close();
        store.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
};
