import assert from 'node:assert/strict';
import { it } from 'node:test';
import { describeSandbox } from './testing/sandbox-bench.ts';

/** Answers each connection with what it was asked first. */
const server = `use IO::Socket::INET;
my $s = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1', LocalPort => 8080, ReuseAddr => 1) or die;
print "ready\\n"; $| = 1; STDOUT->flush;
while (my $c = $s->accept) { my $line = <$c>; print $c "HTTP/1.0 200 OK\\r\\n\\r\\n$line" if defined $line; close $c }`;

describeSandbox('a request into a pod', (bench) => {
  it(
    'is answered by what listens there, and by nothing else',
    bench.inPod({}, async (pod) => {
      const ready = Promise.withResolvers<void>();
      await pod.run(bench.containerSpec({ args: ['perl', '-e', server], onOutput: () => ready.resolve() }));
      await ready.promise;
      const answer = await pod.request({ port: 8080, send: 'GET /\r\n', timeoutMs: 5000 });
      assert.equal(answer?.toString(), 'HTTP/1.0 200 OK\r\n\r\nGET /\r\n');
      assert.equal((await pod.request({ port: 8080, timeoutMs: 5000 }))?.length, 0);
      assert.equal(await pod.request({ port: 8081, timeoutMs: 5000 }), undefined);
      await assert.rejects(pod.request({ host: 'a,exec:b', port: 1, timeoutMs: 1000 }), {
        code: 'InvalidSpec',
      });
    }),
  );
});

describeSandbox("a container's own files", (bench) => {
  it(
    'name further hosts and resolvers when the pod does',
    bench.inPod(
      {
        hostAliases: [{ ip: '10.1.2.3', hostnames: ['a.example', 'b'] }],
        dns: { nameservers: ['10.0.0.9'], searches: ['x.example'], options: ['ndots:2'] },
      },
      async (pod) => {
        const { output } = await bench.shell(pod, 'tail -n 1 /etc/hosts; cat /etc/resolv.conf');
        assert.equal(
          output,
          '10.1.2.3\ta.example\tb\nnameserver 10.0.0.9\nsearch x.example\noptions ndots:2\n',
        );
      },
    ),
  );

  it(
    'are in the home directory, for their user alone',
    bench.inPod({}, async (pod) => {
      const homeFiles = new Map([
        ['.gitconfig', Buffer.from('[a]\n')],
        ['.ssh/config', Buffer.from('Host x\n')],
      ]);
      const script = 'cat ~/.gitconfig ~/.ssh/config; stat -c "%a %u" ~/.ssh ~/.ssh/config ~';
      const { output } = await bench.shell(pod, script, { user: 'builder', homeFiles });
      assert.equal(output.split('\n').slice(0, 4).join(' '), '[a] Host x 700 1001 600 1001');
      const root = await bench.shell(pod, 'cat ~/.gitconfig', { name: 'root', homeFiles });
      assert.equal(root.output, '[a]\n');
      const refusals: string[] = [];
      const onHomeRefused = (why: string) => void refusals.push(why);
      const readOnly = { readOnlyRootFilesystem: true, homeFiles, onHomeRefused };
      await bench.shell(pod, 'true', { name: 'frozen', ...readOnly });
      await bench.shell(pod, 'true', { name: 'stranger', user: '4711', homeFiles, onHomeRefused });
      assert.deepEqual(refusals, ['read-only file system', 'permission denied']);
      const other = await bench.shell(pod, 'ls -a ~', { name: 'none' });
      assert.doesNotMatch(other.output, /gitconfig/);
    }),
  );
});
