import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSigner } from '@assay/attestation';
import {
  adminIdentity,
  type Client,
  createStore,
  gateIdentity,
  type Identity,
  ManualClock,
  Namespaces,
  runnerIdentity,
} from '@assay/kube';
import { type ContentStore, computeDigest, openLayoutStore } from '@assay/oci';
import { EnterpriseContractPolicies, Snapshots } from '@assay/policy';
import { PipelineRuns } from '@assay/tekton';
import { readPlan } from '../controller/judge-release.ts';
import { createReleaseController, type ReleaseControllerOptions } from '../controller/release-controller.ts';
import type { CopyPlan } from '../plan/copy-plan.ts';
import { type Release, Releases } from '../resources/release.ts';
import { ReleasePlans } from '../resources/release-plan.ts';
import { ReleasePlanAdmissions } from '../resources/release-plan-admission.ts';
import type { Judge, Judgement } from '../verdict/judge.ts';

const api = { apiVersion: 'appstudio.redhat.com/v1alpha1' };
export const sourceRepository = 'registry.test/team/web';
export const targetRepository = 'registry.test/released/web';

/** A team and a managed namespace with their consents, an image with evidence, and a judge that says what it is told. */
export interface World {
  admin: Client;
  as(identity: Identity): Client;
  content: ContentStore;
  clock: ManualClock;
  image: string;
  judgement: Judgement;
  options: ReleaseControllerOptions;
  /** What the gate's own client is wrapped in. */
  through(client: Client): void;
  release(
    name: string,
    more?: { releasePlan?: string; snapshot?: string; labels?: Record<string, string> },
  ): Promise<Release>;
  reconcile(name?: string): Promise<Release>;
  get(name?: string): Promise<Release>;
  planOf(name?: string): Promise<CopyPlan>;
  /** What the managed pipeline does: copies by the plan, and ends. */
  runPipeline(name?: string, outcome?: { copy?: boolean; succeeded?: boolean }): Promise<void>;
  remove(): void;
}

export async function createWorld(): Promise<World> {
  const clock = new ManualClock('2026-06-01T12:00:00Z');
  const directory = mkdtempSync(join(tmpdir(), 'assay-release-'));
  const resources = [
    PipelineRuns,
    Snapshots,
    Releases,
    ReleasePlans,
    ReleasePlanAdmissions,
    EnterpriseContractPolicies,
  ];
  const store = createStore({ path: ':memory:', resources, clock });
  const admin = store.client(adminIdentity);
  const content = openLayoutStore(directory);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const image = await pushImage(content, sourceRepository, 'one');
  for (const name of ['team', 'other', 'managed'])
    await admin.create(Namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await createConsents(admin);
  await createSnapshot(admin, 'shop-1', `${sourceRepository}@${image}`);
  let gate: Client = store.client(gateIdentity);
  const judge: Judge = { judge: async () => world.judgement };
  const options: ReleaseControllerOptions = {
    get client() {
      return gate;
    },
    clock,
    judge,
    signer: await loadSigner(String(privateKey.export({ type: 'pkcs8', format: 'pem' }))),
    verifierId: 'https://gate.test',
    store: () => content,
    planRepository: ({ namespace, name }) => `registry.test/releases/${namespace}/${name}`,
  };
  const get = (name = 'one') => admin.get(Releases, 'team', name);
  const world: World = {
    admin,
    as: (identity) => store.client(identity),
    content,
    clock,
    image,
    judgement: { result: 'passed', violations: [], policySha256: 'f'.repeat(64) },
    options,
    through(client) {
      gate = client;
    },
    release: (name, more = {}) => {
      const { releasePlan = 'shop', snapshot = 'shop-1', labels } = more;
      return admin.create(Releases, {
        ...api,
        kind: 'Release',
        metadata: { name, namespace: 'team', ...(labels && { labels }) },
        spec: { releasePlan, snapshot },
      });
    },
    get,
    async reconcile(name = 'one') {
      await createReleaseController(options).reconcile({ namespace: 'team', name }, await get(name));
      return get(name);
    },
    planOf: async (name = 'one') => readPlan((await get(name)).status!.artifacts!.copyPlan!, options),
    async runPipeline(name = 'one', { copy = true, succeeded = true } = {}) {
      const release = await get(name);
      if (copy) await copyByPlan(content, await world.planOf(name));
      const [namespace, run] = release.status!.managedProcessing!.pipelineRun!.split('/');
      const condition = succeeded
        ? { type: 'Succeeded', status: 'True', reason: 'Succeeded' }
        : { type: 'Succeeded', status: 'False', reason: 'Failed', message: 'Tasks Completed: 1 (Failed: 1)' };
      await store
        .client(runnerIdentity)
        .patch(
          PipelineRuns,
          namespace!,
          run!,
          { status: { conditions: [condition] } },
          { subresource: 'status' },
        );
    },
    remove() {
      store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  return world;
}

async function createConsents(admin: Client): Promise<void> {
  await admin.create(ReleasePlans, {
    ...api,
    kind: 'ReleasePlan',
    metadata: { name: 'shop', namespace: 'team' },
    spec: { application: 'shop', target: 'managed' },
  });
  await admin.create(ReleasePlanAdmissions, {
    ...api,
    kind: 'ReleasePlanAdmission',
    metadata: { name: 'shop', namespace: 'managed' },
    spec: {
      applications: ['shop'],
      origin: 'team',
      policy: 'production',
      environment: 'production',
      pipeline: { pipelineRef: { name: 'push-to-registry' }, serviceAccountName: 'release' },
      data: { mapping: { components: [{ name: 'web', repository: targetRepository, tags: ['1.0'] }] } },
    },
  });
  await admin.create(EnterpriseContractPolicies, {
    ...api,
    kind: 'EnterpriseContractPolicy',
    metadata: { name: 'production', namespace: 'managed' },
    spec: { sources: [{ policy: ['oci://registry.test/policy'] }] },
  });
}

export async function createSnapshot(admin: Client, name: string, containerImage: string): Promise<void> {
  await admin.create(Snapshots, {
    ...api,
    kind: 'Snapshot',
    metadata: { name, namespace: 'team' },
    spec: { application: 'shop', components: [{ name: 'web', containerImage }] },
  });
}

/** An image with a referrer and a tag of evidence; returns its digest. */
export async function pushImage(content: ContentStore, repository: string, what: string): Promise<string> {
  const digest = await pushManifest(content, repository, what);
  const { mediaType, size } = await content.resolve(repository, digest);
  await pushManifest(content, repository, `${what} referrer`, { subject: { mediaType, digest, size } });
  await pushManifest(content, repository, `${what} signature`, {}, `${digest.replace(':', '-')}.sig`);
  return digest;
}

/** A manifest with one layer of its own; returns its digest. */
export async function pushManifest(
  content: ContentStore,
  repository: string,
  what: string,
  more: Record<string, unknown> = {},
  tag?: string,
): Promise<string> {
  const config = await content.putBlob(repository, Buffer.from('{}'));
  const layer = await content.putBlob(repository, Buffer.from(what));
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const described = (type: string, { digest, size }: { digest: string; size: number }) => ({
    ...{ mediaType: type, digest, size },
  });
  const manifest = Buffer.from(
    JSON.stringify({
      ...{ schemaVersion: 2, mediaType, ...more },
      config: described('application/vnd.oci.image.config.v1+json', config),
      layers: [described('application/vnd.oci.image.layer.v1.tar', layer)],
    }),
  );
  const digest = computeDigest(manifest);
  await content.putManifest(repository, tag ?? digest, manifest, mediaType);
  return digest;
}

async function copyByPlan(content: ContentStore, plan: CopyPlan): Promise<void> {
  for (const { target, manifests, evidenceTags, tags, digest } of plan.images) {
    for (const { from, digest: one, mediaType, blobs } of manifests) {
      for (const blob of blobs) await content.putBlob(target, await content.getBlob(from, blob.digest));
      const { bytes } = await content.getManifest(from, one);
      await content.putManifest(target, one, bytes, mediaType);
    }
    for (const { tag, digest: held } of [...evidenceTags, ...tags.map((tag) => ({ tag, digest }))]) {
      const { bytes, descriptor } = await content.getManifest(target, held);
      await content.putManifest(target, tag, bytes, descriptor.mediaType);
    }
  }
}
