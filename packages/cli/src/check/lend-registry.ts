import { join } from 'node:path';
import { createRegistryServer, openLayoutStore } from '@assay/oci';
import { createGitServer } from '@assay/source';
import { CliError } from '../error.ts';
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
 * @throws CliError PortInUse
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
  const close = async () => {
    git.close();
    await server.close();
  };
  try {
    await server.listen({ socketPath });
    if (!(await runningFactory(home))) await server.listen({ port });
  } catch (error) {
    await close();
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new CliError('PortInUse', `port ${port} of the factory's registry is taken by another program`, {
      hint: 'end that program, or wait until the factory is up: the pipeline or the policy names this port',
      cause: error,
    });
  }
  return { host, neighbour: { port, socketPath }, close };
}

/** Where the throw-away home `home` answers for a registry that is lent to it. */
export const lentSocket = (home: Home): string => join(home.run, 'lent.sock');
