// How many finished runs a second does the observer attest, sign and store, all told?
//
//   bin/assay-node bench/observer.ts [RUNS] [http]
//
// Each TaskRun names an image of its own: one statement, one image signature, both layouts, annotations. With `http`
// the evidence goes through our registry's HTTP interface, else straight into its directory.
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSigner } from '@assay/attestation';
import { createStore, observerIdentity, runnerIdentity, startControllers } from '@assay/kube';
import { createObserver } from '@assay/observer';
import { createRegistryClient, createRegistryServer } from '@assay/oci';
import { PipelineRuns, TaskRuns } from '@assay/tekton';

const count = Number(process.argv[2] ?? 200);
const overHttp = process.argv[3] === 'http';
const directory = mkdtempSync(join(tmpdir(), 'assay-bench-observer-'));
const server = await createRegistryServer({ root: join(directory, 'registry') });
const host = await server.listen();
const images = overHttp ? createRegistryClient() : server.store;
const store = createStore({ path: join(directory, 'api.db'), resources: [TaskRuns, PipelineRuns] });
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const signer = await loadSigner(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
const runner = store.client(runnerIdentity);
const mediaType = 'application/vnd.oci.image.manifest.v1+json';

for (let i = 0; i < count; i++) {
  const repository = `${host}/team/app-${i % 20}`;
  const config = await images.putBlob(repository, Buffer.from(JSON.stringify({ i })));
  const manifest = {
    schemaVersion: 2,
    mediaType,
    config: { ...config, mediaType: 'application/vnd.oci.image.config.v1+json' },
    layers: [],
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  const { digest } = await images.putManifest(repository, `v${i}`, bytes, mediaType);
  const run = await runner.create(TaskRuns, {
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    metadata: { name: `run-${i}`, namespace: 'default' },
    spec: { taskRef: { name: 'build' } },
  });
  await runner.updateStatus(TaskRuns, {
    ...run,
    status: {
      conditions: [{ type: 'Succeeded', status: 'True', reason: 'Succeeded' }],
      startTime: '2026-01-01T00:00:00Z',
      completionTime: '2026-01-01T00:01:00Z',
      results: [
        { name: 'IMAGE_URL', value: repository },
        { name: 'IMAGE_DIGEST', value: digest },
      ],
    },
  });
}

const outcomes: Record<string, number> = {};
const client = store.client(observerIdentity);
const started = performance.now();
const controllers = startControllers(
  client,
  createObserver({
    client,
    signer,
    contentStore: () => images,
    report: ({ outcome }) => {
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    },
  }),
);
await controllers.idle();
const seconds = (performance.now() - started) / 1000;
console.log(`${count} runs, ${overHttp ? 'over HTTP' : 'into the directory'}: ${JSON.stringify(outcomes)}`);
console.log(
  `${(count / seconds).toFixed(1)} runs/s (${((2 * count) / seconds).toFixed(1)} statements and image signatures/s)`,
);
console.log(`peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`);
await controllers.stop();
store.close();
await server.close();
rmSync(directory, { recursive: true, force: true });
