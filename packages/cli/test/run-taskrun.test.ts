import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ConfigMaps, PersistentVolumeClaims, Secrets } from '@assay/kube';
import { annotations, type TaskRun, type TaskRunSpec, TaskRuns, type TaskSpec } from '@assay/tekton';
import { EmbeddedFactory, type EndedTaskRun } from './testing/embedded-factory.ts';
import { pause } from './testing/factory-home.ts';

const image = 'localhost/toolbox';
let factory: EmbeddedFactory;

before(async () => {
  factory = await EmbeddedFactory.start();
});
after(() => factory.stop());

/** Runs an embedded Task. */
function run(
  taskSpec: TaskSpec,
  spec: TaskRunSpec = {},
  metadata: TaskRun['metadata'] = {},
): Promise<EndedTaskRun> {
  return factory.run({ taskSpec, ...spec }, metadata);
}

/** Runs one script. */
function script(text: string, step: Record<string, unknown> = {}, spec: TaskRunSpec = {}) {
  return run({ steps: [{ name: 'main', image, script: text, ...step }] }, spec);
}

function succeeded(ended: EndedTaskRun): EndedTaskRun {
  assert.equal(ended.verdict, 'True Succeeded', `${ended.message}\n${ended.log}`);
  return ended;
}

const stepsOf = ({ taskRun }: EndedTaskRun) =>
  (taskRun.status?.steps ?? []).map((step) => [step.name, step.terminated?.exitCode, step.terminationReason]);

describe('params and results', { concurrency: 4 }, () => {
  test('params of all three types reach args, script and env', async () => {
    const { log } = succeeded(
      await run(
        {
          params: [
            { name: 'text', type: 'string' },
            { name: 'list', type: 'array' },
            { name: 'map', type: 'object', properties: { a: { type: 'string' }, b: { type: 'string' } } },
            { name: 'unset', type: 'string', default: 'by default' },
          ],
          steps: [
            {
              name: 'args',
              image,
              command: ['printf', '<%s>'],
              args: ['$(params.text)', '$(params.list[*])', '$(params["map"].a)', '$(params.list[1])'],
            },
            {
              name: 'script',
              image,
              env: [{ name: 'B', value: '$(params.map.b)' }],
              script: 'echo "$B" "$(params.unset)"',
            },
          ],
        },
        {
          params: [
            { name: 'text', value: 'a $(not) "b" $HOME' },
            { name: 'list', value: ['one', 'two words'] },
            { name: 'map', value: { a: 'x', b: 'y' } },
          ],
        },
      ),
    );
    assert.equal(log, '<a $(not) "b" $HOME><one><two words><x><two words>\ny by default');
  });

  test('results are strings, arrays and objects, and a missing key fails the run', async () => {
    const results: TaskSpec['results'] = [
      { name: 'text' },
      { name: 'list', type: 'array' },
      { name: 'map', type: 'object', properties: { a: {}, b: {} } },
    ];
    const write = `printf 'two\\nlines' >$(results.text.path)
      printf '["x", "y z"]' >$(results.list.path)`;
    const all = succeeded(
      await run({
        results,
        steps: [{ image, script: `${write}\nprintf '{"a":"1","b":"2"}' >$(results.map.path)` }],
      }),
    );
    assert.deepEqual(all.results, { text: 'two\nlines', list: ['x', 'y z'], map: { a: '1', b: '2' } });
    const incomplete = await run({
      results,
      steps: [{ image, script: `${write}\nprintf '{"a":"1"}' >$(results.map.path)` }],
    });
    assert.equal(incomplete.verdict, 'False TaskRunValidationFailed');
    assert.match(incomplete.message, /map/);
  });

  test('a later step uses the results of an earlier one, in args, env and when', async () => {
    const ended = succeeded(
      await run({
        results: [{ name: 'lifted', value: '$(steps.first.results.color)' }],
        steps: [
          {
            name: 'first',
            image,
            results: [{ name: 'color' }],
            script: 'printf "dark red" >$(step.results.color.path)',
          },
          {
            name: 'second',
            image,
            env: [{ name: 'COLOR', value: 'env $(steps.first.results.color)' }],
            command: ['sh', '-c', 'echo "$1, $COLOR"', 'sh'],
            args: ['$(steps.first.results.color)'],
          },
          {
            name: 'unwanted',
            image,
            when: [{ input: '$(steps.first.results.color)', operator: 'in', values: ['blue'] }],
            script: 'exit 9',
          },
        ],
      }),
    );
    assert.equal(ended.log, 'dark red, env dark red');
    assert.deepEqual(ended.results, { lifted: 'dark red' });
    assert.deepEqual(stepsOf(ended).at(-1), ['unwanted', 0, 'Skipped']);
  });

  test('a result that is a symbolic link to a file of the host is refused', async () => {
    const ended = await run({
      results: [{ name: 'stolen' }],
      steps: [{ image, script: 'ln -s /etc/hostname $(results.stolen.path)' }],
    });
    assert.equal(ended.verdict, 'False TaskRunValidationFailed');
    assert.match(ended.message, /symbolic link/);
    assert.deepEqual(ended.results, {});
  });
});

describe('commands', { concurrency: 4 }, () => {
  test('a script runs under its shebang, or sh when it has none', async () => {
    const { log } = succeeded(
      await run({
        steps: [
          { image, script: '#!/usr/bin/env python3\nprint(6 * 7)' },
          { image, script: 'echo "plain $0" | tr a-z A-Z | cut -c1-6' },
          { image, script: '#!/bin/bash\necho "$# $1"', args: ['a b', 'c'] },
        ],
      }),
    );
    assert.equal(log, '42\nPLAIN \n2 a b');
  });

  test('a script without shebang stops at the first command that fails', async () => {
    const ended = await script('false\necho not reached');
    assert.equal(ended.verdict, 'False StepFailed');
    assert.equal(ended.log, '');
  });

  test('command and args, args to what the image runs, and neither', async () => {
    const { log, taskRun } = succeeded(
      await run({
        steps: [
          { image, command: ['echo', 'command'], args: ['args'] },
          { image, args: ['-c', 'echo by the image'] },
          { image },
        ],
      }),
    );
    assert.match(log, /^command args\nby the image/);
    assert.ok(taskRun.status?.steps?.every(({ imageID }) => /@sha256:[0-9a-f]{64}$/.test(imageID ?? '')));
  });

  test('a command that is not there fails its step, and says so in the log', async () => {
    const ended = await run({ steps: [{ name: 'main', image, command: ['no-such-program'] }] });
    assert.equal(ended.verdict, 'False StepFailed');
    assert.match(ended.log, /no-such-program/);
  });

  test('workingDir, absolute and below /workspace, and the stepTemplate', async () => {
    const { log } = succeeded(
      await run({
        stepTemplate: { image, env: [{ name: 'FROM', value: 'template' }], workingDir: '/usr' },
        steps: [
          { name: 'a', script: 'echo "$PWD $FROM"' },
          { name: 'b', workingDir: 'sub/dir', script: 'echo "$PWD $FROM"' },
          { name: 'c', env: [{ name: 'FROM', value: 'step' }], script: 'echo "$PWD $FROM"' },
        ],
      }),
    );
    assert.equal(log, '/usr template\n/workspace/sub/dir template\n/usr step');
  });
});

describe('environment and volumes', { concurrency: 4 }, () => {
  before(async () => {
    const { client } = factory.factory;
    await client.create(ConfigMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: 'default', name: 'settings' },
      data: { color: 'red', size: 'large' },
    });
    await client.create(Secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace: 'default', name: 'credentials' },
      data: { password: Buffer.from('hunter2').toString('base64') },
    });
  });

  test('env from ConfigMap and Secret, whole and by key', async () => {
    const { log } = succeeded(
      await script('echo "$C $P $S_color $S_size ${MISSING-unset} $POD"', {
        envFrom: [{ prefix: 'S_', configMapRef: { name: 'settings' } }],
        env: [
          { name: 'C', valueFrom: { configMapKeyRef: { name: 'settings', key: 'color' } } },
          { name: 'P', valueFrom: { secretKeyRef: { name: 'credentials', key: 'password' } } },
          {
            name: 'MISSING',
            valueFrom: { secretKeyRef: { name: 'credentials', key: 'absent', optional: true } },
          },
          { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
        ],
      }),
    );
    assert.equal(log, 'red hunter2 red large unset default');
  });

  test('a missing key or Secret fails the run before any step, and names it', async () => {
    const ended = await script('echo ran', {
      env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'nothing', key: 'a' } } }],
    });
    assert.equal(ended.verdict, 'False CreateContainerConfigError');
    assert.match(ended.message, /secret "nothing" not found/);
    assert.equal(ended.log, '');
  });

  test('workspaces: emptyDir, configMap, secret, and an optional one that is not bound', async () => {
    const { log } = succeeded(
      await run(
        {
          workspaces: [
            { name: 'scratch' },
            { name: 'settings', readOnly: true },
            { name: 'credentials', mountPath: '/credentials' },
            { name: 'cache', optional: true },
          ],
          steps: [
            {
              image,
              script: `echo "bound $(workspaces.scratch.bound) $(workspaces.cache.bound) [$(workspaces.cache.path)]"
                cat $(workspaces.settings.path)/color; echo
                cat /credentials/password; echo
                echo one >$(workspaces.scratch.path)/file
                if echo x 2>/dev/null >$(workspaces.settings.path)/color; then echo 'could write'; fi`,
            },
            { image, script: 'cat $(workspaces.scratch.path)/file' },
          ],
        },
        {
          workspaces: [
            { name: 'scratch', emptyDir: {} },
            { name: 'settings', configMap: { name: 'settings' } },
            { name: 'credentials', secret: { secretName: 'credentials' } },
          ],
        },
      ),
    );
    assert.equal(log, 'bound true false []\nred\nhunter2\none');
  });

  test("a volumeClaimTemplate gets a claim that is the run's, and its directory goes with it", async () => {
    const { client } = factory.factory;
    const ended = succeeded(
      await run(
        {
          workspaces: [{ name: 'data' }],
          steps: [{ image, script: 'echo kept >$(workspaces.data.path)/file' }],
        },
        {
          workspaces: [
            {
              name: 'data',
              subPath: 'deep/er',
              volumeClaimTemplate: { metadata: { name: 'tmpl' }, spec: {} },
            },
          ],
        },
      ),
    );
    const { items } = await client.list(PersistentVolumeClaims, { namespace: 'default' });
    const { metadata } = items.find((claim) => claim.metadata.name?.startsWith('tmpl-'))!;
    assert.equal(metadata.ownerReferences?.[0]?.uid, ended.taskRun.metadata.uid);
    const claims = join(factory.home.root, 'sandbox/claims');
    const directory = join(claims, `default_${metadata.name}_${metadata.uid}`);
    assert.ok(existsSync(join(directory, 'deep/er/file')));
    await client.delete(TaskRuns, 'default', ended.taskRun.metadata.name!);
    for (let waited = 0; existsSync(directory) && waited < 8000; waited += 20) await pause(20);
    assert.equal(existsSync(directory), false);
  });

  test('a required workspace that is not bound fails the run', async () => {
    const ended = await run({ workspaces: [{ name: 'source' }], steps: [{ image, script: 'echo ran' }] });
    assert.equal(ended.verdict, 'False TaskRunValidationFailed');
    assert.match(ended.message, /source/);
  });

  test('a sidecar shares localhost and volumes, and is stopped at the end', async () => {
    const ended = succeeded(
      await run({
        volumes: [{ name: 'pages', emptyDir: {} }],
        sidecars: [
          {
            name: 'server',
            image,
            volumeMounts: [{ name: 'pages', mountPath: '/pages' }],
            command: ['python3', '-m', 'http.server', '8000', '--bind', '127.0.0.1', '--directory', '/pages'],
          },
        ],
        steps: [
          {
            image,
            volumeMounts: [{ name: 'pages', mountPath: '/pages' }],
            script: `echo served >/pages/x
              until curl --silent --fail http://localhost:8000/x; do sleep 0.1; done`,
          },
        ],
      }),
    );
    assert.equal(ended.log, 'served');
    const [sidecar] = ended.taskRun.status!.sidecars!;
    assert.equal(sidecar?.name, 'server');
    assert.ok(sidecar?.terminated);
  });
});

describe('isolation that a Task asks for', { concurrency: 4 }, () => {
  test('runAsUser, a read-only root, and supplemental settings of the pod', async () => {
    const { log } = succeeded(
      await script(
        'id -u; id -g; if touch /x 2>/dev/null; then echo wrote; fi; touch /workspace/y && echo workspace',
        { securityContext: { runAsUser: 1001, readOnlyRootFilesystem: true } },
        { podTemplate: { securityContext: { runAsGroup: 1002 } } },
      ),
    );
    assert.equal(log, '1001\n1002\nworkspace');
  });

  test('a privileged step is refused, and so is root under runAsNonRoot', async () => {
    const privileged = await script('id', { securityContext: { privileged: true } });
    assert.equal(privileged.verdict, 'False PodCreationFailed');
    assert.match(privileged.message, /privileged/);
    const root = await script('id', { securityContext: { runAsNonRoot: true } });
    assert.equal(root.verdict, 'False CreateContainerConfigError');
  });

  test('a step that takes more memory than its limit ends as StepOOM', async () => {
    const ended = await script(
      '#!/usr/bin/env python3\nx = bytearray(200 << 20)\nx[::4096] = b"1" * len(x[::4096])',
      {
        computeResources: { limits: { memory: '64Mi' } },
      },
    );
    assert.equal(ended.verdict, 'False StepOOM');
    assert.match(ended.message, /"step-main" exited with code \d+: OOMKilled/);
    assert.equal(ended.taskRun.status?.steps?.[0]?.terminated?.reason, 'OOMKilled');
  });

  test('a hermetic run has a loopback and no registry', async () => {
    const { log } = succeeded(
      await run(
        {
          steps: [
            {
              image,
              script: `echo "hermetic $TEKTON_HERMETIC"; ls /sys/class/net
                curl --silent --max-time 3 http://${factory.factory.registryHost}/v2/ || echo cut off`,
            },
          ],
        },
        {},
        { annotations: { [annotations.executionMode]: 'hermetic' } },
      ),
    );
    assert.equal(log, 'hermetic 1\nlo\ncut off');
  });
});

describe('how runs end', { concurrency: 4 }, () => {
  test('a failed step skips those after it', async () => {
    const ended = await run({
      steps: [
        { name: 'a', image, script: 'exit 3' },
        { name: 'b', image, script: 'echo b' },
      ],
    });
    assert.equal(ended.verdict, 'False StepFailed');
    assert.equal(ended.message, '"step-a" exited with code 3: Error');
    assert.deepEqual(stepsOf(ended), [
      ['a', 3, 'Error'],
      ['b', 1, 'Skipped'],
    ]);
  });

  test('onError continue goes on, and later steps can read the exit code', async () => {
    const ended = succeeded(
      await run({
        steps: [
          { name: 'a', image, onError: 'continue', script: 'exit 7' },
          { name: 'b', image, script: 'cat $(steps.step-a.exitCode.path)' },
        ],
      }),
    );
    assert.equal(ended.log, '7');
    assert.deepEqual(stepsOf(ended)[0], ['a', 7, 'Continued']);
  });

  test('a step timeout ends the step alone', async () => {
    const ended = await script('echo started; sleep 30', { timeout: '700ms' });
    assert.equal(ended.verdict, 'False StepFailed');
    assert.match(ended.message, /"step-main" exited because the step exceeded the specified timeout limit/);
    assert.deepEqual(stepsOf(ended), [['main', 1, 'TimeoutExceeded']]);
    assert.equal(ended.log, 'started');
  });

  test('at its timeout a TaskRun gets TERM first', async () => {
    const ended = await script(
      'trap "echo got TERM; exit 0" TERM\necho started; sleep 30 & wait',
      {},
      { timeout: '1s' },
    );
    assert.equal(ended.verdict, 'False TaskRunTimeout');
    assert.match(ended.message, /failed to finish within "1s"/);
    assert.equal(ended.log, 'started\ngot TERM');
  });

  test('and KILL after the grace period when TERM does not help', async () => {
    const started = Date.now();
    const ended = await script('trap "" TERM\nwhile true; do sleep 1; done', {}, { timeout: '500ms' });
    assert.equal(ended.verdict, 'False TaskRunTimeout');
    const took = Date.now() - started;
    assert.ok(took > 5000 && took < 10_000, `took ${took} ms`);
  });

  test('retries keep every attempt, and stop at the first that succeeds', async () => {
    const taskSpec: TaskSpec = {
      steps: [
        {
          name: 'main',
          image,
          script: 'echo try $(context.task.retry-count); [ $(context.task.retry-count) = 2 ]',
        },
      ],
    };
    const ended = succeeded(await run(taskSpec, { retries: 3 }));
    assert.equal(ended.log, 'try 2');
    const { retriesStatus = [], podName } = ended.taskRun.status!;
    assert.equal(retriesStatus.length, 2);
    for (const { conditions, steps } of retriesStatus) {
      assert.equal(conditions?.[0]?.reason, 'StepFailed');
      assert.equal(steps?.[0]?.terminated?.exitCode, 1);
    }
    assert.equal(new Set([podName, ...retriesStatus.map((attempt) => attempt.podName)]).size, 3);
  });

  test('a cancelled run stops its step, ends as cancelled and is not retried', async () => {
    const created = await factory.create({
      retries: 2,
      taskSpec: { steps: [{ name: 'main', image, script: 'trap "exit 0" TERM\nsleep 30 & wait' }] },
    });
    await factory.until(TaskRuns, created, ({ status }) => status?.steps?.[0]?.running !== undefined);
    await factory.factory.client.patch(TaskRuns, 'default', created.metadata.name!, {
      spec: { status: 'TaskRunCancelled', statusMessage: 'Not needed.' },
    });
    const ended = await factory.ended(created);
    assert.equal(ended.verdict, 'False TaskRunCancelled');
    assert.equal(ended.message, `TaskRun "${created.metadata.name}" was cancelled. Not needed.`);
    assert.deepEqual(stepsOf(ended), [['main', 1, 'TaskRunCancelled']]);
    assert.equal(ended.taskRun.status?.retriesStatus, undefined);
  });

  test('an image that is nowhere, a Task that is nowhere, a param that is missing', async () => {
    const pull = await run({ steps: [{ name: 'main', image: 'localhost/no-such-image' }] });
    assert.equal(pull.verdict, 'False TaskRunImagePullFailed');
    assert.match(pull.message, /the step "main" could not get its image "localhost\/no-such-image"/);
    const task = await factory.run({ taskRef: { name: 'no-such-task' } });
    assert.equal(task.verdict, 'False TaskRunResolutionFailed');
    const param = await run({
      params: [{ name: 'needed' }],
      steps: [{ image, script: 'echo $(params.needed)' }],
    });
    assert.equal(param.verdict, 'False TaskRunValidationFailed');
    assert.match(param.message, /needed/);
    for (const ended of [pull, task, param]) assert.ok(ended.taskRun.status?.completionTime);
  });

  test('of all these runs nothing is left, and nothing went wrong behind the scenes', async () => {
    const attempts = join(factory.home.root, 'sandbox/attempts');
    for (let waited = 0; readdirSync(attempts).length > 0 && waited < 8000; waited += 50) await pause(50);
    assert.deepEqual(readdirSync(attempts), []);
    assert.deepEqual(factory.faults, []);
  });
});
