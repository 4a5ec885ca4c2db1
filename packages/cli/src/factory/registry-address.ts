import type { Home } from '../home.ts';
import { choosePort, type KeptPort, keptPort } from './home-port.ts';

const registry: KeptPort = {
  service: "the factory's registry",
  file: 'registry-port',
  usual: 5050,
  others: 20_000,
  consequence: 'images are then known under the new one',
};

/** The host in references to the factory's own registry (`localhost:<port>`), when the home has one already. */
export function registryHost(home: Home): string | undefined {
  const port = keptPort(home, registry);
  return port === undefined ? undefined : `localhost:${port}`;
}

/**
 * The registry's port: chosen once for a home and kept, since references to images hold it.
 * @throws CliError PortInUse when the kept port is taken by another program
 */
export function registryPort(home: Home): Promise<number> {
  return choosePort(home, registry);
}
