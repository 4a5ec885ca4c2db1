import { createSnapshotController } from '@assay/integration';
import { createHttpClient, startControllers, systemClock } from '@assay/kube';
import { createMatchControllers, createReleaseController } from '@assay/release';
import { createGateJudge } from './gate-judge.ts';
import type { GateSettings } from './gate-settings.ts';
import { reportFaults, runProcess } from './process-frame.ts';
import { registryClientOf } from './registry-logins.ts';
import { openSigningKey } from './signing-key.ts';

// The gate's process: makes Snapshots of signed builds, judges what is to be released, and signs what it judged. Policies are
// evaluated here, away from the store and from every other key.

/** How verification summaries name this gate (SLSA 1.2, "verifier.id"). */
const verifierId = 'https://assay.dev/gates/local/v1';

await runProcess<GateSettings>(async (settings) => {
  const signer = await openSigningKey(settings.keys);
  const client = createHttpClient({ socketPath: settings.apiSocket, token: settings.token });
  const registry = registryClientOf('gate', settings);
  const store = () => registry;
  const controllers = startControllers(
    client,
    [
      createSnapshotController({ client, clock: systemClock }),
      ...createMatchControllers({ client, clock: systemClock }),
      createReleaseController({
        ...{ client, signer, verifierId, store, clock: systemClock },
        judge: createGateJudge({ client, store }),
        planRepository: ({ namespace, name }) => `${settings.registryHost}/releases/${namespace}/${name}`,
      }),
    ] as Parameters<typeof startControllers>[1],
    { onError: reportFaults('gate') },
  );
  await controllers.synced;
  return {
    fingerprint: signer.publicKey.fingerprint,
    async stop() {
      await controllers.idle().catch(() => {});
      await controllers.stop();
    },
  };
});
