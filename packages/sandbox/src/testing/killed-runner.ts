import type { ImageRootfs } from '../pod.ts';
import { createSandbox } from '../sandbox.ts';

// Starts a step that leaves a process in a session of its own, says so and waits to be killed.
const [home = '', runtime = 'crun', marker = '', image = ''] = process.argv.slice(2);
const sandbox = await createSandbox({ home, runtime: runtime === 'runc' ? 'runc' : 'crun' });
const pod = await sandbox.createPod({
  id: `killed-${runtime}`,
  hostname: 'h',
  network: 'egress',
  containers: 1,
});
await pod.run({
  name: 'main',
  image: JSON.parse(image) as ImageRootfs,
  args: ['/bin/sh', '-c', `setsid sleep ${marker} & sleep ${marker} & sleep 0.1; echo up; wait`],
  env: {},
  workingDir: '/',
  user: '',
  mounts: [],
  readOnlyRootFilesystem: false,
  limits: {},
  onOutput: (chunk) => process.stdout.write(chunk),
});
