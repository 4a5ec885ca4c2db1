import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pack } from 'tar-stream';
import { createImageStore } from '../image-store/image-store.ts';
import { createSandbox } from '../sandbox.ts';
import { hostLayer, storeImage } from './host-image.ts';

// Runs one container as whoever starts this, of an image whose upper layer hides a directory's content.
const [home = '', runtime = 'crun'] = process.argv.slice(2);
const archive = pack();
archive.entry({ name: 'work', type: 'directory' });
archive.entry({ name: 'work/.wh..wh..opq' }, '');
archive.entry({ name: 'work/shown' }, '');
archive.entry({ name: 'etc', type: 'directory' });
archive.entry({ name: 'etc/.wh.group' }, '');
archive.finalize();
const upper: Buffer[] = [];
for await (const chunk of archive) upper.push(chunk as Buffer);
const layers = [{ blob: hostLayer() }, { blob: Buffer.concat(upper) }];
const { store } = await storeImage(join(home, 'registry'), 'localhost/test', 'v1', layers);
const image = await createImageStore({ home, store }).resolve('localhost/test:v1', { pullPolicy: 'Always' });
const sandbox = await createSandbox({ home, runtime: runtime === 'runc' ? 'runc' : 'crun' });
const pod = await sandbox.createPod({
  id: `rootless-${runtime}`,
  hostname: 'h',
  network: 'none',
  containers: 1,
});
const volume = join(home, `volume-${runtime}`);
sandbox.makeVolume(volume);
mkdirSync(join(volume, 'deep/er'), { recursive: true });
let output = '';
const container = await pod.run({
  name: 'main',
  image,
  args: [
    '/bin/sh',
    '-c',
    'id -u; ls /work; ls /sys/class/net; ls /etc/group 2>/dev/null; touch /etc/made; mkdir -p /sub/made/in && chmod 0 /sub/made; ls /volume/deep/er; exit 3',
  ],
  env: {},
  workingDir: '/',
  user: '',
  mounts: [
    { source: volume, destination: '/volume', readOnly: false },
    { source: volume, subPath: 'deep/er', destination: '/sub', readOnly: false },
  ],
  readOnlyRootFilesystem: false,
  limits: {},
  onOutput: (chunk) => {
    output += Buffer.from(chunk).toString('utf8');
  },
});
const { exitCode } = await container.exit;
await pod.remove();
await sandbox.removeVolume(volume);
await sandbox.close();
const left = [...readdirSync(join(home, 'run')), ...(existsSync(volume) ? [volume] : [])];
process.stdout.write(JSON.stringify({ runtime: sandbox.runtime, exitCode, output, left }));
