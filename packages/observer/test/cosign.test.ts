// What the observer leaves in a registry, before a verifier that we did not write.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadSigner } from '@assay/attestation';
import { createStore, observerIdentity, runnerIdentity, startControllers } from '@assay/kube';
import { createRegistryClient, createRegistryServer } from '@assay/oci';
import { PipelineRuns, TaskRuns } from '@assay/tekton';
import { createObserver, type StatementFormat, signedAnnotation } from '../src/index.ts';
import { finishedStatus, imageResults, taskRun } from './runs.ts';

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'assay/debian');
const programs = [
  process.env.ASSAY_COSIGN ?? '',
  ...['cosign-2', 'cosign-3'].map((name) => join(cache, name, 'usr/bin/cosign')),
].filter((path) => path !== '' && existsSync(path));
const skip = programs.length === 0 ? 'no cosign: run scripts/fetch-cosign.sh or set ASSAY_COSIGN' : false;
const formats: [StatementFormat, string][] = [
  ['slsa/v2alpha4', 'slsaprovenance1'],
  ['slsa/v2alpha3', 'slsaprovenance1'],
  ['slsa/v1', 'slsaprovenance'],
];

test('cosign accepts the signature and the provenance of a run, in every format', { skip }, async (t) => {
  const cwd = mkdtempSync(join(tmpdir(), 'assay-observer-cosign-'));
  const registry = await createRegistryServer({ root: join(cwd, 'registry') });
  const host = await registry.listen();
  const images = createRegistryClient();
  const store = createStore({ path: ':memory:', resources: [TaskRuns, PipelineRuns] });
  t.after(async () => {
    store.close();
    images.close();
    await registry.close();
    rmSync(cwd, { recursive: true, force: true });
  });
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = await loadSigner(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  writeFileSync(join(cwd, 'k.pub'), signer.publicKey.pem);
  const runner = store.client(runnerIdentity);
  const observer = store.client(observerIdentity);
  for (const [format, type] of formats) {
    const name = `run-${type}-${format.replace('/', '-')}`;
    const repository = `${host}/team/${name}`;
    const config = await images.putBlob(repository, Buffer.from('{}'));
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    const manifest = {
      schemaVersion: 2,
      mediaType,
      config: { ...config, mediaType: 'application/vnd.oci.image.config.v1+json' },
      layers: [],
    };
    const { digest } = await images.putManifest(
      repository,
      '1',
      Buffer.from(JSON.stringify(manifest)),
      mediaType,
    );
    const controllers = startControllers(
      observer,
      createObserver({ client: observer, signer, contentStore: () => images, config: { format } }),
    );
    const created = await runner.create(TaskRuns, taskRun(name));
    await runner.updateStatus(TaskRuns, {
      ...created,
      status: finishedStatus(imageResults(repository, digest)),
    });
    await controllers.idle();
    await controllers.stop();
    const { metadata } = await runner.get(TaskRuns, 'default', name);
    assert.equal(metadata.annotations?.[signedAnnotation], 'true');
    for (const program of programs) {
      const common = ['--key', 'k.pub', '--insecure-ignore-tlog=true', `${repository}@${digest}`];
      for (const args of [
        ['verify', ...common],
        ['verify-attestation', '--type', type, ...common],
      ]) {
        const { status, stderr } = await run(program, args, cwd);
        assert.equal(status, 0, `${program} ${args.join(' ')}\n${stderr}`);
      }
    }
  }
});

function run(program: string, args: string[], cwd: string): Promise<{ status: number; stderr: string }> {
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      { cwd, env: { PATH: process.env.PATH, HOME: cwd }, timeout: 60_000 },
      (error, _, stderr) => resolve({ status: error === null ? 0 : 1, stderr }),
    );
  });
}
