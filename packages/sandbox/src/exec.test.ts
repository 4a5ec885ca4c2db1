import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Container, ExecSpec } from './pod.ts';
import { describeSandbox } from './testing/sandbox-bench.ts';

/** Runs a process in the container to its end, with what it wrote. */
async function execIn(container: Container, spec: ExecSpec, input?: string) {
  const text = { output: '', error: '' };
  const running = await container.exec({
    onOutput: (chunk) => {
      text.output += Buffer.from(chunk).toString();
    },
    onError: (chunk) => {
      text.error += Buffer.from(chunk).toString();
    },
    ...spec,
    ...(input !== undefined && { stdin: true }),
  });
  running.stdin?.end(input);
  return { exitCode: await running.exit, ...text };
}

const sh = (script: string): string[] => ['/bin/sh', '-c', script];

describeSandbox('a process executed in a running container', (bench) => {
  const { inPod, containerSpec } = bench;
  const idle = (change = {}) => containerSpec({ args: ['/bin/sleep', '1000'], ...change });

  it(
    'shares files, user, environment and capabilities, and gives its own exit code',
    inPod({}, async (pod) => {
      const container = await pod.run(
        idle({ user: 'builder', env: { A: 'one', B: 'two' }, workingDir: '/work', limits: { pids: 50 } }),
      );
      const script =
        'id -u; id -G; pwd; echo $A $B $C; cat /proc/sys/kernel/hostname; cat /proc/1/comm; exit 7';
      const result = await execIn(container, { args: sh(script), env: { B: '2', C: '3' } });
      assert.deepEqual(result, {
        exitCode: 7,
        output: '1001\n1002 1003\n/work\none 2 3\nstep-host\nsleep\n',
        error: '',
      });
    }),
  );

  it(
    'waits while its output is held, and loses none of it',
    inPod({}, async (pod) => {
      const container = await pod.run(idle());
      let bytes = 0;
      const running = await container.exec({
        args: sh('sleep 0.2; head -c 3000000 /dev/zero; echo done >&2'),
        onOutput: (chunk) => {
          if (bytes === 0) running.hold(true);
          bytes += chunk.length;
        },
      });
      await delay(700);
      assert.ok(bytes > 0 && bytes < 1_000_000, `${bytes} bytes came while it was held`);
      running.hold(false);
      assert.equal(await running.exit, 0);
      assert.equal(bytes, 3_000_005);
    }),
  );

  it(
    'is held by the same filter, privileges and limits',
    inPod({}, async (pod) => {
      const container = await pod.run(idle({ limits: { memoryBytes: 64 * 1024 * 1024 } }));
      const script =
        'while read -r n v; do case $n in Seccomp:|NoNewPrivs:|CapBnd:) echo $n $v;; esac; done </proc/self/status';
      const mine = await execIn(container, { args: sh(script) });
      const first = await execIn(container, { args: sh(script.replace('self', '1')) });
      assert.match(mine.output, /Seccomp: 2/);
      assert.equal(mine.output, first.output);
      const big = await execIn(container, {
        args: ['perl', '-e', '$x = "a" x 200_000_000; print length $x'],
      });
      assert.notEqual(big.exitCode, 0);
      const exit = await container.stop(0);
      assert.equal(exit.oomKilled, true);
    }),
  );

  it(
    'reads its input to the end and keeps its streams apart',
    inPod({}, async (pod) => {
      const container = await pod.run(idle());
      const text = 'x'.repeat(300_000);
      const result = await execIn(container, { args: sh('cat; echo bad >&2') }, text);
      assert.equal(result.output.length, text.length);
      assert.equal(result.error, 'bad\n');
      assert.equal((await execIn(container, { args: sh('cat; echo done') })).output, 'done\n');
    }),
  );

  it(
    'has a terminal when asked for one, of the size it is told',
    inPod({}, async (pod) => {
      const container = await pod.run(idle());
      let output = '';
      const shell = await container.exec({
        args: ['/bin/sh'],
        stdin: true,
        tty: { columns: 91, rows: 31 },
        onOutput: (chunk) => {
          output += Buffer.from(chunk).toString();
        },
      });
      const winsize = `perl -e 'ioctl(STDIN, 0x5413, $s = pack("S4")); print "is ", join("x", (unpack "S4", $s)[1, 0]), "\\n"'\n`;
      shell.stdin!.write('test -t 0 && test -t 1 && echo termi""nal\n');
      shell.stdin!.write(winsize);
      await waitFor(
        () => /is 91x31/.test(output),
        () => output,
      );
      assert.match(output, /terminal/);
      shell.resize({ columns: 120, rows: 40 });
      await waitFor(() => {
        shell.stdin!.write(winsize);
        return /is 120x40/.test(output);
      });
      shell.stdin!.write('exit 5\n');
      assert.equal(await shell.exit, 5);
    }),
  );

  it(
    'can be killed with its children, and ends with its container',
    inPod({}, async (pod) => {
      const container = await pod.run(idle());
      const killed = await container.exec({ args: sh('sleep 1000 & sleep 1001; true') });
      killed.kill();
      assert.equal(await killed.exit, 137);
      const orphaned = await container.exec({ args: ['/bin/sleep', '1000'] });
      await container.stop(0);
      assert.equal(await orphaned.exit, 137);
      await assert.rejects(container.exec({ args: ['/bin/true'] }), { code: 'Closed' });
    }),
  );

  it(
    'is refused with a reason when its command is not there',
    inPod({}, async (pod) => {
      const container = await pod.run(idle());
      await assert.rejects(container.exec({ args: ['/bin/absent'] }), { code: 'StartFailed', exitCode: 127 });
      await assert.rejects(container.exec({ args: ['/usr/bin/not-executable'] }), {
        code: 'StartFailed',
        exitCode: 126,
      });
      await assert.rejects(container.exec({ args: [] }), { code: 'InvalidSpec' });
      await assert.rejects(container.exec({ args: ['/bin/sh'], tty: { columns: 0, rows: 1 } }), {
        code: 'InvalidSpec',
      });
      assert.equal((await execIn(container, { args: sh('exit 1') })).exitCode, 1);
    }),
  );

  it(
    'does not wait for what it leaves behind',
    inPod({}, async (pod) => {
      const container = await pod.run(idle());
      const begin = performance.now();
      const result = await execIn(container, { args: sh('sleep 4 & echo left') });
      assert.deepEqual([result.exitCode, result.output], [0, 'left\n']);
      // runc itself reads its processes' output to the end.
      if (bench.runtime === 'crun') assert.ok(performance.now() - begin < 3000);
    }),
  );

  it(
    'has the network of its container',
    inPod({}, async (pod) => {
      const shared = await pod.run(idle());
      const alone = await pod.run(idle({ name: 'alone', network: 'none' }));
      const space = async (container: Container, self: string) =>
        (await execIn(container, { args: sh(`readlink /proc/${self}/ns/net`) })).output;
      assert.equal(await space(shared, 'self'), await space(shared, '1'));
      assert.equal(await space(alone, 'self'), await space(alone, '1'));
      assert.notEqual(await space(shared, 'self'), await space(alone, 'self'));
    }),
  );

  it(
    'may come many at once',
    inPod({}, async (pod) => {
      const container = await pod.run(idle());
      const all = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          execIn(container, { args: sh(`echo ${index}; exit ${index}`) }),
        ),
      );
      assert.deepEqual(
        all.map(({ exitCode, output }) => `${exitCode}=${output.trim()}`),
        Array.from({ length: 10 }, (_, index) => `${index}=${index}`),
      );
    }),
  );
});

describeSandbox('a container whose standard error goes elsewhere', (bench) => {
  it(
    'keeps its streams apart, each in order',
    bench.inPod({}, async (pod) => {
      let error = '';
      const { output, exitCode } = await bench.shell(
        pod,
        'for i in $(seq 200); do echo o$i; echo e$i >&2; done; exit 3',
        {
          onError: (chunk) => {
            error += Buffer.from(chunk).toString();
          },
        },
      );
      const lines = (letter: string) => Array.from({ length: 200 }, (_, i) => `${letter}${i + 1}\n`).join('');
      assert.deepEqual([exitCode, output, error], [3, lines('o'), lines('e')]);
    }),
  );
});

async function waitFor(holds: () => boolean, words = () => ''): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (holds()) return;
    await delay(50);
  }
  throw new Error(`it did not come: ${words()}`);
}
