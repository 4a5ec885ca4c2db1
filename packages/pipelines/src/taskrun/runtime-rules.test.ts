import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ConfigMaps } from '@assay/kube';
import { isDone, type Step, type TaskRun, type TaskRunSpec, TaskRuns } from '@assay/tekton';
import { noContainers, TaskRunBench, verdict } from './testing/task-run-bench.ts';

/** What authors of Tasks have come to rely on, or stumble over, on a cluster; each with a real container. */
describe('a step, as on a cluster,', { skip: noContainers, concurrency: 4 }, () => {
  let bench: TaskRunBench;
  before(async () => {
    bench = await TaskRunBench.start();
  });
  after(() => bench.stop());

  let runs = 0;
  const step = (name: string, script: string, more: Partial<Step> = {}): Step => ({
    ...{ name, image: 'host', script },
    ...more,
  });
  const plain = (name: string, command: string[], more: Partial<Step> = {}): Step => ({
    ...{ name, image: 'host', command },
    ...more,
  });
  async function run(steps: Step[], task: object = {}, spec: Partial<TaskRunSpec> = {}): Promise<TaskRun> {
    runs += 1;
    return bench.run(`run-${runs}`, { ...spec, taskSpec: { steps, ...task } });
  }
  async function says(taskRun: TaskRun, container: string, words: string | RegExp): Promise<void> {
    const log = await bench.log(taskRun, container);
    if (typeof words === 'string') assert.equal(log, words, verdict(taskRun));
    else assert.match(log, words, verdict(taskRun));
  }
  const reasons = (taskRun: TaskRun) =>
    taskRun.status?.steps?.map(
      ({ terminated, terminationReason }) =>
        `${terminated?.exitCode} ${terminated?.reason} ${terminationReason}`,
    );

  it('is skipped after a failure, with code 1', async () => {
    const ended = await run([step('a', 'exit 7'), step('b', 'true')]);
    assert.deepEqual(reasons(ended), ['7 Error Error', '1 Error Skipped']);
    assert.equal(verdict(ended), 'False StepFailed: "step-a" exited with code 7: Error');
  });

  it('finds its own directory by name and by number, and cannot write those of others', async () => {
    const ended = await run([
      step('a', 'true'),
      step('', 'true'),
      step(
        'c',
        `cat /tekton/steps/step-a/exitCode /tekton/steps/0/exitCode $(steps.step-unnamed-1.exitCode.path)
        for at in /tekton/run/0/x /tekton/run/0/status/exitCode /tekton/steps/x /tekton/bin/x /tekton/scripts/x; do
          { echo forged >$at; } 2>/dev/null && echo "wrote $at"
        done
        echo; echo done`,
      ),
    ]);
    await says(ended, 'step-c', '000\ndone\n');
  });

  it('leaves its exit code on success, on continue and where when skips it, not on failure', async () => {
    const see = 'cat $(steps.step-a.exitCode.path)';
    await says(await run([step('a', 'true'), step('b', see)]), 'step-b', '0');
    await says(await run([step('a', 'exit 5', { onError: 'continue' }), step('b', see)]), 'step-b', '5');
    const never = { when: [{ input: 'a', operator: 'in' as const, values: ['b'] }] };
    const skipped = await run([step('a', 'exit 5', never), step('b', see)]);
    await says(skipped, 'step-b', '0');
    assert.deepEqual(reasons(skipped), ['0 Completed Skipped', '0 Completed Completed']);
  });

  it('that fails and may, has its own code and the reason of a container that ended well', async () => {
    const ended = await run([step('a', 'exit 5', { onError: 'continue' })]);
    assert.deepEqual(reasons(ended), ['5 Completed Continued']);
    assert.match(verdict(ended), /^True Succeeded: All Steps have completed executing$/);
  });

  it('gets its script untouched', async () => {
    const ended = await run([
      step('a', 'A=b; echo "$A $(A) $$(echo c) \\$(A)" | head -c 8; echo', {
        env: [{ name: 'A', value: 'x' }],
      }),
    ]);
    const log = await bench.log(ended, 'step-a');
    assert.match(log, /A: not found|^b /);
    assert.doesNotMatch(log, /x/);
  });

  it('with blanks before its shebang cannot be started', async () => {
    const ended = await run([step('a', '\n  #!/bin/sh\necho no')]);
    assert.equal(verdict(ended), 'False StepFailed: "step-a" exited with code 1: Error');
    assert.doesNotMatch(await bench.log(ended, 'step-a'), /^no/m);
  });

  it('gets $(VAR) of its environment in command, args and env, and $$ for a dollar', async () => {
    const env = [
      { name: 'A', value: 'x' },
      { name: 'B', value: '$(A)y $$(A) $(NONE) $(a.b)' },
    ];
    const script = 'for arg; do echo "$arg"; done; echo "$B"';
    const ended = await run([
      plain('a', ['sh', '-c', script, 'sh', '$(A)'], { args: ['$$(A)', '$(c.d) $(NO)'], env }),
    ]);
    await says(ended, 'step-a', 'x\n$(A)\n$(c.d) $(NO)\nxy $(A) $(NONE) $(a.b)\n');
  });

  it('works where the image says, or below /workspace', async () => {
    await says(await run([plain('a', ['sh', '-c', 'pwd; echo $HOME'])]), 'step-a', '/\n/root\n');
    await says(
      await run([plain('a', ['sh', '-c', 'pwd'], { workingDir: 'new/one' })]),
      'step-a',
      '/workspace/new/one\n',
    );
    await says(
      await run([plain('a', ['sh', '-c', 'pwd'], { workingDir: '/workspace/b' })]),
      'step-a',
      '/workspace/b\n',
    );
  });

  it('shares /workspace and /tekton/home with the others, though none is declared', async () => {
    const ended = await run([
      step('a', 'echo one >/workspace/f; echo two >/tekton/home/f; echo three >/tmp/f'),
      step('b', 'cat /workspace/f /tekton/home/f; ls /tmp', { securityContext: { runAsUser: 1001 } }),
    ]);
    await says(ended, 'step-b', 'one\ntwo\n');
  });

  it('takes the template where it says nothing itself, env by name; a script clears the command, not args', async () => {
    const ended = await run(
      [{ name: 'a', image: 'host', script: 'echo "$1 $A $B"', env: [{ name: 'B', value: 'own' }] }],
      {
        stepTemplate: {
          ...{ command: ['false'], args: ['arg'] },
          env: [
            { name: 'A', value: 'a' },
            { name: 'B', value: 'b' },
          ],
        },
      },
    );
    await says(ended, 'step-a', 'arg a own\n');
  });

  it('gets the environment of the podTemplate over its own', async () => {
    const own = {
      env: [
        { name: 'A', value: 'step' },
        { name: 'B', value: 'step' },
      ],
    };
    const podTemplate = { env: [{ name: 'B', value: 'pod' }] };
    await says(await run([step('a', 'echo $A $B', own)], {}, { podTemplate }), 'step-a', 'step pod\n');
  });

  it('cannot cover a command that is not there with onError', async () => {
    const ended = await run([plain('a', ['/no/such'], { onError: 'continue' }), step('b', 'true')]);
    assert.deepEqual(reasons(ended), ['1 Error Error', '1 Error Skipped']);
  });

  it('that is out of its time has code 1 and says so', async () => {
    const ended = await run([step('a', 'sleep 20', { timeout: '200ms', onError: 'continue' })]);
    assert.deepEqual(reasons(ended), ['1 Error TimeoutExceeded']);
    assert.equal(
      verdict(ended),
      'False StepFailed: "step-a" exited because the step exceeded the specified timeout limit',
    );
  });

  it('is killed for memory even if it exits with 0', async () => {
    const greedy = 'perl -e \'my $x = "a" x 200_000_000; print length $x\' || true';
    const ended = await run([step('a', greedy, { computeResources: { limits: { memory: '48Mi' } } })]);
    assert.match(verdict(ended), /^False StepOOM: "step-a" exited with code/);
    assert.equal(ended.status?.steps?.[0]?.terminationReason, 'OOMKilled');
  });

  it('with a sidecar that fails of its own fails because of that', async () => {
    const sidecars = [{ name: 's', image: 'host', script: 'exit 9' }];
    const well = await run([step('a', 'sleep 0.5')], { sidecars });
    assert.match(verdict(well), /^True/);
    assert.deepEqual(
      well.status?.sidecars?.map(({ terminated }) => [terminated?.exitCode, terminated?.reason]),
      [[9, 'Error']],
    );
    const badly = await run([step('a', 'sleep 0.5; exit 3')], { sidecars });
    assert.equal(verdict(badly), 'False SidecarFailed: "sidecar-s" exited with code 9: Error');
    const [stopped] = (
      await run([step('a', 'exit 3')], { sidecars: [{ name: 's', image: 'host', script: 'sleep 50' }] })
    ).status!.sidecars!;
    assert.deepEqual(
      [stopped?.terminated?.exitCode, stopped?.terminated?.reason, stopped?.terminated?.message],
      [0, 'Completed', 'Sidecar container successfully stopped by nop image'],
    );
  });

  const result = (name: string, more: object = {}) => ({ results: [{ name, ...more }] });

  it('keeps the results it has written when it fails, is cancelled or is out of time; the last one counts', async () => {
    const write = (value: string) => `printf ${value} >$(results.r.path)`;
    const value = (taskRun: TaskRun) => taskRun.status?.results?.map((one) => one.value);
    const failed = await run([step('a', write('one')), step('b', `${write('two')}; exit 1`)], result('r'));
    assert.deepEqual(value(failed), ['two']);
    const late = await run([step('a', `${write('late')}; sleep 20`)], result('r'), { timeout: '600ms' });
    assert.match(verdict(late), /^False TaskRunTimeout: TaskRun "run-\d+" failed to finish within "600ms"/);
    assert.deepEqual(value(late), ['late']);
  });

  it('hands results over verbatim; what is absent or was not declared is no error', async () => {
    const script = 'printf "a\\nb\\n\\n" >$(results.r.path); echo x >/tekton/results/stranger';
    const ended = await run([step('a', script)], { results: [{ name: 'r' }, { name: 'never' }] });
    assert.deepEqual(ended.status?.results, [{ name: 'r', type: 'string', value: 'a\nb\n\n' }]);
    const message = '[{"key":"r","value":"a\\nb\\n\\n","type":1}]';
    assert.equal(ended.status?.steps?.[0]?.terminated?.message, message);
  });

  it('that writes no JSON where a list is declared fails the run after all', async () => {
    const ended = await run([step('a', 'printf "a, b" >$(results.r.path)')], result('r', { type: 'array' }));
    assert.match(
      verdict(ended),
      /^False TaskRunValidationFailed: \[User error\] Provided results don't match declared results; may be invalid JSON or missing result declaration: {2}"r": task result is expected to be "array" type but was initialized to a different type "string"/,
    );
    assert.deepEqual(reasons(ended), ['0 Completed Completed']);
  });

  it('sees results of earlier steps in env and args, a whole list in args alone', async () => {
    const first = step(
      'a',
      'printf v >$(step.results.s.path); printf \'["x","y z"]\' >$(step.results.l.path)',
      {
        results: [{ name: 's' }, { name: 'l', type: 'array' }],
      },
    );
    const second = plain('b', ['sh', '-c', 'for arg; do echo "$arg"; done; echo "$S"', 'sh'], {
      args: ['$(steps.a.results.l[*])', '$(steps.a.results.l[1])'],
      env: [{ name: 'S', value: 'is $(steps.a.results.s)' }],
    });
    await says(await run([first, second]), 'step-b', 'x\ny z\ny z\nis v\n');
  });

  it('is tried again within its TaskRun, by a new pod, with its time anew', async () => {
    const ended = await run(
      [step('a', 'test $(context.task.retry-count) = 2')],
      {},
      { retries: 3, timeout: '10s' },
    );
    assert.match(verdict(ended), /^True/);
    assert.deepEqual(
      [...ended.status!.retriesStatus!, ended.status!].map(({ podName }) => podName?.replace(/run-\d+-/, '')),
      ['pod', 'pod-retry1', 'pod-retry2'],
    );
  });

  it('is not tried again when its user cancels', async () => {
    const name = 'cancelled';
    await bench.create(name, { retries: 3, taskSpec: { steps: [step('a', 'sleep 30')] } });
    await bench.until(name, ({ status }) => status?.steps?.[0]?.running !== undefined);
    const stop = { status: 'TaskRunCancelled', statusMessage: 'enough' };
    await bench.user.patch(TaskRuns, 'default', name, { spec: stop });
    const ended = await bench.until(name, isDone);
    assert.equal(verdict(ended), `False TaskRunCancelled: TaskRun "${name}" was cancelled. enough`);
    assert.equal(ended.status?.retriesStatus, undefined);
    assert.equal(ended.status?.steps?.[0]?.terminationReason, 'TaskRunCancelled');
  });

  it('sees only keys that are there, and read-only workspaces as such', async () => {
    const metadata = { name: 'map', namespace: 'default' };
    await bench.user.create(ConfigMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: '1' } });
    const workspaces = [{ name: 'w', configMap: { name: 'map' } }];
    const ended = await run(
      [
        step(
          'a',
          'cat $(workspaces.w.path)/a; echo " $(workspaces.w.bound)"; echo x >$(workspaces.w.path)/b || echo kept',
        ),
      ],
      { workspaces: [{ name: 'w' }] },
      { workspaces },
    );
    await says(ended, 'step-a', /^1 true\n(.*[Rr]ead-only.*\n)?kept\n$/);
  });
});
