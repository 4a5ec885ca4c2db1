import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describeSandbox } from './testing/sandbox-bench.ts';

describeSandbox('the life of pods and containers', (bench) => {
  const { inPod, shell, containerSpec, podSpec } = bench;

  it(
    'runs a dozen containers in one pod',
    inPod({}, async (pod) => {
      const runs = Array.from({ length: 12 }, (_, index) =>
        shell(pod, `echo ${index}; exit ${index}`, { name: `c${index}` }),
      );
      const results = await Promise.all(runs);
      assert.deepEqual(
        results.map(({ exitCode, output }) => [exitCode, output]),
        results.map((_, index) => [index, `${index}\n`]),
      );
    }),
  );

  it(
    'ends a step that ignores TERM with KILL at once after the grace',
    inPod({}, async (pod) => {
      const polite = await pod.run(
        containerSpec({
          name: 'polite',
          args: ['/bin/sh', '-c', 'trap "exit 9" TERM; echo up; while :; do sleep 0.01; done'],
        }),
      );
      await delay(50);
      assert.equal((await polite.stop(5000)).exitCode, 9);
      const trapped = Promise.withResolvers<void>();
      const stubborn = await pod.run(
        containerSpec({
          name: 'stubborn',
          args: ['/bin/sh', '-c', 'trap "" TERM; echo up; while :; do sleep 0.01; done'],
          onOutput: () => trapped.resolve(),
        }),
      );
      await trapped.promise;
      const begin = performance.now();
      const exit = await stubborn.stop(100);
      const took = performance.now() - begin;
      assert.equal(exit.exitCode, 137);
      assert.equal(exit.oomKilled, false);
      assert.ok(took >= 99 && took < 600, `${took} ms`);
    }),
  );

  it(
    'does not wait for a first process that TERM cannot end',
    inPod({}, async (pod) => {
      const sleeper = await pod.run(containerSpec({ name: 'sleeper', args: ['sleep', '60'] }));
      const begin = performance.now();
      assert.equal((await sleeper.stop(30_000)).exitCode, 137);
      assert.ok(performance.now() - begin < 10_000, 'it waited for the grace period');
    }),
  );

  it(
    'says why a container did not start',
    inPod({}, async (pod) => {
      const cases: Array<[string, number, RegExp]> = [
        ['nowhere', 127, /nowhere.*not found/],
        ['/bin/not-executable', 126, /permission denied/],
        ['/bin/no-interpreter', 127, /no such file or directory/i],
      ];
      for (const [index, [command, exitCode, message]] of cases.entries()) {
        const chunks: Uint8Array[] = [];
        const run = pod.run(
          containerSpec({ name: `c${index}`, args: [command], onOutput: (chunk) => chunks.push(chunk) }),
        );
        await assert.rejects(run, { code: 'StartFailed', exitCode, message });
        assert.equal(Buffer.concat(chunks).toString(), '', command);
      }
      const { exitCode } = await shell(pod, 'exit 127', { name: 'own' });
      assert.equal(exitCode, 127);
    }),
  );

  it('removes a pod whose containers still run, and refuses it afterwards', async () => {
    const pod = await bench.sandbox.createPod(podSpec());
    const container = await pod.run(
      containerSpec({ args: ['/bin/sh', '-c', 'setsid sleep 1000 & sleep 1000'] }),
    );
    await Promise.all([pod.remove(), pod.remove()]);
    assert.equal((await container.exit).exitCode, 137);
    await assert.rejects(pod.run(containerSpec({ name: 'late' })), { code: 'Closed' });
  });

  it('leaves nothing when its process is killed in the middle of a step', async () => {
    const marker = `1000.${process.pid}${bench.runtime === 'crun' ? 1 : 2}`;
    const child = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        fileURLToPath(new URL('./testing/killed-runner.ts', import.meta.url)),
        bench.home,
        bench.runtime,
        marker,
        JSON.stringify(bench.image),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await new Promise((resolve) => child.stdout.once('data', resolve));
    assert.equal(commandsWith(marker), 2);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    for (let wait = 0; wait < 100 && commandsWith(marker) > 0; wait++) await delay(10);
    assert.equal(commandsWith(marker), 0);
    const swept = await bench.sandbox.sweep();
    assert.equal(swept.pods, 1);
    assert.ok(swept.cgroups >= 1);
    assert.deepEqual(await bench.sandbox.sweep(), { pods: 0, cgroups: 0 });
  });
});

function commandsWith(marker: string): number {
  return execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.startsWith('sleep') && line.includes(marker)).length;
}
