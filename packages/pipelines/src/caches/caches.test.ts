import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it, test } from 'node:test';
import { ServiceAccounts, systemClock } from '@assay/kube';
import type { TaskRun, TaskRunSpec } from '@assay/tekton';
import { noContainers, TaskRunBench, verdict } from '../taskrun/testing/task-run-bench.ts';
import { cacheAnnotation, cacheRequests } from './cache-requests.ts';
import { CacheStore, listCaches, retireCache } from './cache-store.ts';

const annotated = (text: string, more: Record<string, string> = {}) =>
  ({ metadata: { annotations: { [cacheAnnotation]: text, ...more } } }) as unknown as TaskRun;

test('an annotation names workspaces and keys', () => {
  assert.deepEqual(cacheRequests(annotated('go=go-modules, npm')), [
    { workspace: 'go', key: 'go-modules' },
    { workspace: 'npm', key: 'npm' },
  ]);
  assert.deepEqual(cacheRequests({ metadata: {} } as TaskRun, { [cacheAnnotation]: 'a' }), [
    { workspace: 'a', key: 'a' },
  ]);
  assert.deepEqual(cacheRequests({ metadata: {} } as TaskRun), []);
});

test('an annotation that cannot be read is refused', () => {
  for (const text of ['=x', 'a=', 'a=b=c', 'a b', 'a,,b', 'a=x,b=x', 'a=x,a=y'])
    assert.throws(() => cacheRequests(annotated(text)), { reason: 'TaskRunValidationFailed' }, text);
});

test('a hermetic run has no caches, whether it or its Task says so', () => {
  const hermetic = { 'experimental.tekton.dev/execution-mode': 'hermetic' };
  assert.deepEqual(cacheRequests(annotated('go', hermetic)), []);
  assert.deepEqual(cacheRequests(annotated('go'), hermetic), []);
});

describe('a cache', { skip: noContainers }, () => {
  let bench: TaskRunBench;
  let store: CacheStore;
  const directory = () => join(bench.home, 'caches');
  before(async () => {
    bench = await TaskRunBench.start(({ home, sandbox }) => {
      const own = { directory: join(home, 'caches'), sandbox, clock: systemClock };
      store = new CacheStore({ ...own, limitBytes: 100_000 });
      return { caches: store };
    });
  });
  after(() => bench.stop());

  const script =
    'cat $(workspaces.go.path)/* 2>/dev/null || true; echo "$(params.word)" >>$(workspaces.go.path)/said';
  const spec = (word: string, more: Partial<TaskRunSpec> = {}): TaskRunSpec => ({
    params: [{ name: 'word', value: word }],
    workspaces: [{ name: 'go', emptyDir: {} }],
    taskSpec: {
      params: [{ name: 'word' }],
      workspaces: [{ name: 'go' }],
      steps: [{ name: 's', image: 'host', script, securityContext: { runAsUser: 1001 } }],
    },
    ...more,
  });
  const annotations = { [cacheAnnotation]: 'go=shared' };
  const said = async (name: string, given: TaskRunSpec, metadata: object = { annotations }) => {
    const ended = await bench.run(name, given, metadata);
    assert.match(verdict(ended), /^True/);
    return { log: await bench.log(ended, 'step-s'), caches: ended.status?.provenance?.caches, ended };
  };

  it('has what the run before it left, whoever its files belong to, and provenance says so', async () => {
    const first = await said('first', spec('one'));
    assert.equal(first.log, '');
    assert.deepEqual(first.caches, [{ workspace: 'go', key: 'shared' }]);
    const second = await said('second', spec('two'));
    assert.equal(second.log, 'one\n');
    const { name, uid } = first.ended.metadata;
    assert.deepEqual(second.caches, [{ workspace: 'go', key: 'shared', from: { taskRun: name, uid } }]);
    assert.equal((await said('third', spec('three'))).log, 'one\ntwo\n');
    assert.deepEqual(
      readdirSync(directory()).map((entry) => entry.split('_')[0]),
      ['default'],
    );
  });

  it('is another one under another service account or key, and none for a hermetic run or without asking', async () => {
    await bench.user.create(ServiceAccounts, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'other', namespace: 'default' },
    });
    assert.equal((await said('account', spec('x', { serviceAccountName: 'other' }))).log, '');
    assert.equal((await said('key', spec('x'), { annotations: { [cacheAnnotation]: 'go=other' } })).log, '');
    const hermetic = { ...annotations, 'experimental.tekton.dev/execution-mode': 'hermetic' };
    const alone = await said('hermetic', spec('x'), { annotations: hermetic });
    assert.deepEqual([alone.log, alone.caches], ['', undefined]);
    assert.equal((await said('none', spec('x'), {})).caches, undefined);
  });

  it('is not kept by a run that fails, nor when it is too large', async () => {
    const failing = spec('bad');
    failing.taskSpec!.steps![0]!.script = `${script}; exit 1`;
    assert.match(verdict(await bench.run('fails', failing, { annotations })), /^False StepFailed/);
    const large = spec('big');
    large.taskSpec!.steps![0]!.script =
      `${script}; head -c 200000 /dev/zero >$(workspaces.go.path)/zeros; cd $(workspaces.go.path); cat said >&2`;
    await said('large', large);
    assert.equal((await said('after', spec('x'))).log, 'one\ntwo\nthree\n');
  });

  it('is listed and can be taken away; what is left half done goes at the next start', async () => {
    const [cache] = listCaches(directory()).filter(
      ({ key, serviceAccount }) => key === 'shared' && serviceAccount === 'default',
    );
    assert.ok(cache && cache.bytes > 0);
    assert.equal(cache.savedBy.taskRun, 'after');
    const gone = retireCache(cache);
    assert.equal(existsSync(gone), true);
    mkdirSync(join(directory(), '.made-1-1'));
    await store.sweep();
    assert.ok(readdirSync(directory()).every((entry) => !entry.startsWith('.')));
    assert.equal((await said('again', spec('x'))).log, '');
  });
});
