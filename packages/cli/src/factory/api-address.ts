import type { Home } from '../home.ts';
import { choosePort, type KeptPort, keptPort } from './home-port.ts';

const api: KeptPort = {
  service: "the factory's API",
  file: 'api-port',
  usual: 6443,
  others: 10_000,
  consequence: 'kubeconfigs then have to be written again',
};

/** Where the API of a factory that is up listens with TLS, when the home has chosen a port already. */
export function apiUrl(home: Home): string | undefined {
  const port = keptPort(home, api);
  return port === undefined ? undefined : `https://127.0.0.1:${port}`;
}

/**
 * The API's port: chosen once for a home and kept, since kubeconfigs hold it.
 * @throws CliError PortInUse when the kept port is taken by another program
 */
export function apiPort(home: Home): Promise<number> {
  return choosePort(home, api);
}
