import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { adminIdentity, type ContainerStatus, type Pod, Pods } from '../src/index.ts';
import { type KubectlHost, kubectlPrograms, noKubectl, startKubectlHost } from './testing/kubectl.ts';
import { LocalPodHost } from './testing/local-pod-host.ts';

const programs = kubectlPrograms();
const at = '2026-01-01T00:00:00Z';

function container(name: string, state: ContainerStatus['state']): ContainerStatus {
  return { name, image: 'i', imageID: '', ready: 'running' in (state ?? {}), restartCount: 0, state: state! };
}

const running = { running: { startedAt: at } };
const ended = (exitCode: number) => ({
  terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error' },
});

test('a kubectl is at hand for pods', { skip: programs.length === 0 && noKubectl }, () => {
  assert.ok(programs.length > 0);
});

for (const { name: program, path } of programs) {
  // Before 1.31 kubectl executes commands over SPDY alone.
  const spdyOnly = program === 'kubectl-old';

  describe(`pods with ${program}`, { concurrency: 4 }, () => {
    const podHost = new LocalPodHost();
    let host: KubectlHost;
    before(async () => {
      host = await startKubectlHost(path, podHost);
    });
    after(() => host.close());
    const run = (args: string, input?: string) => host.run(args.split(' '), input);
    const fails = async (args: string, expected: RegExp) => {
      const { status, stderr } = await host.kubectl(args.split(' '));
      assert.notEqual(status, 0);
      assert.match(stderr, expected);
    };
    /** Of containers whose logs kubectl reads at once. */
    const lines = async (args: string) => (await run(args)).trim().split('\n').sort();
    const client = () => host.store.client(adminIdentity);

    async function create(
      name: string,
      containerStatuses: ContainerStatus[],
      labels: Record<string, string> = {},
    ): Promise<Pod> {
      const pod: Pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'default', labels },
        spec: { containers: containerStatuses.map((one) => ({ name: one.name, image: one.image })) },
      };
      const created = await client().create(Pods, pod);
      return client().updateStatus(Pods, { ...created, status: { phase: 'Running', containerStatuses } });
    }

    test('logs of a container, narrowed', async () => {
      podHost.logs.set('narrow/step-main', ['one', 'two']);
      await create('narrow', [container('step-main', ended(0))]);
      assert.equal(await run('logs narrow'), 'one\ntwo\n');
      assert.equal(await run('logs narrow -c step-main --tail=1'), 'two\n');
      const flags = '--since=60s --limit-bytes=5 --timestamps';
      await run(`logs narrow ${flags}`);
      const asked = podHost.asked.find(({ limitBytes }) => limitBytes === 5)!;
      assert.equal(asked.timestamps, true);
      assert.ok(Math.abs(Date.now() - 60_000 - asked.since!.getTime()) < 20_000);
      await run('logs narrow --since-time=2026-01-01T00:00:00Z');
      assert.ok(podHost.asked.some(({ since }) => since?.toISOString() === '2026-01-01T00:00:00.000Z'));
    });

    test('logs of many containers, and of many pods', async () => {
      for (const pod of ['many-a', 'many-b']) {
        podHost.logs.set(`${pod}/step-one`, [`${pod} one`]);
        podHost.logs.set(`${pod}/step-two`, [`${pod} two`]);
        const containers = ['step-one', 'step-two'].map((name) => container(name, ended(0)));
        await create(pod, containers, { l: 'many' });
      }
      assert.deepEqual(await lines('logs many-a --all-containers'), ['many-a one', 'many-a two']);
      assert.deepEqual(await lines('logs -l l=many -c step-two'), ['many-a two', 'many-b two']);
      assert.deepEqual(await lines('logs many-b --all-containers --prefix'), [
        '[pod/many-b/step-one] many-b one',
        '[pod/many-b/step-two] many-b two',
      ]);
    });

    test('logs -f goes on until the container has ended', async () => {
      podHost.logs.set('followed/step-main', ['begun']);
      const pod = await create('followed', [container('step-main', running)]);
      const { promise: begun, resolve } = Promise.withResolvers<void>();
      const seen: string[] = [];
      const stop = host.follow(['logs', '-f', 'followed'], (line) => {
        seen.push(line);
        resolve();
      });
      await begun;
      podHost.logs.get('followed/step-main')!.push('the end');
      const status = { phase: 'Succeeded' as const, containerStatuses: [container('step-main', ended(0))] };
      await client().updateStatus(Pods, { ...pod, status });
      // Ends by itself: stopped only once it has.
      for (const deadline = Date.now() + 10_000; seen.length < 2 && Date.now() < deadline; ) await sleep(20);
      await stop();
      assert.deepEqual(seen, ['begun', 'the end']);
    });

    test('logs that are not there are refused in the words of a kubelet', async () => {
      const waiting = (reason: string) => ({ waiting: { reason } });
      await create('refused', [
        container('step-main', running),
        container('step-next', waiting('PodInitializing')),
        container('step-pull', waiting('ErrImagePull')),
      ]);
      const namesOfAll = '[step-main step-next step-pull]';
      const raw = (query: string) => fetchStatus(`/api/v1/namespaces/default/pods/refused/log${query}`);
      assert.deepEqual(await raw(''), [
        400,
        `a container name must be specified for pod refused, choose one of: ${namesOfAll}`,
      ]);
      await fails('logs refused -c none', /container none is not valid for pod refused/);
      await fails(
        'logs refused -c step-next',
        /\(BadRequest\).*container "step-next" in pod "refused" is waiting to start: PodInitializing/,
      );
      await fails('logs refused -c step-pull', /is waiting to start: image can't be pulled/);
      await fails(
        'logs refused -c step-main --previous',
        /previous terminated container "step-main" in pod "refused" not found/,
      );
      await fails('logs nobody', /pods "nobody" not found/);
      for (const [query, message] of [
        ['tailLines=-1', 'tailLines: Invalid value: -1: must be greater than or equal to 0'],
        ['limitBytes=0', 'limitBytes: Invalid value: 0: must be greater than 0'],
        ['sinceSeconds=0', 'sinceSeconds: Invalid value: 0: must be greater than 0'],
      ] as const) {
        const expected = [422, `PodLogOptions "refused" is invalid: ${message}`];
        assert.deepEqual(await raw(`?container=step-main&${query}`), expected);
      }
      assert.equal((await raw('?container=step-main&tailLines=x'))[0], 400);
      assert.equal((await raw('?container=step-main&sinceTime=yesterday'))[0], 400);
      assert.equal((await raw('?container=step-main&sinceTime=2026-01-01T00:00:00Z&sinceSeconds=1'))[0], 422);
    });

    /** The answer to the admin's GET, through kubectl. */
    async function fetchStatus(path: string): Promise<[code: number, message: string]> {
      const { stderr } = await host.kubectl(['get', '--raw', path, '-v=8']);
      const body = /Response Body: (\{.*\})/.exec(stderr)?.[1] ?? /body="(\{.*\})"/.exec(stderr)?.[1];
      assert.ok(body, stderr);
      const text = body.startsWith('{\\') ? (JSON.parse(`"${body}"`) as string) : body;
      const { code, message } = JSON.parse(text) as { code: number; message: string };
      return [code, message];
    }

    test('logs and exec ask for their own rights', async () => {
      await create('guarded', [container('step-main', running)]);
      podHost.logs.set('guarded/step-main', ['seen']);
      await run('create serviceaccount reader');
      await run('create role reads-logs --verb=get --resource=pods,pods/log');
      await run('create rolebinding reader --role=reads-logs --serviceaccount=default:reader');
      const as = '--as=system:serviceaccount:default:reader';
      assert.equal(await run(`logs guarded ${as}`), 'seen\n');
      assert.equal(await run(`auth can-i get pods --subresource=log ${as}`), 'yes\n');
      await fails(
        `exec guarded ${as} -- true`,
        /cannot create resource "pods\/exec" in API group "" in the namespace "default"/,
      );
      await run('create role reads-pods --verb=get --resource=pods');
      await run('create rolebinding other --role=reads-pods --serviceaccount=default:other');
      await fails(
        'logs guarded --as=system:serviceaccount:default:other',
        /cannot get resource "pods\/log" in API group ""/,
      );
    });

    if (spdyOnly) {
      test('exec is told to come over a WebSocket', async () => {
        await create('spdy', [container('step-main', running)]);
        await fails('exec spdy -- true', /SPDY is not spoken here.*kubectl does from 1\.31 on/);
      });
      return;
    }

    test('exec passes on both streams and the exit code', async () => {
      await create('executed', [container('step-main', running)]);
      const outcome = await host.kubectl([
        ...['exec', 'executed', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7'],
      ]);
      assert.equal(outcome.stdout, 'out\n');
      assert.match(outcome.stderr, /^err\n(error: )?command terminated with exit code 7\n$/m);
      assert.equal(outcome.status, 7);
    });

    test('exec reads what is sent to its end, however much', async () => {
      await create('fed', [container('step-main', running)]);
      const input = 'x'.repeat(3_000_000);
      assert.equal(await host.run(['exec', '-i', 'fed', '--', 'sh', '-c', 'wc -c'], input), '3000000\n');
      const much = await host.run(['exec', 'fed', '--', 'head', '-c', '900000', '/dev/zero']);
      assert.equal(much.length, 900_000);
    });

    test('exec ends the process when its requester goes', async () => {
      await create('left', [container('step-main', running)]);
      const { promise: begun, resolve } = Promise.withResolvers<void>();
      const stop = host.follow(['exec', 'left', '--', 'sh', '-c', 'echo begun; exec sleep 60'], () =>
        resolve(),
      );
      await begun;
      const before = podHost.running;
      await stop();
      for (const deadline = Date.now() + 10_000; podHost.running >= before; await sleep(20)) {
        assert.ok(Date.now() < deadline, 'it still runs');
      }
    });

    test('exec that cannot be is refused with the reason', async () => {
      await create('unwilling', [container('step-main', running), container('step-next', running)]);
      const done = await create('done', [container('step-main', ended(0))]);
      await client().updateStatus(Pods, { ...done, status: { ...done.status, phase: 'Succeeded' } });
      await fails('exec unwilling -c none -- true', /container none is not valid for pod unwilling/);
      await fails('exec unwilling -c step-next -- true', /container "step-next" does not run/);
      await fails(
        'exec unwilling -c step-main -- /no/such',
        /error executing command in container: .*ENOENT/,
      );
      await fails('exec done -- true', /completed pod; current phase is Succeeded/);
    });
  });
}
