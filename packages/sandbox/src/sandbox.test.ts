import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Header, pack } from 'tar-stream';
import { findProgram, hostIdentity } from './host/tools.ts';
import { createImageStore } from './image-store/image-store.ts';
import { detectCgroups } from './limits/cgroups.ts';
import type { ContainerExit, ContainerSpec, ImageRootfs, Pod, PodSpec, Sandbox } from './pod.ts';
import { createSandbox } from './sandbox.ts';
import { hostLayer, storeImage, temporaryHome } from './testing/host-image.ts';

const { rootless } = hostIdentity();
const mebibyte = 1024 * 1024;

let home = '';
let image: ImageRootfs;
let layer: Buffer;
let count = 0;

before(async () => {
  home = temporaryHome();
  layer = hostLayer();
  const { store } = await storeImage(join(home, 'registry'), 'localhost/test', 'v1', [{ blob: layer }]);
  image = await createImageStore({ home, store }).resolve('localhost/test:v1', { pullPolicy: 'Always' });
});
after(() => rmSync(home, { recursive: true, force: true }));

function containerSpec(change: Partial<ContainerSpec>): ContainerSpec {
  return {
    ...{ name: 'main', image, args: ['/bin/true'], env: {}, workingDir: '/', user: '', mounts: [] },
    ...{ readOnlyRootFilesystem: false, limits: {}, ...change },
  };
}

function podSpec(change: Partial<PodSpec> = {}): PodSpec {
  count += 1;
  return { id: `pod-${count}`, hostname: 'step-host', network: 'none', containers: 20, ...change };
}

async function runIn(pod: Pod, change: Partial<ContainerSpec>): Promise<ContainerExit & { output: string }> {
  const chunks: Uint8Array[] = [];
  const onOutput = (chunk: Uint8Array): number => chunks.push(chunk);
  const container = await pod.run(containerSpec({ onOutput, ...change }));
  const exit = await container.exit;
  return { ...exit, output: Buffer.concat(chunks).toString('utf8') };
}

function ownCgroups(): string[] {
  const { v1, unified } = detectCgroups();
  return [...v1.map(({ dir }) => dir), ...(unified === undefined ? [] : [unified])].flatMap((dir) => {
    try {
      return readdirSync(join(dir, 'assay')).filter((name) => name.includes(`-${process.pid}-`));
    } catch {
      return [];
    }
  });
}

for (const runtime of ['crun', 'runc'] as const) {
  const absent = rootless
    ? 'needs root'
    : findProgram(runtime) === undefined && `${runtime} is not installed`;
  describe(`sandbox on ${runtime}`, { skip: absent }, () => {
    let sandbox: Sandbox;
    let service: Server;
    const port = 18_093;

    before(async () => {
      const socketPath = join(home, `${runtime}.socket`);
      service = createServer((socket) => socket.end('hello from the service\n')).listen(socketPath);
      sandbox = await createSandbox({ home, runtime, services: [{ port, socketPath }] });
    });
    after(async () => {
      await sandbox.close();
      service.close();
      assert.deepEqual(ownCgroups(), []);
      const mounts = readFileSync('/proc/self/mounts', 'utf8');
      assert.equal(mounts.includes(home), false);
    });

    const inPod = (change: Partial<PodSpec>, test: (pod: Pod) => Promise<void>) => async () => {
      const pod = await sandbox.createPod(podSpec(change));
      try {
        await test(pod);
      } finally {
        await pod.remove();
      }
    };
    const shell = (pod: Pod, script: string, change: Partial<ContainerSpec> = {}) =>
      runIn(pod, { args: ['/bin/sh', '-c', script], ...change });

    it('says which runtime it is and why', () => {
      assert.equal(sandbox.runtime.name, runtime);
      assert.match(sandbox.runtime.reason, new RegExp(`^${runtime} \\S+ started a container`));
      assert.equal(sandbox.runtime.rootless, false);
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
        if (runtime === 'crun') assert.equal(output, `${expected}last\n`);
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
      'refuses what the host must not suffer',
      inPod({}, async (pod) => {
        const attempts = [
          'echo 1 >/proc/sys/kernel/sysrq',
          'echo 1 >/proc/sys/vm/drop_caches',
          'echo x >/sys/kernel/uevent_helper',
          'mount -t tmpfs tmpfs /tmp',
          'mount -t proc proc /tmp',
          'mknod /tmp/disk b 8 0',
          'unshare -r true',
          'unshare -m true',
          'head -c1 /dev/kmsg',
          'head -c1 /proc/kcore',
          'ls /proc/1/root/proc/1/root/mnt/run',
          'mkdir /sys/fs/cgroup/x',
          'ip link set lo down',
        ];
        const script = attempts
          .map((attempt) => `(${attempt}) >/dev/null 2>&1 && echo '${attempt}'`)
          .join('; ');
        const { output } = await shell(pod, `${script}; echo end`);
        assert.equal(output, 'end\n');
      }),
    );

    it(
      'shows neither processes nor files of the host nor of another pod',
      inPod({}, async (pod) => {
        const other = await sandbox.createPod(podSpec());
        try {
          const sleeper = await other.run(containerSpec({ args: ['/bin/sleep', '1000'] }));
          const { output } = await shell(
            pod,
            'ls -d /proc/[0-9]* | while read p; do cat $p/comm; done; ls /mnt /home; ls /',
          );
          assert.doesNotMatch(output, /sleep|node|mnt\/|registry/);
          await sleeper.stop(0);
        } finally {
          await other.remove();
        }
      }),
    );

    it(
      'maps its root to an unprivileged user of the host, with few capabilities',
      inPod({}, async (pod) => {
        const { output } = await shell(pod, 'cat /proc/self/uid_map; head -c 4000 /proc/self/status');
        assert.match(output, /^\s*0\s+[1-9]\d{4,}\s+65536$/m);
        assert.match(output, /^CapEff:\s+00000000800405fb$|^CapEff:\s+00000000800[0-9a-f]+$/m);
        assert.match(output, /^NoNewPrivs:\s+1$/m);
        assert.match(output, /^Seccomp:\s+2$/m);
        const none = await shell(pod, 'head -c 4000 /proc/self/status', {
          name: 'none',
          capabilities: { drop: ['ALL'] },
        });
        assert.match(none.output, /^CapBnd:\s+0+$/m);
        const user = await shell(pod, 'head -c 4000 /proc/self/status', { name: 'user', user: '1001' });
        assert.match(user.output, /^CapEff:\s+0+$/m);
      }),
    );

    it(
      'allows nested user namespaces only when asked',
      inPod({}, async (pod) => {
        const { exitCode } = await shell(pod, 'unshare -r true');
        assert.notEqual(exitCode, 0);
        const open = await shell(pod, 'unshare -r true', { name: 'open', nestedUserNamespaces: true });
        assert.deepEqual([open.exitCode, open.output], [0, '']);
      }),
    );

    it(
      'gives a hermetic pod a loopback and nothing else',
      inPod({ network: 'none' }, async (pod) => {
        const { output } = await shell(
          pod,
          `ls /sys/class/net; ip -br a; ip route; cat /etc/resolv.conf; ${connect(port)}`,
        );
        assert.deepEqual(output.split('\n')[0], 'lo');
        assert.match(output, /127\.0\.0\.1/);
        assert.doesNotMatch(output, /nameserver|default|hello/);
      }),
    );

    it(
      'reaches services and no other port of the host through localhost',
      inPod({ network: 'egress' }, async (pod) => {
        const host = createServer((socket) => socket.end('host loopback\n')).listen(0, '127.0.0.1');
        await new Promise((resolve) => host.once('listening', resolve));
        const address = host.address();
        const hostPort = typeof address === 'object' && address !== null ? address.port : 0;
        try {
          const { output } = await shell(
            pod,
            `${connect(port)}; ${connect(hostPort)}; ${connect(hostPort, '10.0.2.2')}; ls /sys/class/net`,
          );
          assert.match(output, /hello from the service/);
          assert.doesNotMatch(output, /host loopback/);
          const isolated = await shell(pod, `${connect(port)}; ls /sys/class/net; ip -br a`, {
            name: 'cut',
            network: 'none',
          });
          assert.doesNotMatch(isolated.output, /hello|tap0/);
          assert.match(isolated.output, /127\.0\.0\.1/);
        } finally {
          host.close();
        }
      }),
    );

    it(
      'shares the loopback between the containers of a pod',
      inPod({}, async (pod) => {
        const tcp = `$|=1; use Socket; socket(S,PF_INET,SOCK_STREAM,0); setsockopt(S,SOL_SOCKET,SO_REUSEADDR,1); bind(S,sockaddr_in(80,INADDR_ANY)) or die $!; listen(S,5); print "up\\n"; while(accept(C,S)){syswrite C,"sidecar\\n"; close C}`;
        let up = (): void => {};
        const listening = new Promise<void>((resolve) => {
          up = resolve;
        });
        const sidecar = await pod.run(
          containerSpec({ name: 'sidecar', args: ['/bin/perl', '-e', tcp], onOutput: () => up() }),
        );
        await listening;
        const { output } = await shell(pod, connect(80));
        assert.match(output, /sidecar/);
        const exit = await sidecar.stop(0);
        assert.equal(exit.exitCode, 137);
      }),
    );

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
      'tells memory kills of the step itself and of a child alone',
      inPod({}, async (pod) => {
        const hog = `perl -e '$x="a" x (200*1024*1024); print "survived"'`;
        const limits = { memoryBytes: 48 * mebibyte };
        const main = await runIn(pod, { args: ['/bin/sh', '-c', `exec ${hog}`], limits });
        assert.deepEqual([main.exitCode, main.oomKilled, main.output], [137, true, '']);
        const child = await shell(pod, `${hog}; exit 0`, { name: 'child', limits });
        assert.deepEqual([child.exitCode, child.oomKilled], [0, true]);
        assert.ok(
          (child.peakMemoryBytes ?? 0) > 40 * mebibyte && (child.peakMemoryBytes ?? 0) <= 48 * mebibyte,
        );
        const fine = await shell(pod, 'true', { name: 'fine', limits });
        assert.equal(fine.oomKilled, false);
      }),
    );

    it(
      'holds the number of processes',
      inPod({}, async (pod) => {
        const { output } = await shell(pod, 'for i in $(seq 40); do sleep 5 & done; echo all', {
          limits: { pids: 12 },
        });
        assert.match(output, /fork|Resource|resource/i);
        assert.doesNotMatch(output, /^all$/m);
      }),
    );

    it(
      'holds the share of a core',
      inPod({}, async (pod) => {
        const { output } = await shell(
          pod,
          `perl -e '$e=time+2; 1 while time<$e; ($u,$s)=times; printf "%.3f", $u+$s'`,
          { limits: { cpuMillis: 200 } },
        );
        assert.ok(Number(output) < 0.7, output);
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
        const stubborn = await pod.run(
          containerSpec({
            name: 'stubborn',
            args: ['/bin/sh', '-c', 'trap "" TERM; while :; do sleep 0.01; done'],
          }),
        );
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

    it(
      'mounts volumes, read-only ones too, and refuses other sources',
      inPod({}, async (pod) => {
        const volume = join(home, `volume-${runtime}`);
        sandbox.makeVolume(volume);
        sandbox.makeVolume(join(volume, 'sub'));
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
        await assert.rejects(sandbox.createPod(podSpec({ id: 'A' })), { code: 'InvalidSpec' });
      }),
    );

    it('removes a pod whose containers still run, and refuses it afterwards', async () => {
      const pod = await sandbox.createPod(podSpec());
      const container = await pod.run(
        containerSpec({ args: ['/bin/sh', '-c', 'setsid sleep 1000 & sleep 1000'] }),
      );
      await Promise.all([pod.remove(), pod.remove()]);
      assert.equal((await container.exit).exitCode, 137);
      await assert.rejects(pod.run(containerSpec({ name: 'late' })), { code: 'Closed' });
    });

    it('leaves nothing when its process is killed in the middle of a step', async () => {
      const marker = `1000.${process.pid}${runtime === 'crun' ? 1 : 2}`;
      const child = spawn(
        process.execPath,
        [
          '--disable-warning=ExperimentalWarning',
          fileURLToPath(new URL('./testing/killed-runner.ts', import.meta.url)),
          home,
          runtime,
          marker,
          JSON.stringify(image),
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      await new Promise((resolve) => child.stdout.once('data', resolve));
      assert.equal(commandsWith(marker), 2);
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('close', resolve));
      for (let wait = 0; wait < 100 && commandsWith(marker) > 0; wait++) await delay(10);
      assert.equal(commandsWith(marker), 0);
      const swept = await sandbox.sweep();
      assert.equal(swept.pods, 1);
      assert.ok(swept.cgroups >= 1);
      assert.deepEqual(await sandbox.sweep(), { pods: 0, cgroups: 0 });
    });
  });
}

describe('layers of an image in a container', { skip: rootless && 'needs root' }, () => {
  it('shows whiteouts, opaque directories and replaced files as the image means them', async () => {
    const below = await tarOf([
      { name: 'd', type: 'directory' },
      { name: 'd/old' },
      { name: 'o', type: 'directory' },
      { name: 'o/hidden' },
      { name: 'o/sub', type: 'directory' },
      { name: 'kept' },
    ]);
    const above = await tarOf([
      { name: 'd', type: 'directory' },
      { name: 'd/.wh.old' },
      { name: 'd/new' },
      { name: 'o', type: 'directory', mode: 0o755 },
      { name: 'o/.wh..wh..opq' },
      { name: 'o/shown' },
    ]);
    const layers = [{ blob: layer }, { blob: below }, { blob: above }, { blob: below }, { blob: above }];
    const { store } = await storeImage(join(home, 'registry'), 'localhost/layers', 'v1', layers);
    const layered = await createImageStore({ home, store }).resolve('localhost/layers:v1', {
      pullPolicy: 'Always',
    });
    assert.equal(layered.layers.length, 3);
    const sandbox = await createSandbox({ home, warmPods: 0 });
    try {
      const pod = await sandbox.createPod(podSpec());
      const { output } = await runIn(pod, { image: layered, args: ['/bin/ls', '/d', '/o', '/kept'] });
      assert.equal(output, '/kept\n\n/d:\nnew\n\n/o:\nshown\n');
    } finally {
      await sandbox.close();
    }
  });
});

function connect(port: number, host = '127.0.0.1'): string {
  return `perl -e 'use Socket; $SIG{ALRM}=sub{exit 1}; alarm 1; socket(S,PF_INET,SOCK_STREAM,0); connect(S,sockaddr_in(${port},inet_aton("${host}"))) or exit 1; print while <S>' 2>/dev/null`;
}

function commandsWith(marker: string): number {
  return execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.startsWith('sleep') && line.includes(marker)).length;
}

async function tarOf(entries: Array<Partial<Header> & { name: string }>): Promise<Buffer> {
  const archive = pack();
  for (const header of entries) archive.entry(header, '');
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
