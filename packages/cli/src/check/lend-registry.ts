import { join } from 'node:path';
import { createRegistryServer, openLayoutStore } from '@assay/oci';
import { createGitServer } from '@assay/source';
import type { Neighbour } from '../factory/factory.ts';
import { registryHost } from '../factory/registry-address.ts';
import type { Home } from '../home.ts';
import { runningFactory } from '../policy/running-factory.ts';

/** The registry and the git repositories of the user's factory, for reading, under the name they always have. */
export interface LentRegistry {
  /** `localhost:<port>`. */
  host: string;
  neighbour: Neighbour;
  close(): Promise<void>;
}

/**
 * Lends what the user's home holds to another factory, where one of the texts names it. Steps get it through a socket
 * that refuses to be written to. Programs of the host ask the user's factory; while none runs, its port answers here.
 * @param socketPath where steps are answered
 * @returns undefined when it is not named
 */
export async function lendRegistry(
  home: Home,
  socketPath: string,
  texts: readonly string[],
): Promise<LentRegistry | undefined> {
  const host = registryHost(home);
  if (host === undefined || !texts.some((text) => text.includes(host))) return undefined;
  const port = Number(host.slice(host.lastIndexOf(':') + 1));
  const server = await createRegistryServer({
    store: openLayoutStore(home.registry),
    authorize: (_, { action }) => (action === 'pull' ? 'allow' : 403),
  });
  const git = createGitServer({ root: home.repositories });
  server.app.addHook('onRequest', (request, reply, done) => {
    if (git.handle(request.raw, reply.raw)) reply.hijack();
    else done();
  });
  await server.listen({ socketPath });
  if (!(await runningFactory(home))) await server.listen({ port });
  return {
    host,
    neighbour: { port, socketPath },
    close: async () => {
      git.close();
      await server.close();
    },
  };
}

/** Where the throw-away home `home` answers for a registry that is lent to it. */
export const lentSocket = (home: Home): string => join(home.run, 'lent.sock');
