import { it } from 'node:test';
import { describeSandbox } from './testing/sandbox-bench.ts';

describeSandbox('order', (bench) => {
  it(
    'order',
    bench.inPod({ containers: 200 }, async (pod) => {
      let bad = 0;
      for (let i = 0; i < 80; i++) {
        const { output } = await bench.shell(pod, 'cat /etc/passwd; ls /etc/new', { name: `n${i}` });
        if (!output.startsWith('root:')) {
          bad++;
          console.log(JSON.stringify(output));
        }
      }
      console.log('bad', bad);
    }),
  );
});
