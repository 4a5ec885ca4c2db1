// The observer is killed at every one of its writes, to the API and to the registry, just before it takes effect or just
// after; another one then finishes the work.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadSigner, readEvidence, storedEnvelope } from '@assay/attestation';
import {
  type Client,
  createStore,
  observerIdentity,
  runnerIdentity,
  type Store,
  startControllers,
} from '@assay/kube';
import { type ContentStore, openLayoutStore } from '@assay/oci';
import { isDone, PipelineRuns, type TaskRun, TaskRuns } from '@assay/tekton';
import { createObserver, payloadAnnotation, signedAnnotation } from '../src/index.ts';
import { finishedStatus, imageResults, taskRun } from './runs.ts';

const signer = await loadSigner(
  generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString(),
);
const repositories = ['localhost:5000/team/app', 'localhost:5000/team/docs'];
const forms = ['att attestation', 'bundle attestation', 'bundle signature', 'sig signature'];

/** A process that ends at one of its writes: from then on nothing that it does takes effect. */
class Victim {
  readonly #dies: { at: number; when: 'before' | 'after' } | undefined;
  writes = 0;
  #dead = Promise.withResolvers<void>();
  readonly death = this.#dead.promise;
  #isDead = false;

  constructor(dies?: { at: number; when: 'before' | 'after' }) {
    this.#dies = dies;
  }

  /** The same object, as the process sees it. */
  sees<T extends object>(real: T, isWrite: (method: string) => boolean): T {
    return new Proxy(real, {
      get: (target, name) => {
        const member = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => {
          if (this.#isDead) throw new Error('killed');
          const call = () => Reflect.apply(member, target, args);
          return isWrite(String(name)) ? this.#write(call) : call();
        };
      },
    });
  }

  async #write(call: () => unknown): Promise<unknown> {
    this.writes++;
    if (this.writes !== this.#dies?.at) return await call();
    this.#isDead = true;
    if (this.#dies.when === 'after') await call();
    this.#dead.resolve();
    throw new Error('killed');
  }
}

function observe(store: Store, images: ContentStore, process = new Victim()) {
  const client = process.sees<Client>(store.client(observerIdentity), (name) => name === 'patch');
  const seen = process.sees<ContentStore>(images, (name) => name.startsWith('put'));
  return startControllers(client, createObserver({ client, signer, contentStore: () => seen }), {
    onError: () => {},
  });
}

async function pushImage(store: ContentStore, repository: string): Promise<string> {
  const { digest, size } = await store.putBlob(repository, Buffer.from(JSON.stringify({ repository })));
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size };
  const manifest = { schemaVersion: 2, mediaType, config, layers: [] };
  return (await store.putManifest(repository, '1', Buffer.from(JSON.stringify(manifest)), mediaType)).digest;
}

function imagesResult(digests: readonly string[]) {
  const value = repositories.map((repository, i) => `${repository}@${digests[i]}`).join(',');
  return [...imageResults(repositories[0]!, digests[0]!), { name: 'IMAGES', value }];
}

/** @returns how many writes the whole work takes, or at least how many were made before the death */
async function killAt(t: TestContext, dies?: { at: number; when: 'before' | 'after' }): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'assay-observer-'));
  const store = createStore({ path: ':memory:', resources: [TaskRuns, PipelineRuns] });
  t.after(() => {
    store.close();
    rmSync(directory, { recursive: true, force: true });
  });
  const images = openLayoutStore(directory);
  const digests = await Promise.all(repositories.map((repository) => pushImage(images, repository)));
  const runner = store.client(runnerIdentity);
  const read = () => runner.get(TaskRuns, 'default', 'build');
  const signed = async (controllers: { idle(): Promise<void> }) => {
    for (let i = 0; i < 400; i++) {
      await controllers.idle();
      const run = await read();
      if (run.metadata.annotations?.[signedAnnotation] === 'true') return run;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return assert.fail(`killed ${dies?.when} write ${dies?.at}: never signed`);
  };

  const first = new Victim(dies);
  const firstControllers = observe(store, images, first);
  const { metadata } = await runner.create(TaskRuns, taskRun('build'));
  await Promise.race([firstControllers.idle(), first.death]);
  const status = finishedStatus(imagesResult(digests));
  await runner.updateStatus(TaskRuns, { ...(await read()), status } as TaskRun);
  assert.ok(isDone(await read()));
  if (!dies) {
    await signed(firstControllers);
  } else await first.death;
  // What the statement tells of the run must not depend on which of the two observers wrote it.
  if (dies) await runner.patch(TaskRuns, 'default', 'build', { metadata: { labels: { late: 'yes' } } });

  const second = observe(store, images);
  const run = await signed(second);
  await Promise.all([firstControllers.stop(), second.stop()]);
  const annotation = run.metadata.annotations![payloadAnnotation(`taskrun-${metadata.uid}`)];
  const payloads = new Set([annotation]);
  for (const [i, repository] of repositories.entries()) {
    const evidence = await readEvidence({ store: images, repository, digest: digests[i]! });
    const place = `${repository}, killed ${dies?.when} write ${dies?.at}`;
    assert.deepEqual(evidence.map(({ form, kind }) => `${form} ${kind}`).sort(), forms, place);
    for (const piece of evidence) {
      assert.ok(piece.kind !== 'unreadable' && (await piece.verify([signer.publicKey])), place);
      if (piece.kind === 'attestation') payloads.add(Buffer.from(piece.payload).toString('base64'));
    }
    assert.ok(await storedEnvelope(evidence, signer, () => true));
  }
  assert.equal(payloads.size, 1, `killed ${dies?.when} write ${dies?.at}: signed under different content`);
  assert.deepEqual(run.metadata.finalizers ?? [], []);
  return first.writes;
}

test('killed at any write, the observer is taken over by the next, which completes every form with the same content', async (t) => {
  const writes = await killAt(t);
  assert.ok(writes > 10, `only ${writes} writes were seen`);
  for (let at = 1; at <= writes; at++) {
    for (const when of ['before', 'after'] as const) await killAt(t, { at, when });
  }
});

test('a tag that another process changes while the observer appends to it loses nothing', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'assay-observer-'));
  const store = createStore({ path: ':memory:', resources: [TaskRuns, PipelineRuns] });
  t.after(() => {
    store.close();
    rmSync(directory, { recursive: true, force: true });
  });
  const images = openLayoutStore(directory);
  const [repository = ''] = repositories;
  const digest = await pushImage(images, repository);
  const foreign = await images.putBlob(repository, Buffer.from('{}'));
  const changeTag = async (tag: string) => {
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    const config = { ...foreign, mediaType: 'application/vnd.oci.image.config.v1+json' };
    const manifest = { schemaVersion: 2, mediaType, config, layers: [foreign] };
    await images.putManifest(repository, tag, Buffer.from(JSON.stringify(manifest)), mediaType);
  };
  const changed = new Set<string>();
  const raced = new Proxy(images, {
    get(target, name) {
      const member = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        const tag = String(args[1]);
        if (name === 'putManifest' && /\.(att|sig)$/.test(tag) && !changed.has(tag)) {
          changed.add(tag);
          await changeTag(tag);
        }
        return Reflect.apply(member, target, args);
      };
    },
  });
  const runner = store.client(runnerIdentity);
  const created = await runner.create(TaskRuns, taskRun('build'));
  const status = finishedStatus(imageResults(repository, digest));
  await runner.updateStatus(TaskRuns, { ...created, status });
  const controllers = observe(store, raced);
  await controllers.idle();
  await controllers.stop();
  assert.equal(changed.size, 2);
  for (const tag of changed) {
    const { bytes } = await images.getManifest(repository, tag);
    const { layers } = JSON.parse(Buffer.from(bytes).toString()) as { layers: { digest: string }[] };
    assert.equal(layers.length, 2, tag);
    assert.equal(layers[0]?.digest, foreign.digest, tag);
  }
});
