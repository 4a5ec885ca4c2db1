import assert from 'node:assert/strict';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { describeSandbox } from './testing/sandbox-bench.ts';

const mebibyte = 1024 * 1024;

describeSandbox('a container', (bench) => {
  const { inPod, shell, runIn, containerSpec, podSpec } = bench;

  it('says which runtime it is and why', () => {
    assert.equal(bench.sandbox.runtime.name, bench.runtime);
    assert.match(bench.sandbox.runtime.reason, new RegExp(`^${bench.runtime} \\S+ started a container`));
    assert.equal(bench.sandbox.runtime.rootless, false);
  });

  it(
    'gives exit code, environment, directory, user and host name',
    inPod({}, async (pod) => {
      const script = 'id -u; id -g; id -G; pwd; echo $A; echo $HOME; cat /proc/sys/kernel/hostname; exit 7';
      const result = await shell(pod, script, { user: 'builder', env: { A: 'x y' }, workingDir: '/work' });
      assert.deepEqual(result.output.split('\n'), [
        '1001',
        '1002',
        '1002 1003',
        '/work',
        'x y',
        '/work',
        'step-host',
        '',
      ]);
      assert.equal(result.exitCode, 7);
      assert.ok(result.finishedAt >= result.startedAt);
    }),
  );

  it(
    'makes a working directory that is absent',
    inPod({}, async (pod) => {
      const { output } = await shell(pod, 'pwd', { workingDir: '/not/there' });
      assert.equal(output, '/not/there\n');
    }),
  );

  it(
    'keeps both streams in order, also past a pipe, and lets /dev/stdout be opened again',
    inPod({}, async (pod) => {
      const { output } = await shell(
        pod,
        'for i in $(seq 300); do echo o$i; echo e$i >&2; done; echo last >/dev/stdout',
      );
      const expected = Array.from({ length: 300 }, (_, index) => `o${index + 1}\ne${index + 1}\n`).join('');
      if (bench.runtime === 'crun') assert.equal(output, `${expected}last\n`);
      // runc copies the two streams side by side: each keeps its order.
      for (const stream of ['o', 'e']) {
        const lines = output.split('\n').filter((line) => line.startsWith(stream));
        assert.deepEqual(
          lines,
          expected.split('\n').filter((line) => line.startsWith(stream)),
        );
      }
      assert.match(output, /^last$/m);
      const large = await shell(pod, 'head -c 3000000 /dev/zero; exit 3', { name: 'large', user: '1001' });
      assert.deepEqual([large.output.length, large.exitCode], [3_000_000, 3]);
    }),
  );

  it(
    'mounts volumes, read-only ones too, and refuses other sources',
    inPod({}, async (pod) => {
      const volume = join(bench.home, `volume-${bench.runtime}`);
      bench.sandbox.makeVolume(volume);
      bench.sandbox.makeVolume(join(volume, 'sub'));
      writeFileSync(join(volume, 'given'), 'given\n');
      symlinkSync('/etc', join(volume, 'escape'));
      const mounts = [
        { source: volume, destination: '/data', readOnly: false },
        { source: volume, destination: '/frozen', readOnly: true },
        { source: join(volume, 'sub'), destination: '/sub', readOnly: false },
        { source: join(volume, 'given'), destination: '/etc/given', readOnly: true },
        { source: 'tmpfs', destination: '/fast', readOnly: false, sizeBytes: mebibyte },
      ];
      const script =
        'cat /data/given /etc/given; echo out >/data/made; echo out >/sub/made; echo x >/frozen/x && echo bad; head -c 2000000 /dev/zero >/fast/x && echo bad; cat /frozen/made';
      const { output } = await shell(pod, `(${script}) 2>/dev/null`, {
        mounts,
        user: '1001',
        readOnlyRootFilesystem: true,
      });
      assert.equal(output, 'given\ngiven\nout\n');
      assert.equal(readFileSync(join(volume, 'sub/made'), 'utf8'), 'out\n');
      for (const source of [
        '/etc',
        join(volume, 'escape'),
        join(volume, '../../../etc'),
        join(volume, 'absent'),
      ]) {
        const run = pod.run(
          containerSpec({
            name: `m${source.length}`,
            mounts: [{ source, destination: '/x', readOnly: true }],
          }),
        );
        await assert.rejects(run, { code: 'MountRefused' }, source);
      }
    }),
  );

  it(
    'keeps the root read-only when told so, and never changes the image',
    inPod({}, async (pod) => {
      const frozen = await shell(pod, 'touch /tmp/x', { readOnlyRootFilesystem: true });
      assert.notEqual(frozen.exitCode, 0);
      const first = await shell(pod, 'rm /etc/passwd; touch /etc/new', { name: 'first' });
      assert.equal(first.exitCode, 0);
      const second = await shell(pod, 'cat /etc/passwd; ls /etc/new', { name: 'second' });
      assert.match(second.output, /^root:/);
      assert.notEqual(second.exitCode, 0);
    }),
  );

  it(
    'refuses a malformed specification',
    inPod({ containers: 1 }, async (pod) => {
      await assert.rejects(pod.run(containerSpec({ limits: { memoryBytes: -1 } })), {
        code: 'InvalidSpec',
      });
      await assert.rejects(pod.run(containerSpec({ args: [] })), { code: 'InvalidSpec' });
      await assert.rejects(pod.run(containerSpec({ name: '../x' })), { code: 'InvalidSpec' });
      await runIn(pod, {});
      await assert.rejects(pod.run(containerSpec({ name: 'second' })), { code: 'InvalidSpec' });
      await assert.rejects(bench.sandbox.createPod(podSpec({ id: 'A' })), { code: 'InvalidSpec' });
    }),
  );
});
