import { createHttpClient, startControllers, systemClock } from '@assay/kube';
import { createObserver } from '@assay/observer';
import type { ObserverSettings } from './observer-settings.ts';
import { reportFaults, runProcess } from './process-frame.ts';
import { registryClientOf } from './registry-logins.ts';
import { openSigningKey } from './signing-key.ts';
import { traceReconciles } from './trace-reconciles.ts';
import { openTracing } from './tracing.ts';

// The observer's process: watches the factory's API under its own identity, and signs what it sees.

/** The one of Tekton Chains that records what each task was: policies about tasks can judge nothing else of SLSA v1. */
const buildType = 'https://tekton.dev/chains/v2/slsa-tekton';

await runProcess<ObserverSettings>(async (settings) => {
  const signer = await openSigningKey(settings.keys);
  const client = createHttpClient({ socketPath: settings.apiSocket, token: settings.token });
  const registry = registryClientOf('observer', settings);
  const tracing = await openTracing('assay-observer');
  const outcomes = new Map<string, string>();
  const observer = createObserver({
    ...{ client, signer, contentStore: () => registry, clock: systemClock },
    config: { buildType },
    report: ({ namespace, name, outcome }) => {
      if (tracing) outcomes.set(`${namespace}/${name}`, outcome);
    },
  });
  const traced = traceReconciles(observer, tracing, {
    name: 'sign',
    outcome: ({ namespace, name }) => {
      const outcome = outcomes.get(`${namespace}/${name}`);
      outcomes.delete(`${namespace}/${name}`);
      return outcome === undefined ? undefined : { 'assay.outcome': outcome };
    },
  });
  const controllers = startControllers(client, traced, { onError: reportFaults('observer') });
  await controllers.synced;
  return {
    fingerprint: signer.publicKey.fingerprint,
    async stop() {
      await controllers.idle().catch(() => {});
      await controllers.stop();
      await tracing?.close();
    },
  };
});
