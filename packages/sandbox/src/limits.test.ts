import assert from 'node:assert/strict';
import { it } from 'node:test';
import { describeSandbox } from './testing/sandbox-bench.ts';

const mebibyte = 1024 * 1024;

describeSandbox('limits', (bench) => {
  const { inPod, shell, runIn } = bench;

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
});
