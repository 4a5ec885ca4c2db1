import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';
import {
  adminIdentity,
  type Client,
  createStore,
  gateIdentity,
  getCondition,
  ManualClock,
  observerIdentity,
  runnerIdentity,
  type Store,
} from '@assay/kube';
import { type Snapshot, Snapshots } from '@assay/policy';
import { type PipelineRun, PipelineRuns } from '@assay/tekton';
import { type Component, Components } from '../resources/component.ts';
import { integrationLabels } from '../resources/labels.ts';
import { createSnapshotController } from './snapshot-controller.ts';

const namespace = 'default';
const image = (digit: string) => `registry.example/team/app@sha256:${digit.repeat(64)}`;
const clock = new ManualClock('2026-06-01T12:00:00Z');
let store: Store;
let client: Client;
let gate: Client;

beforeEach(async () => {
  store = createStore({ path: ':memory:', resources: [PipelineRuns, Components, Snapshots], clock });
  client = store.client(adminIdentity);
  gate = store.client(gateIdentity);
  await component('web');
  await component('api', { status: { lastPromotedImage: image('b'), lastBuiltCommit: 'c0ffee' } });
  await component('new');
  await component('elsewhere', { application: 'other', status: { lastPromotedImage: image('e') } });
});

async function component(name: string, more: { application?: string; status?: Component['status'] } = {}) {
  const { application = 'shop', status } = more;
  const created = await client.create(Components, {
    apiVersion: 'appstudio.redhat.com/v1alpha1',
    kind: 'Component',
    metadata: { name, namespace },
    spec: { application, componentName: name, source: { git: { url: `https://git.example/${name}` } } },
  });
  if (status) await gate.updateStatus(Components, { ...created, status });
}

interface BuildOptions {
  name?: string;
  component?: string;
  signed?: boolean;
  succeeded?: boolean;
  labels?: Record<string, string>;
  results?: Record<string, string>;
  startTime?: string;
}

function build(options: BuildOptions = {}): PipelineRun {
  const { name = 'build-1', signed = true, succeeded = true, startTime = '2026-06-01T11:58:00Z' } = options;
  const results = {
    IMAGE_URL: 'registry.example/team/app:tag\n',
    IMAGE_DIGEST: `sha256:${'a'.repeat(64)}`,
    'CHAINS-GIT_URL': 'https://git.example/web',
    'CHAINS-GIT_COMMIT': 'beef',
    ...options.results,
  };
  return {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    metadata: {
      name,
      namespace,
      uid: `uid-of-${name}`,
      creationTimestamp: startTime,
      labels: {
        [integrationLabels.pipelineType]: 'build',
        [integrationLabels.application]: 'shop',
        [integrationLabels.component]: options.component ?? 'web',
        'custom.appstudio.openshift.io/team': 'blue',
        'pipelinesascode.tekton.dev/sha': 'beef',
        ...options.labels,
      },
      annotations: signed ? { 'chains.tekton.dev/signed': 'true' } : {},
    },
    spec: {},
    status: {
      startTime,
      completionTime: '2026-06-01T11:59:00Z',
      conditions: [{ type: 'Succeeded', status: succeeded ? 'True' : 'False', reason: 'x' }],
      results: Object.entries(results).map(([key, value]) => ({ name: key, value })),
    },
  };
}

/** Stores the run as its authors would have left it, unless it is there, and lets the controller see to it. */
async function reconcile(run: PipelineRun, through: Client = gate): Promise<PipelineRun> {
  const { name, annotations = {} } = run.metadata;
  const key = { namespace, name: name! };
  const stored = await client.get(PipelineRuns, namespace, key.name).catch(async () => {
    await client.create(PipelineRuns, { ...run, metadata: { ...run.metadata, annotations: {} } });
    await store
      .client(runnerIdentity)
      .patch(PipelineRuns, namespace, key.name, { status: run.status }, { subresource: 'status' });
    return store
      .client(observerIdentity)
      .patch(PipelineRuns, namespace, key.name, { metadata: { annotations } });
  });
  await createSnapshotController({ client: through, clock }).reconcile(key, stored);
  return client.get(PipelineRuns, namespace, key.name);
}

async function snapshots(): Promise<Snapshot[]> {
  return (await client.list(Snapshots)).items;
}

test('a signed build becomes a Snapshot of the candidates with the new image in place', async () => {
  const run = await reconcile(build());
  const [snapshot, ...more] = await snapshots();
  assert.equal(more.length, 0);
  assert.deepEqual(snapshot!.spec, {
    application: 'shop',
    components: [
      {
        name: 'api',
        containerImage: image('b'),
        source: { git: { url: 'https://git.example/api', revision: 'c0ffee' } },
      },
      {
        name: 'web',
        containerImage: image('a'),
        source: { git: { url: 'https://git.example/web', revision: 'beef' } },
      },
    ],
  });
  assert.match(snapshot!.metadata.name!, /^shop-20260601-115900-000-[a-z0-9]{2}$/);
  assert.equal(run.metadata.annotations![integrationLabels.snapshot], snapshot!.metadata.name);
  const { labels } = snapshot!.metadata;
  assert.equal(labels![integrationLabels.buildPipelineRun], 'build-1');
  assert.equal(labels!['pac.test.appstudio.openshift.io/sha'], 'beef');
  assert.equal(labels!['custom.appstudio.openshift.io/team'], 'blue');
});

test('without a required test a Snapshot has passed at once', async () => {
  await reconcile(build());
  const [{ status } = {} as Snapshot] = await snapshots();
  assert.equal(getCondition(status?.conditions, 'AppStudioTestSucceeded')?.reason, 'Passed');
  assert.equal(getCondition(status?.conditions, 'AppStudioIntegrationStatus')?.reason, 'Finished');
});

test('a pushed image is the candidate of its component', async () => {
  await reconcile(build());
  const { status } = await client.get(Components, namespace, 'web');
  assert.deepEqual(status, { lastPromotedImage: image('a'), lastBuiltCommit: 'beef' });
});

test('the build of a pull request makes a Snapshot and no candidate', async () => {
  await reconcile(build({ labels: { [integrationLabels.eventType]: 'pull_request' } }));
  assert.equal((await snapshots()).length, 1);
  assert.equal((await client.get(Components, namespace, 'web')).status?.lastPromotedImage, undefined);
});

test('an older build that ends later does not take the place of a newer candidate', async () => {
  await reconcile(build({ name: 'newer', startTime: '2026-06-01T11:58:30Z' }));
  await reconcile(
    build({
      name: 'older',
      startTime: '2026-06-01T11:50:00Z',
      results: { IMAGE_DIGEST: `sha256:${'c'.repeat(64)}` },
    }),
  );
  assert.equal((await client.get(Components, namespace, 'web')).status?.lastPromotedImage, image('a'));
  assert.equal((await snapshots()).length, 2);
});

for (const [name, options] of [
  ['is not signed yet', { signed: false }],
  ['failed', { succeeded: false }],
  ['is no build', { labels: { [integrationLabels.pipelineType]: 'test' } }],
] as const) {
  test(`a run that ${name} makes no Snapshot`, async () => {
    await reconcile(build(options));
    assert.deepEqual(await snapshots(), []);
  });
}

for (const [name, options, problem] of [
  ['no digest', { results: { IMAGE_DIGEST: 'latest' } }, /IMAGE_DIGEST is no digest/],
  ['no image', { results: { IMAGE_URL: '' } }, /no result IMAGE_URL/],
  ['an image that is none', { results: { IMAGE_URL: 'NOT AN IMAGE' } }, /IMAGE_URL is no image/],
  ['a component that is not there', { component: 'gone' }, /no component gone/],
  [
    'a component of another application',
    { component: 'elsewhere' },
    /no component elsewhere of the application shop/,
  ],
] as const) {
  test(`a build with ${name} says why there is no Snapshot`, async () => {
    const run = await reconcile(build(options));
    assert.deepEqual(await snapshots(), []);
    assert.match(run.metadata.annotations![integrationLabels.snapshotCreationReport]!, problem);
  });
}

suite('killed before or after any write', () => {
  for (let kill = 1; kill <= 5; kill += 1) {
    test(`write ${kill}: one Snapshot in the end, the same`, async () => {
      let writes = 0;
      const dying = new Proxy(gate, {
        get(target, property) {
          const value = Reflect.get(target, property) as unknown;
          if (typeof value !== 'function') return value;
          return async (...args: unknown[]) => {
            const isWrite = ['create', 'patch', 'updateStatus'].includes(String(property));
            if (isWrite) writes += 1;
            if (isWrite && writes === kill) throw new Error('killed');
            return (value as (...given: unknown[]) => unknown).apply(target, args);
          };
        },
      });
      await reconcile(build(), dying).catch((error: Error) => assert.equal(error.message, 'killed'));
      await reconcile(build());
      const run = await reconcile(build());
      const [snapshot, ...more] = await snapshots();
      assert.equal(more.length, 0);
      assert.equal(run.metadata.annotations![integrationLabels.snapshot], snapshot!.metadata.name);
      assert.equal(getCondition(snapshot!.status?.conditions, 'AppStudioTestSucceeded')?.status, 'True');
    });
  }
});
