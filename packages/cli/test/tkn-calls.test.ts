import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import {
  ApisApi,
  CustomObjectsApi,
  Exec,
  KubeConfig,
  type V1APIGroupList,
  type V1Status,
} from '@kubernetes/client-node';
import { FactoryHome } from './testing/factory-home.ts';
import { TknCalls } from './testing/tkn-calls.ts';

let home: FactoryHome;
let config: KubeConfig;
let tkn: TknCalls;
before(async () => {
  home = await FactoryHome.create();
  const up = await home.assay(['up']);
  assert.equal(up.code, 0, up.stderr);
  config = new KubeConfig();
  config.loadFromString((await home.assay(['kubeconfig'])).stdout);
  tkn = new TknCalls(config);
});
after(async () => {
  await home.assay(['down']);
  home.remove();
});

const step = (name: string, script: string) => ({
  name,
  image: 'localhost/toolbox',
  script: `#!/bin/sh\n${script}\n`,
});

function create(kind: 'TaskRun' | 'PipelineRun', name: string, spec: object): Promise<unknown> {
  const [group, version, namespace] = ['tekton.dev', 'v1', 'default'];
  const body = { apiVersion: 'tekton.dev/v1', kind, metadata: { name }, spec };
  const plural = `${kind.toLowerCase()}s`;
  const api = config.makeApiClient(CustomObjectsApi);
  return api.createNamespacedCustomObject({ group, version, namespace, plural, body });
}

test('discovery tells the versions of Tekton', async () => {
  const { groups }: V1APIGroupList = await config.makeApiClient(ApisApi).getAPIVersions();
  const tekton = groups.find(({ name }) => name === 'tekton.dev');
  assert.equal(tekton?.preferredVersion?.version, 'v1');
});

test('the logs of a TaskRun are followed from before it starts to its end', async () => {
  const steps = [step('one', 'echo a; sleep 0.5; echo b'), step('two', 'echo c')];
  await create('TaskRun', 'followed', { taskSpec: { steps } });
  assert.deepEqual(await tkn.taskRunLogs('default', 'followed'), [
    { task: 'followed', step: 'one', text: 'a\nb\n' },
    { task: 'followed', step: 'two', text: 'c\n' },
  ]);
});

test('a step that fails is told of, after its log', async () => {
  await create('TaskRun', 'failing', { taskSpec: { steps: [step('one', 'echo a; exit 1')] } });
  await assert.rejects(tkn.taskRunLogs('default', 'failing'), /container step-one has failed/);
});

test('the logs of a PipelineRun are followed through all its tasks', async () => {
  const task = (name: string, script: string, more: object = {}) => ({
    name,
    taskSpec: { steps: [step('main', script)] },
    ...more,
  });
  await create('PipelineRun', 'line', {
    pipelineSpec: {
      tasks: [
        task('first', 'echo 1; sleep 0.3; echo 2'),
        task('second', 'echo 3', { runAfter: ['first'] }),
        task('beside', 'echo beside'),
      ],
      finally: [task('last', 'echo done')],
    },
  });
  const logs = await tkn.pipelineRunLogs('default', 'line');
  assert.deepEqual(Object.fromEntries(logs.map(({ task, text }) => [task, text])), {
    first: '1\n2\n',
    second: '3\n',
    beside: 'beside\n',
    last: 'done\n',
  });
});

test('@kubernetes/client-node executes a command in a step', async () => {
  await create('TaskRun', 'entered', { taskSpec: { steps: [step('main', 'sleep 60')] } });
  const { promise: podRuns, resolve } = Promise.withResolvers<void>();
  const api = config.makeApiClient(CustomObjectsApi);
  const look = async () => {
    const { stdout } = await home.assay(['status', '-o', 'json']);
    if (/"entered"[^}]*"Running"/.test(stdout)) resolve();
    else setTimeout(look, 50);
  };
  await look();
  await podRuns;
  const [stdout, stderr, stdin] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const status = Promise.withResolvers<V1Status>();
  const words = Promise.all([text(stdout), text(stderr)]);
  const command = ['sh', '-c', 'read x; echo "got $x"; echo e >&2; exit 4'];
  const socket = await new Exec(config).exec(
    ...(['default', 'entered-pod', 'step-main'] as const),
    command,
    ...([stdout, stderr, stdin, false, status.resolve] as const),
  );
  stdin.write('it\n');
  const { reason, details } = await status.promise;
  assert.deepEqual([reason, details?.causes?.[0]?.message], ['NonZeroExitCode', '4']);
  stdout.end();
  stderr.end();
  assert.deepEqual(await words, ['got it\n', 'e\n']);
  socket.close();
  const at = { group: 'tekton.dev', version: 'v1', namespace: 'default', plural: 'taskruns' };
  await api.deleteNamespacedCustomObject({ ...at, name: 'entered' });
});
