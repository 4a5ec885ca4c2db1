import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '@assay/kube';
import { type ContainerExit, type ContainerSpec, type Pod, type Sandbox, SandboxError } from '@assay/sandbox';
import { type AttemptPlan, runAttempt } from './attempt.ts';

/** What a scripted container does: exits with a code at once, or runs until it is stopped. */
type Script = number | 'runs' | 'oom' | 'absent' | 'broken';

/** A sandbox that does as told and notes what was asked of it, in order. */
function scripted(scripts: Record<string, Script>) {
  const events: string[] = [];
  const exitOf = (exitCode: number, oomKilled = false): ContainerExit => ({
    exitCode,
    oomKilled,
    startedAt: new Date(0),
    finishedAt: new Date(1000),
  });
  const pod: Pod = {
    id: 'pod',
    async run(spec) {
      const script = scripts[spec.name]!;
      if (script === 'absent') throw new SandboxError('StartFailed', `${spec.name}: not found`);
      if (script === 'broken') throw new SandboxError('GuardFailed', 'the guard ended');
      events.push(`run ${spec.name}`);
      const ended = Promise.withResolvers<ContainerExit>();
      if (script === 'oom') ended.resolve(exitOf(0, true));
      else if (script !== 'runs') ended.resolve(exitOf(script));
      spec.onOutput?.(Buffer.from(`${spec.name} says\n`));
      return {
        exit: ended.promise,
        async signal() {},
        exec: () => Promise.reject(new Error('nothing is executed here')),
        stop(graceMs) {
          events.push(`stop ${spec.name} ${graceMs}`);
          ended.resolve(exitOf(143));
          return ended.promise;
        },
      };
    },
    async request() {
      return undefined;
    },
    async remove() {
      events.push('remove');
    },
  };
  const sandbox = {
    async createPod() {
      events.push('create');
      return pod;
    },
  } as Partial<Sandbox> as Sandbox;
  return { sandbox, events };
}

const container = (name: string) => ({ name }) as Partial<ContainerSpec> as ContainerSpec;
const step = (
  name: string,
  more: Partial<AttemptPlan['steps'][number]> = {},
): AttemptPlan['steps'][number] => ({
  state: { name, container: name, waiting: { reason: 'PodInitializing' } },
  container: { ...container(name), args: [], env: {} },
  onError: 'stopAndFail',
  ...more,
});

function attempt(scripts: Record<string, Script>, plan: Partial<AttemptPlan>) {
  const { sandbox, events } = scripted(scripts);
  const clock = new ManualClock();
  const stop = new AbortController();
  const kill = new AbortController();
  const logs: Record<string, string> = {};
  const ended = runAttempt(
    { podId: 'pod', hostname: 'pod', network: true, steps: [], sidecars: [], ...plan },
    {
      sandbox,
      clock,
      stop: stop.signal,
      kill: kill.signal,
      graceMs: 5000,
      openLog: (name) => {
        logs[name] = '';
        return {
          write: (chunk) => {
            logs[name] += Buffer.from(chunk).toString();
          },
          close: () => {
            if (!logs[name]!.endsWith('<end>')) logs[name] += '<end>';
          },
        };
      },
      containerRoot: { uid: 0, gid: 0 },
      started: () => {},
      paused: () => {},
      changed: () => events.push('changed'),
      stepEnded: (index) => {
        events.push(`ended ${index}`);
        return undefined;
      },
    },
  );
  return { ended, events, clock, stop, kill, logs };
}

const turn = () => new Promise((done) => setImmediate(done));

test('sidecars start before the first step; steps follow one another; the pod goes last', async () => {
  const { ended, events, logs } = attempt(
    { side: 'runs', a: 0, b: 0 },
    { steps: [step('a'), step('b')], sidecars: [{ state: { name: 'side' }, container: container('side') }] },
  );
  const { failure, removed } = await ended;
  await removed;
  assert.equal(failure, undefined);
  assert.deepEqual(
    events.filter((event) => event !== 'changed'),
    ['create', 'run side', 'run a', 'ended 0', 'run b', 'ended 1', 'remove'],
  );
  assert.equal(logs.a, 'a says\n<end>');
  assert.equal(logs.side, 'side says\n<end>');
});

test('the first failure is the reason, and steps after it do not run', async () => {
  const steps = [step('a'), step('b'), step('c')];
  const { ended, events } = attempt({ a: 0, b: 2, c: 0 }, { steps });
  const { failure } = await ended;
  assert.deepEqual(failure, { reason: 'StepFailed', message: '"b" exited with code 2: Error' });
  assert.ok(!events.includes('run c'));
  assert.deepEqual(
    steps.map(({ state }) => `${state.terminated?.exitCode} ${state.terminationReason}`),
    ['0 Completed', '2 Error', '1 Skipped'],
  );
});

test('onError continue covers an exit code, but not a command that is not there', async () => {
  const steps = [step('a', { onError: 'continue' }), step('b', { onError: 'continue' })];
  const { ended, logs } = attempt({ a: 9, b: 'absent' }, { steps });
  assert.equal((await ended).failure?.reason, 'StepFailed');
  assert.equal(steps[0]?.state.terminationReason, 'Continued');
  assert.match(logs.b!, /b: not found/);
});

test('out of memory is a failure whatever the exit code', async () => {
  const steps = [step('a', { onError: 'continue' })];
  const { failure } = await attempt({ a: 'oom' }, { steps }).ended;
  assert.equal(failure?.reason, 'StepOOM');
});

test('a step out of its time is killed at once', async () => {
  const steps = [step('a', { timeoutMs: 1000 }), step('b')];
  const { ended, events, clock } = attempt({ a: 'runs', b: 0 }, { steps });
  await turn();
  clock.advance(999);
  assert.ok(!events.includes('stop a 0'));
  clock.advance(1);
  const { failure } = await ended;
  assert.ok(events.includes('stop a 0'));
  assert.match(failure!.message, /exceeded the specified timeout limit/);
  assert.equal(steps[0]?.state.terminationReason, 'TimeoutExceeded');
});

test('a stop gives the running step its grace and starts nothing more', async () => {
  const steps = [step('a'), step('b')];
  const { ended, events, stop } = attempt({ a: 'runs', b: 0 }, { steps });
  await turn();
  stop.abort();
  const { failure, removed } = await ended;
  await removed;
  assert.equal(failure, undefined, 'who stopped it says why');
  assert.deepEqual(
    events.filter((event) => event !== 'changed'),
    ['create', 'run a', 'stop a 5000', 'ended 0', 'remove'],
  );
  assert.deepEqual(
    steps.map(({ state }) => state.terminated),
    [undefined, undefined],
  );
});

test('a runner that ends kills without grace', async () => {
  const { ended, events, stop, kill } = attempt({ a: 'runs' }, { steps: [step('a')] });
  await turn();
  kill.abort();
  stop.abort();
  await ended;
  assert.ok(events.includes('stop a 0'));
});

test('a sandbox that fails is told as such, and the pod is removed all the same', async () => {
  const { ended, events } = attempt({ a: 'broken' }, { steps: [step('a')] });
  const { failure, removed } = await ended;
  await removed;
  assert.deepEqual(failure, { reason: 'PodCreationFailed', message: 'the guard ended' });
  assert.equal(events.at(-1), 'remove');
});
