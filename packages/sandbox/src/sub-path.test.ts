import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import type { Mount } from './pod.ts';
import { describeSandbox } from './testing/sandbox-bench.ts';

describeSandbox('subPath', (bench) => {
  const { inPod, shell, containerSpec } = bench;
  let volumes = 0;

  /** A volume with `one/two/file` and `one/file`, and beside it what its containers must never see. */
  function makeVolume(): { volume: string; secret: string } {
    volumes += 1;
    const volume = join(bench.home, `sub-path-${bench.runtime}-${volumes}`);
    const secret = `${volume}-secret`;
    bench.sandbox.makeVolume(volume);
    for (const top of [join(volume, 'one'), secret]) {
      mkdirSync(join(top, 'two'), { recursive: true });
      const text = top === secret ? 'secret\n' : 'mine\n';
      for (const file of ['file', 'two/file']) writeFileSync(join(top, file), text);
    }
    return { volume, secret };
  }

  const at = (source: string, subPath: string, change: Partial<Mount> = {}): Mount => ({
    ...{ source, subPath, destination: '/sub', readOnly: false, ...change },
  });

  it(
    'mounts directories and files of a volume, read-only ones too',
    inPod({}, async (pod) => {
      const { volume } = makeVolume();
      const odd = "it's $(odd)";
      bench.sandbox.makeVolume(join(volume, odd));
      const mounts = [
        at(volume, 'one//two/'),
        at(volume, './one/file', { destination: '/etc/given' }),
        at(volume, odd, { destination: '/odd' }),
        at(volume, odd, { destination: '/frozen', readOnly: true }),
        at(volume, '.', { destination: '/whole' }),
      ];
      const script =
        'cat /sub/file /etc/given /whole/one/file; echo new >/odd/new; (echo x >/frozen/x) 2>/dev/null || cat /frozen/new';
      const { output } = await shell(pod, script, { mounts });
      assert.equal(output, 'mine\nmine\nmine\nnew\n');
      assert.equal(readFileSync(join(volume, odd, 'new'), 'utf8'), 'new\n');
    }),
  );

  it(
    'refuses what leads out of the volume, through a link or is not there',
    inPod({}, async (pod) => {
      const { volume, secret } = makeVolume();
      symlinkSync(secret, join(volume, 'link'));
      symlinkSync('one', join(volume, 'inner'));
      let count = 0;
      const refused = async (subPath: string, code: string, source = volume): Promise<void> => {
        count += 1;
        const run = pod.run(containerSpec({ name: `c${count}`, mounts: [at(source, subPath)] }));
        await assert.rejects(run, { code }, subPath);
      };
      for (const path of ['link', 'link/two', 'inner', 'inner/two', 'one/file/two', 'absent', 'one/absent']) {
        await refused(path, 'MountRefused');
      }
      for (const path of ['..', 'one/../../x', '/etc', 'one\ntwo', 'one\0']) {
        await refused(path, 'InvalidSpec');
      }
      await refused('etc', 'MountRefused', '/');
    }),
  );

  type Exchange = (volume: string, secret: string) => void;
  const exchanges: Array<[title: string, subPath: string, exchange: Exchange]> = [
    ['the directory', 'one/two', (volume, secret) => replace(join(volume, 'one/two'), join(secret, 'two'))],
    ['a directory above it', 'one/two', (volume, secret) => replace(join(volume, 'one'), secret)],
    ['the file', 'one/file', (volume, secret) => replace(join(volume, 'one/file'), join(secret, 'file'))],
    ['a directory above a file', 'one/two/file', (volume, secret) => replace(join(volume, 'one'), secret)],
  ];
  for (const [title, subPath, exchange] of exchanges) {
    it(
      `starts nothing when ${title} becomes a link after the check`,
      inPod({}, async (pod) => {
        const { volume, secret } = makeVolume();
        let output = '';
        const running = pod.run(
          containerSpec({
            args: ['/bin/sh', '-c', 'cat /sub /sub/file /sub/two/file; echo leaked >/sub/leaked'],
            mounts: [at(volume, subPath)],
            onOutput: (chunk) => {
              output += Buffer.from(chunk).toString('utf8');
            },
          }),
        );
        // The call has checked all it will by now; the guard comes after it.
        exchange(volume, secret);
        await assert.rejects(running, { code: 'StartFailed', message: /subPath.* symbolic link/ });
        assert.equal(output, '');
        assert.equal(existsSync(join(secret, 'leaked')) || existsSync(join(secret, 'two/leaked')), false);
      }),
    );
  }

  it(
    'keeps showing a running container what it was started with',
    inPod({}, async (pod) => {
      const { volume, secret } = makeVolume();
      const go = join(bench.home, `go-${bench.runtime}`);
      bench.sandbox.makeVolume(go);
      let output = '';
      const container = await pod.run(
        containerSpec({
          args: ['/bin/sh', '-c', 'while ! [ -e /go/now ]; do sleep 0.01; done; cat /sub/file'],
          mounts: [at(volume, 'one/two'), { source: go, destination: '/go', readOnly: true }],
          onOutput: (chunk) => {
            output += Buffer.from(chunk).toString('utf8');
          },
        }),
      );
      replace(join(volume, 'one/two'), join(secret, 'two'));
      writeFileSync(join(go, 'now'), '');
      await container.exit;
      assert.equal(output, 'mine\n');
    }),
  );

  it('removes volumes, never what links in them lead to', async () => {
    const { volume, secret } = makeVolume();
    symlinkSync(secret, join(volume, 'link'));
    await bench.sandbox.removeVolume(volume);
    await bench.sandbox.removeVolume(volume);
    await bench.sandbox.removeVolume(join(volume, 'never/there'));
    assert.equal(existsSync(volume), false);
    assert.equal(readFileSync(join(secret, 'file'), 'utf8'), 'secret\n');
    symlinkSync('/tmp', volume);
    for (const path of ['/tmp/absent', bench.home, join(volume, 'absent'), join(volume, '../..'), 'run']) {
      await assert.rejects(bench.sandbox.removeVolume(path), { code: 'MountRefused' }, path);
    }
    rmSync(volume);
  });
});

function replace(path: string, target: string): void {
  renameSync(path, `${path}.moved`);
  symlinkSync(target, path);
}
