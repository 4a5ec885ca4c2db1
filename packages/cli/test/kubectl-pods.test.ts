import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Pod } from '@assay/kube';
import { FactoryHome, pause } from './testing/factory-home.ts';
import { findKubectl, Kubectl, noKubectl } from './testing/kubectl.ts';

const program = findKubectl();

const taskRun = (name: string, steps: Record<string, string>, spec: object = {}, labels: object = {}) =>
  JSON.stringify({
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    metadata: { name, labels },
    spec: {
      taskSpec: {
        steps: Object.entries(steps).map(([step, script]) => ({
          name: step,
          image: 'localhost/toolbox',
          script: `#!/bin/sh\n${script}\n`,
        })),
      },
      ...spec,
    },
  });

describe('the pods of a factory', { skip: program === undefined && noKubectl }, () => {
  let home: FactoryHome;
  let kubectl: Kubectl;
  before(async () => {
    home = await FactoryHome.create();
    const up = await home.assay(['up']);
    assert.equal(up.code, 0, up.stderr);
    const { stdout } = await home.assay(['kubeconfig']);
    kubectl = new Kubectl(program!, join(home.root, home.write(stdout, 'kubeconfig')), home.root);
  });
  after(async () => {
    await home.assay(['down']);
    home.remove();
  });

  const ended = (name: string) => kubectl.run(`wait --for=condition=Succeeded tr/${name} --timeout=40s`);
  const ready = async (pod: string) => {
    for (const deadline = Date.now() + 40_000; Date.now() < deadline; await pause(50)) {
      if ((await kubectl.outcome(['get', 'pod', pod])).code === 0) break;
    }
    await kubectl.run(`wait --for=condition=Ready pod/${pod} --timeout=40s`);
  };
  const failed = (name: string) =>
    kubectl.run(`wait --for=condition=Succeeded=False tr/${name} --timeout=40s`);

  test('each TaskRun has its pod, which get, describe and selectors show', async () => {
    await kubectl.run('create -f -', taskRun('shown', { a: 'echo a', b: 'echo b' }, {}, { app: 'shop' }));
    await ended('shown');
    assert.match(
      await kubectl.run('get pods -l app=shop'),
      /^NAME +READY +STATUS +RESTARTS +AGE\nshown-pod +0\/2 +Completed +0 +\d+s\n$/,
    );
    assert.match(await kubectl.run('get pod shown-pod -o wide'), /IP +NODE .*\n.* assay /);
    const pod = JSON.parse(await kubectl.run('get pod shown-pod -o json')) as Pod;
    assert.equal(pod.metadata.labels!['tekton.dev/taskRun'], 'shown');
    assert.equal(pod.metadata.ownerReferences![0]!.kind, 'TaskRun');
    assert.equal(
      pod.metadata.resourceVersion,
      await kubectl.run('get tr shown -o jsonpath={.metadata.resourceVersion}'),
    );
    const phase = (value: string) =>
      kubectl.run(`get pods -l tekton.dev/taskRun=shown --field-selector status.phase=${value} -o name`);
    assert.equal(await phase('Succeeded'), 'pod/shown-pod\n');
    assert.equal(await phase('Failed'), '');
    const described = await kubectl.run('describe pod shown-pod');
    assert.match(described, /^Controlled By: +TaskRun\/shown$/m);
    assert.match(described, /step-a:\n(.*\n)*? +State: +Terminated\n +Reason: +Completed/);
    assert.match(await kubectl.run('describe tr shown'), /Succeeded/);
    assert.match(await kubectl.run('get pods -A'), /^default +shown-pod /m);
  });

  test('a PipelineRun is described, and its pods are found by it', async () => {
    const taskSpec = { steps: [{ name: 'main', image: 'localhost/toolbox', script: 'echo done' }] };
    const run = {
      apiVersion: 'tekton.dev/v1',
      kind: 'PipelineRun',
      metadata: { name: 'line' },
      spec: { pipelineSpec: { tasks: [{ name: 'only', taskSpec }] } },
    };
    await kubectl.run('create -f -', JSON.stringify(run));
    await kubectl.run('wait --for=condition=Succeeded pr/line --timeout=40s');
    const described = await kubectl.run('describe pipelinerun line');
    assert.match(described, /Child References:\n(.*\n)*? +Name: +line-only/);
    assert.match(described, /Reason: +Completed|Reason: +Succeeded/);
    const logs = await kubectl.run('logs -l tekton.dev/pipelineRun=line --all-containers --prefix');
    assert.equal(logs, '[pod/line-only-pod/step-main] done\n');
  });

  test('get -w tells what becomes of a pod', async () => {
    const watching = kubectl.start([
      ...['get', 'pods', '-w', '-l', 'l=watched'],
      ...['-o', 'jsonpath={.metadata.name}={.status.phase} '],
    ]);
    await kubectl.run('create -f -', taskRun('watched', { a: 'sleep 0.5' }, {}, { l: 'watched' }));
    await watching.says('watched-pod=Succeeded');
    watching.signal('SIGTERM');
    const phases = (await watching.outcome).stdout.trim().split(' ');
    const changes = phases.filter((phase, index) => phase !== phases[index - 1]);
    assert.deepEqual(changes.slice(-2), ['watched-pod=Running', 'watched-pod=Succeeded']);
  });

  test('a pod is made and changed by nobody', async () => {
    await kubectl.run('create -f -', taskRun('fixed', { a: 'true' }));
    await ended('fixed');
    const spec = { containers: [{ name: 'c', image: 'i' }] };
    const pod = JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'mine' }, spec });
    const created = await kubectl.outcome(['create', '-f', '-'], pod);
    assert.match(created.stderr, /MethodNotAllowed|does not allow this method/);
    const labelled = await kubectl.outcome(['label', 'pod', 'fixed-pod', 'a=b']);
    assert.match(labelled.stderr, /does not allow this method/);
    assert.match(
      await kubectl.run('api-resources --verbs=list,delete -o wide'),
      /^pods +po +v1 +true +Pod +delete,deletecollection,get,list,watch +all$/m,
    );
  });

  test('logs are those of the steps, and -f goes on to the end', async () => {
    const steps = { first: 'echo one; sleep 1; echo two', second: 'echo three' };
    await kubectl.run('create -f -', taskRun('logged', steps));
    await ready('logged-pod');
    const followed = await Promise.all([
      kubectl.run('logs -f logged-pod -c step-first'),
      // Its turn has not come yet: as with Tekton on a cluster, its container runs and waits.
      kubectl.run('logs -f logged-pod -c step-second'),
    ]);
    assert.deepEqual(followed, ['one\ntwo\n', 'three\n']);
    assert.equal(await kubectl.run('logs logged-pod -c step-first --tail=1'), 'two\n');
    const all = await kubectl.run('logs -l tekton.dev/taskRun=logged --all-containers');
    assert.deepEqual(all.trim().split('\n').sort(), ['one', 'three', 'two']);
    const { stderr } = await kubectl.outcome(['logs', 'logged-pod', '-c', 'step-none']);
    assert.match(stderr, /container step-none is not valid for pod logged-pod/);
  });

  test('exec runs a command in a step', async () => {
    await kubectl.run('create -f -', taskRun('entered', { main: 'echo here > /tmp/file; sleep 60' }));
    await ready('entered-pod');
    for (const deadline = Date.now() + 10_000; Date.now() < deadline; await pause(50)) {
      const { stdout } = await kubectl.outcome(['exec', 'entered-pod', '--', 'cat', '/tmp/file']);
      if (stdout === 'here\n') break;
    }
    assert.equal(await kubectl.run('exec entered-pod -- cat /tmp/file'), 'here\n');
    const fed = await kubectl.outcome(
      ['exec', '-i', 'entered-pod', '--', 'sh', '-c', 'cat >&2; exit 3'],
      'in',
    );
    assert.deepEqual([fed.code, fed.stdout], [3, '']);
    assert.match(fed.stderr, /^in/);
    const missing = await kubectl.outcome(['exec', 'entered-pod', '--', '/no/such']);
    assert.match(missing.stderr, /no\/such/);
    assert.notEqual(missing.code, 0);
    // A person: a terminal with a size.
    const terminal = await typed(
      ['exec', '-it', 'entered-pod', '--', 'sh', '-c', 'stty size; read -r x; echo "got $x"'],
      'word\n',
    );
    assert.match(terminal, /24 80/);
    assert.match(terminal, /got word/);
    await kubectl.run('delete tr entered');
  });

  /** What kubectl prints on a terminal of 24 rows and 80 columns, with this typed. */
  async function typed(args: string[], input: string): Promise<string> {
    const { spawn } = await import('node:child_process');
    const line = args.map((arg) => `'${arg.replaceAll("'", `'\\''`)}'`).join(' ');
    const child = spawn('script', ['-qec', `stty rows 24 cols 80; exec ${program} ${line}`, '/dev/null'], {
      env: { PATH: process.env.PATH, HOME: home.root, KUBECONFIG: join(home.root, 'kubeconfig') },
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      if (text === '') child.stdin.write(input);
      text += chunk;
    });
    await new Promise((resolve) => child.once('close', resolve));
    return text;
  }

  test('a TaskRun whose pod is deleted has failed', async () => {
    await kubectl.run('create -f -', taskRun('cut', { main: 'echo begun; sleep 60' }));
    await ready('cut-pod');
    assert.match(await kubectl.run('delete pod cut-pod'), /^pod "cut-pod" deleted/);
    await failed('cut');
    const condition = await kubectl.run(
      'get tr cut -o jsonpath={.status.conditions[0].reason}|{.status.conditions[0].message}',
    );
    assert.equal(condition, 'StepFailed|pod cut-pod was deleted while it was running');
    const { stderr } = await kubectl.outcome(['get', 'pod', 'cut-pod']);
    assert.match(stderr, /pods "cut-pod" not found/);
  });

  test('one that may be retried is, in a pod of its own', async () => {
    const script = 'if [ "$(context.task.retry-count)" = 0 ]; then sleep 60; fi; echo again';
    await kubectl.run('create -f -', taskRun('retried', { main: script }, { retries: 1 }));
    await ready('retried-pod');
    await kubectl.run('delete pod retried-pod');
    await ended('retried');
    assert.equal(
      await kubectl.run('get pods -l tekton.dev/taskRun=retried -o name'),
      'pod/retried-pod-retry1\n',
    );
    assert.equal(await kubectl.run('logs retried-pod-retry1'), 'again\n');
  });

  test('deleting the pod of a TaskRun that has ended leaves the TaskRun', async () => {
    await kubectl.run('create -f -', taskRun('kept', { main: 'true' }));
    await ended('kept');
    await kubectl.run('delete pod kept-pod');
    assert.equal(await kubectl.run('get pods -l tekton.dev/taskRun=kept -o name'), '');
    assert.match(await kubectl.run('get tr kept'), /kept +True +Succeeded/);
    await kubectl.run('delete tr kept');
  });
});
