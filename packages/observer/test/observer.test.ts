// The whole way: a run ends in the API, the observer sees it, and evidence stands beside the image.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  loadSigner,
  parseEnvelope,
  parseStatement,
  readEvidence,
  verifyEnvelope,
  verifyImage,
} from '@assay/attestation';
import { createStore, observerIdentity, runnerIdentity, startControllers } from '@assay/kube';
import { type ContentStore, openLayoutStore } from '@assay/oci';
import { type PipelineRun, PipelineRuns, type TaskRun, TaskRuns } from '@assay/tekton';
import {
  createObserver,
  finalizers,
  localBuilderId,
  type ObserverConfig,
  type ObserverReport,
  payloadAnnotation,
  retriesAnnotation,
  runRecordName,
  signatureAnnotation,
  signedAnnotation,
} from '../src/index.ts';
import { commit, finishedStatus, imageResults, pipelineRun, succeeded, taskRun } from './runs.ts';

const signer = await loadSigner(
  generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString(),
);
const repository = 'localhost:5000/team/app';

async function pushImage(store: ContentStore, name = repository, text = 'x'): Promise<string> {
  const config = await store.putBlob(name, Buffer.from(JSON.stringify({ text })));
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = {
    schemaVersion: 2,
    mediaType,
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      digest: config.digest,
      size: config.size,
    },
    layers: [],
  };
  return (await store.putManifest(name, '1', Buffer.from(JSON.stringify(manifest)), mediaType)).digest;
}

interface Setup {
  config?: Partial<ObserverConfig>;
  contentStore?: (images: ContentStore) => (repository: string) => ContentStore;
}

function setUp(t: TestContext, options: Setup = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'assay-observer-'));
  const store = createStore({ path: ':memory:', resources: [TaskRuns, PipelineRuns] });
  const images = openLayoutStore(directory);
  const reports: ObserverReport[] = [];
  const faults: unknown[] = [];
  const client = store.client(runnerIdentity);
  const stops: (() => Promise<void>)[] = [];
  const start = (contentStore: (repository: string) => ContentStore = () => images) => {
    const observerClient = store.client(observerIdentity);
    const controllers = startControllers(
      observerClient,
      createObserver({
        client: observerClient,
        signer,
        contentStore: options.contentStore?.(images) ?? contentStore,
        config: { retryDelayMs: 5, ...options.config },
        report: (report) => reports.push(report),
      }),
      { onError: (error) => faults.push(error) },
    );
    stops.push(() => controllers.stop());
    return controllers;
  };
  t.after(async () => {
    for (const stop of stops) await stop();
    store.close();
    rmSync(directory, { recursive: true, force: true });
  });
  const finish = async (run: TaskRun, results = finishedStatus()) => {
    const created = await client.create(TaskRuns, run);
    return client.updateStatus(TaskRuns, { ...created, status: results });
  };
  return { client, images, reports, faults, start, finish };
}

async function until(what: () => boolean | Promise<boolean>, message: string): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (await what()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.fail(message);
}

test('a finished TaskRun is attested and its image signed, so that the image verifies', async (t) => {
  const { client, images, start, finish } = setUp(t);
  const controllers = start();
  const digest = await pushImage(images);
  await finish(taskRun('build'), finishedStatus(imageResults(repository, digest)));
  await controllers.idle();

  const run = await client.get(TaskRuns, 'default', 'build');
  const annotations = run.metadata.annotations ?? {};
  assert.equal(annotations[signedAnnotation], 'true');
  assert.equal(run.metadata.finalizers?.includes(finalizers.TaskRun) ?? false, false);
  const key = `taskrun-${run.metadata.uid}`;
  const payload = Buffer.from(annotations[payloadAnnotation(key)] ?? '', 'base64');
  const envelope = parseEnvelope(Buffer.from(annotations[signatureAnnotation(key)] ?? '', 'base64'));
  assert.equal(envelope.payload, payload.toString('base64'));
  assert.equal(verifyEnvelope(envelope, [signer.publicKey]), signer.publicKey);
  assert.equal(envelope.signatures[0]?.keyid, signer.publicKey.fingerprint);
  assert.deepEqual(parseStatement(payload).subject, [
    { name: repository, digest: { sha256: digest.slice(7) } },
  ]);

  const result = await verifyImage({
    store: images,
    image: { repository, reference: '1' },
    keys: [signer.publicKey],
    expected: { builderId: localBuilderId, sourceUri: 'https://git.example/team/app', sourceCommit: commit },
  });
  assert.deepEqual(
    result.checks.filter((check) => !check.passed),
    [],
  );
});

test('a run is kept by a finalizer until it was looked at, and a failed run is attested too', async (t) => {
  const { client, start } = setUp(t);
  const controllers = start();
  const created = await client.create(TaskRuns, taskRun('build'));
  await controllers.idle();
  const running = await client.get(TaskRuns, 'default', 'build');
  assert.deepEqual(running.metadata.finalizers, [finalizers.TaskRun]);
  await client.updateStatus(TaskRuns, {
    ...running,
    status: finishedStatus([], succeeded('False', 'StepFailed')),
  });
  await controllers.idle();
  const run = await client.get(TaskRuns, 'default', created.metadata.name ?? '');
  assert.equal(run.metadata.annotations?.[signedAnnotation], 'true');
  const payload = run.metadata.annotations?.[payloadAnnotation(`taskrun-${run.metadata.uid}`)] ?? '';
  const { predicate } = parseStatement(Buffer.from(payload, 'base64')) as {
    predicate: { runDetails?: { byproducts?: { name: string; content: string }[] } };
  };
  const record = predicate.runDetails?.byproducts?.find(({ name }) => name === runRecordName);
  assert.deepEqual(JSON.parse(Buffer.from(record?.content ?? '', 'base64').toString()), {
    attempts: 1,
    kind: 'TaskRun',
    reason: 'StepFailed',
    status: 'False',
  });
});

test('a run deleted before it ends loses the finalizer unsigned', async (t) => {
  const { client, start, reports } = setUp(t);
  const controllers = start();
  await client.create(TaskRuns, taskRun('build'));
  await controllers.idle();
  await client.delete(TaskRuns, 'default', 'build');
  await controllers.idle();
  await assert.rejects(client.get(TaskRuns, 'default', 'build'), { code: 'NotFound' });
  assert.deepEqual(
    reports.map(({ outcome }) => outcome),
    ['deleted-unfinished'],
  );
});

test('a PipelineRun waits for its TaskRuns and takes their images as its subjects', async (t) => {
  const { client, images, start, reports } = setUp(t);
  const controllers = start();
  const digest = await pushImage(images);
  const created = await client.create(PipelineRuns, pipelineRun('release'));
  const owner = {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    name: 'release',
    uid: created.metadata.uid ?? '',
    controller: true,
  };
  const child = await client.create(
    TaskRuns,
    taskRun('release-build', { labels: { 'tekton.dev/pipelineTask': 'build' }, ownerReferences: [owner] }),
  );
  const reference = {
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    name: 'release-build',
    pipelineTaskName: 'build',
  };
  const gone = { ...reference, name: 'release-gone' };
  const status: PipelineRun['status'] = {
    conditions: [succeeded('True', 'Completed')],
    startTime: '2026-01-01T00:00:00Z',
    completionTime: '2026-01-01T00:02:00Z',
    pipelineSpec: created.spec.pipelineSpec,
    childReferences: [reference, gone],
  };
  await client.updateStatus(PipelineRuns, {
    ...(await client.get(PipelineRuns, 'default', 'release')),
    status,
  });
  await controllers.idle();
  assert.equal(
    (await client.get(PipelineRuns, 'default', 'release')).metadata.annotations?.[signedAnnotation],
    undefined,
  );

  const latest = await client.get(TaskRuns, 'default', child.metadata.name ?? '');
  await client.updateStatus(TaskRuns, {
    ...latest,
    status: finishedStatus(imageResults(repository, digest)),
  });
  await controllers.idle();
  const run = await client.get(PipelineRuns, 'default', 'release');
  assert.equal(run.metadata.annotations?.[signedAnnotation], 'true');
  assert.deepEqual(
    reports.map(({ kind, outcome }) => `${kind} ${outcome}`),
    ['TaskRun signed', 'PipelineRun signed'],
  );
  assert.deepEqual(reports[1]?.observation?.statement.subject, [
    { name: repository, digest: { sha256: digest.slice(7) } },
  ]);
  assert.deepEqual(reports[1]?.observation?.signedImages, []);
  const evidence = await readEvidence({ store: images, repository, digest });
  assert.deepEqual(evidence.map(({ form, kind }) => `${form} ${kind}`).sort(), [
    'att attestation',
    'att attestation',
    'bundle attestation',
    'bundle attestation',
    'bundle signature',
    'sig signature',
  ]);
});

test('two runs that make the same digest both leave their provenance', async (t) => {
  const { images, start, finish } = setUp(t);
  const controllers = start();
  const digest = await pushImage(images);
  for (const name of ['first', 'second', 'third'])
    await finish(taskRun(name), finishedStatus(imageResults(repository, digest)));
  await controllers.idle();
  const evidence = await readEvidence({ store: images, repository, digest });
  const count = (form: string, kind: string) =>
    evidence.filter((piece) => piece.form === form && piece.kind === kind).length;
  assert.deepEqual([count('bundle', 'attestation'), count('att', 'attestation')], [3, 3]);
  assert.deepEqual([count('bundle', 'signature') >= 1, count('sig', 'signature') >= 1], [true, true]);
});

test('subjects that no registry holds are attested and reported, not failed', async (t) => {
  const { client, start, finish, reports } = setUp(t);
  const controllers = start();
  const value = { uri: 'pkg:generic/report@1', digest: `sha256:${'a'.repeat(64)}`, isBuildArtifact: 'true' };
  await finish(
    taskRun('report'),
    finishedStatus([
      { name: 'report-ARTIFACT_OUTPUTS', value },
      { name: 'bad-IMAGE_URL', value: 'x' },
    ]),
  );
  await controllers.idle();
  assert.equal(
    (await client.get(TaskRuns, 'default', 'report')).metadata.annotations?.[signedAnnotation],
    'true',
  );
  assert.deepEqual(reports[0]?.observation?.unplaced, ['pkg:generic/report@1']);
  assert.match(reports[0]?.observation?.warnings.map(({ message }) => message).join() ?? '', /is missing/);
});

test('a store that fails is tried five times, then the run is marked as failed', async (t) => {
  const failing = () => {
    throw new Error('no such registry');
  };
  const { client, start, finish, reports } = setUp(t, { contentStore: () => failing });
  start();
  await finish(taskRun('build'), finishedStatus(imageResults(repository, `sha256:${'b'.repeat(64)}`)));
  await until(
    async () =>
      (await client.get(TaskRuns, 'default', 'build')).metadata.annotations?.[signedAnnotation] === 'failed',
    'never marked as failed',
  );
  const annotations = (await client.get(TaskRuns, 'default', 'build')).metadata.annotations ?? {};
  assert.equal(annotations[retriesAnnotation], '3');
  await until(() => reports.length === 5, 'five reports');
  assert.deepEqual(
    reports.map(({ outcome }) => outcome),
    ['retry', 'retry', 'retry', 'retry', 'failed'],
  );
  assert.match(reports[0]?.error?.message ?? '', /no such registry/);
});

test('an attempt cut off in the middle is completed by the next, without a second statement', async (t) => {
  for (const cut of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]) {
    const { client, images, start, finish } = setUp(t);
    const digest = await pushImage(images);
    // Fails every write from the cut-th on, as a process that was killed there would.
    let writes = 0;
    const cutOff = new Proxy(images, {
      get(target, name) {
        const member = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => {
          if (String(name).startsWith('put') && ++writes >= cut) throw new Error('killed');
          return Reflect.apply(member, target, args);
        };
      },
    });
    const first = start(() => cutOff);
    await finish(taskRun('build'), finishedStatus(imageResults(repository, digest)));
    await first.idle();
    await first.stop();
    start();
    await until(
      async () =>
        (await client.get(TaskRuns, 'default', 'build')).metadata.annotations?.[signedAnnotation] === 'true',
      `cut ${cut}: never signed`,
    );
    const evidence = await readEvidence({ store: images, repository, digest });
    assert.deepEqual(
      evidence.map(({ form, kind }) => `${form} ${kind}`).sort(),
      ['att attestation', 'bundle attestation', 'bundle signature', 'sig signature'],
      `cut at write ${cut}`,
    );
  }
});

test('runs of other engines and other namespaces are left alone', async (t) => {
  const { client, start, finish } = setUp(t, { config: { namespaces: ['default'] } });
  const controllers = start();
  const foreign = taskRun('foreign');
  await finish({ ...foreign, spec: { ...foreign.spec, managedBy: 'someone.example/else' } });
  await controllers.idle();
  const { annotations, finalizers: kept } = (await client.get(TaskRuns, 'default', 'foreign')).metadata;
  assert.deepEqual([annotations?.[signedAnnotation], kept?.length ?? 0], [undefined, 0]);
});

test('an image that only the PipelineRun names is signed with it', async (t) => {
  const { client, images, start, reports } = setUp(t);
  const controllers = start();
  const digest = await pushImage(images);
  const created = await client.create(PipelineRuns, pipelineRun('release'));
  const results = [{ name: 'IMAGES', value: `${repository}@${digest}` }];
  await client.updateStatus(PipelineRuns, { ...created, status: { conditions: [succeeded()], results } });
  await controllers.idle();
  assert.deepEqual(reports[0]?.observation?.signedImages, [`${repository}@${digest}`]);
  const evidence = await readEvidence({ store: images, repository, digest });
  assert.equal(evidence.filter(({ kind }) => kind === 'signature').length, 2);
});

test('a run whose own annotations leave no room is signed all the same, beside the image', async (t) => {
  const { client, images, start, finish } = setUp(t, {});
  const controllers = start();
  const digest = await pushImage(images);
  const run = taskRun('build');
  const own = { 'team.example/notes': 'x'.repeat(254 * 1024) };
  await finish(
    { ...run, metadata: { ...run.metadata, annotations: own } },
    finishedStatus(imageResults(repository, digest)),
  );
  await controllers.idle();
  const { annotations } = (await client.get(TaskRuns, 'default', 'build')).metadata;
  assert.deepEqual(Object.keys(annotations ?? {}).sort(), [signedAnnotation, 'team.example/notes']);
  assert.equal(annotations![signedAnnotation], 'true');
  assert.equal((await readEvidence({ store: images, repository, digest })).length, 4);
});

test('a statement too large for an annotation still stands beside the image', async (t) => {
  const { client, images, start, finish } = setUp(t, { config: { maxAnnotationBytes: 100 } });
  const controllers = start();
  const digest = await pushImage(images);
  await finish(taskRun('build'), finishedStatus(imageResults(repository, digest)));
  await controllers.idle();
  const { annotations } = (await client.get(TaskRuns, 'default', 'build')).metadata;
  assert.deepEqual(Object.keys(annotations ?? {}), [signedAnnotation]);
  assert.equal((await readEvidence({ store: images, repository, digest })).length, 4);
});
