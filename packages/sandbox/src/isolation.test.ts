import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { it } from 'node:test';
import { describeSandbox } from './testing/sandbox-bench.ts';

describeSandbox('isolation', (bench) => {
  const { inPod, shell, containerSpec, podSpec } = bench;

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
      const other = await bench.sandbox.createPod(podSpec());
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
        `ls /sys/class/net; ip -br a; ip route; cat /etc/resolv.conf; ${connect(bench.servicePort)}`,
      );
      assert.deepEqual(output.split('\n')[0], 'lo');
      assert.match(output, /127\.0\.0\.1/);
      assert.doesNotMatch(output, /nameserver|default|hello/);
    }),
  );

  it(
    'reaches services and no other bench.servicePort of the host through localhost',
    inPod({ network: 'egress' }, async (pod) => {
      const host = createServer((socket) => socket.end('host loopback\n')).listen(0, '127.0.0.1');
      await new Promise((resolve) => host.once('listening', resolve));
      const address = host.address();
      const hostPort = typeof address === 'object' && address !== null ? address.port : 0;
      try {
        const { output } = await shell(
          pod,
          `${connect(bench.servicePort)}; ${connect(hostPort)}; ${connect(hostPort, '10.0.2.2')}; ls /sys/class/net`,
        );
        assert.match(output, /hello from the service/);
        assert.doesNotMatch(output, /host loopback/);
        const isolated = await shell(pod, `${connect(bench.servicePort)}; ls /sys/class/net; ip -br a`, {
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
});

function connect(port: number, host = '127.0.0.1'): string {
  return `perl -e 'use Socket; $SIG{ALRM}=sub{exit 1}; alarm 1; socket(S,PF_INET,SOCK_STREAM,0); connect(S,sockaddr_in(${port},inet_aton("${host}"))) or exit 1; print while <S>' 2>/dev/null`;
}
