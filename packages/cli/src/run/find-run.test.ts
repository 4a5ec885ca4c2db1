import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { adminIdentity, createStore, ManualClock, type Store } from '@assay/kube';
import { PipelineRuns, TaskRuns, tektonApiVersion } from '@assay/tekton';
import { findRun, ownRuns, parseRunName } from './find-run.ts';

let store: Store;
before(async () => {
  const clock = new ManualClock();
  store = createStore({ path: ':memory:', resources: [PipelineRuns, TaskRuns], clock });
  const client = store.client(adminIdentity);
  const create = async (kind: 'TaskRun' | 'PipelineRun', name: string, owner?: string) => {
    const ownerReferences = owner
      ? [{ apiVersion: tektonApiVersion, kind: 'PipelineRun', name: owner, uid: 'u', controller: true }]
      : [];
    await client.create((kind === 'TaskRun' ? TaskRuns : PipelineRuns) as typeof TaskRuns, {
      apiVersion: tektonApiVersion,
      kind,
      metadata: { name, namespace: 'default', ownerReferences },
      spec: {},
    });
    clock.advance(1000);
  };
  await create('TaskRun', 'both');
  await create('PipelineRun', 'both');
  await create('TaskRun', 'last');
  await create('TaskRun', 'child', 'both');
});
after(() => store.close());

test('a name may say its kind, in the ways that people write it', () => {
  assert.deepEqual(parseRunName('x'), { name: 'x' });
  for (const text of ['tr/x', 'taskrun/x', 'taskrun.tekton.dev/x', 'TaskRun/x'])
    assert.deepEqual(parseRunName(text), { kind: 'TaskRun', name: 'x' });
  assert.deepEqual(parseRunName('pr/x'), { kind: 'PipelineRun', name: 'x' });
  for (const text of ['pod/x', 'tr/', '/x']) assert.throws(() => parseRunName(text), { code: 'Usage' });
});

test('a PipelineRun goes before a TaskRun of its name', async () => {
  const client = store.client(adminIdentity);
  assert.equal((await findRun(client, 'default', 'both')).kind, 'PipelineRun');
  assert.equal((await findRun(client, 'default', 'tr/both')).kind, 'TaskRun');
});

test('the last run is one that somebody started', async () => {
  const client = store.client(adminIdentity);
  assert.equal((await findRun(client, 'default', undefined)).metadata.name, 'last');
  assert.deepEqual(
    (await ownRuns(client, 'default')).map(({ kind, metadata }) => `${kind} ${metadata.name}`),
    ['TaskRun both', 'PipelineRun both', 'TaskRun last'],
  );
});

test('a run that is not there is told with those that are', async () => {
  const client = store.client(adminIdentity);
  await assert.rejects(findRun(client, 'default', 'nope'), {
    code: 'RunNotFound',
    exitCode: 5,
    hint: /last, both/,
  });
  await assert.rejects(findRun(client, 'other', undefined), { code: 'RunNotFound' });
});
