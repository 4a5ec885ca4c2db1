import { createInterface } from 'node:readline';
import { createHttpClient, startControllers, systemClock } from '@assay/kube';
import { createObserver } from '@assay/observer';
import { createCredentialSource, createRegistryClient } from '@assay/oci';
import type { ObserverMessage, ObserverSettings } from './observer-settings.ts';
import { openSigningKey } from './signing-key.ts';

// The observer's process: reads its settings from standard input, watches the factory's API under its own identity,
// signs what it sees. Ends, after what it is signing, when standard input closes, so it never outlives the factory.

/** How long the observer may go on after its factory has ended. */
const lastWordsMs = 3000;

function say(message: ObserverMessage): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

const lines = createInterface({ input: process.stdin });
const settings = await new Promise<ObserverSettings>((resolve) =>
  lines.once('line', (line) => resolve(JSON.parse(line))),
);
const inputClosed = new Promise<void>((resolve) => lines.once('close', resolve));
// A factory that was killed answers nothing any more, whatever is waited for: what it did not take, the next observer signs.
void inputClosed.then(() => setTimeout(() => process.exit(0), lastWordsMs));
// Ctrl-C reaches the whole process group; the factory decides when its observer ends.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

try {
  const signer = await openSigningKey(settings.keys);
  const client = createHttpClient({ socketPath: settings.apiSocket, token: settings.token });
  const logins = createCredentialSource();
  const registry = createRegistryClient({
    credentials: async (repository) =>
      repository.startsWith(`${settings.registryHost}/`)
        ? { username: 'observer', password: settings.token }
        : logins(repository),
  });
  const controllers = startControllers(
    client,
    createObserver({ client, signer, contentStore: () => registry, clock: systemClock }),
    {
      onError: (error, fault) => {
        const { namespace, name } = fault.key ?? {};
        const place = fault.key ? `${fault.controller} ${namespace}/${name}` : fault.resource;
        process.stderr.write(
          `observer: ${place}: ${error instanceof Error ? error.message : String(error)}\n`,
        );
      },
    },
  );
  await controllers.synced;
  say({ type: 'ready', fingerprint: signer.publicKey.fingerprint });
  await inputClosed;
  await controllers.idle().catch(() => {});
  await controllers.stop();
  process.exit(0);
} catch (error) {
  say({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  process.exit(1);
}
