import { createRegistryClient } from './client/registry-client.ts';
import { openLayoutStore } from './layout/layout-store.ts';
import { createRegistryServer } from './server/registry-server.ts';
import { contentStoreContract } from './testing/content-store-contract.ts';
import { noDockerRegistry, startDockerRegistry } from './testing/docker-registry.ts';
import { temporaryDirectory } from './testing/temporary-directory.ts';

const everything = { sparseIndex: true, deleteTag: true, sha512: true };
const anonymous = async () => undefined;

contentStoreContract('OCI layout on disk', async (t) => ({
  store: openLayoutStore(await temporaryDirectory(t)),
  host: 'localhost',
  can: everything,
}));

contentStoreContract('client of our registry over TCP', async (t) => {
  const server = await createRegistryServer({ root: await temporaryDirectory(t) });
  t.after(() => server.close());
  const client = createRegistryClient({ credentials: anonymous });
  t.after(() => client.close());
  return { store: client, host: await server.listen(), can: everything };
});

contentStoreContract('client of our registry over a Unix socket, in chunks', async (t) => {
  const root = await temporaryDirectory(t);
  const server = await createRegistryServer({ root });
  t.after(() => server.close());
  const endpoint = await server.listen({ socketPath: `${root}/registry.sock` });
  const client = createRegistryClient({
    hosts: { 'factory.example:5000': { endpoint } },
    credentials: anonymous,
    chunkSize: 1_000_000,
  });
  t.after(() => client.close());
  return { store: client, host: 'factory.example:5000', can: everything };
});

contentStoreContract(
  'client of docker-registry, which has no referrers API',
  async (t) => {
    const host = await startDockerRegistry(t);
    const client = createRegistryClient({ credentials: anonymous, chunkSize: 1_000_000 });
    t.after(() => client.close());
    return {
      store: client,
      host,
      can: { sparseIndex: false, deleteTag: false, sha512: false },
    };
  },
  { skip: noDockerRegistry },
);
