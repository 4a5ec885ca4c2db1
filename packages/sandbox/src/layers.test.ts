import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import { type Header, pack } from 'tar-stream';
import { createImageStore } from './image-store/image-store.ts';
import { hostLayer, storeImage } from './testing/host-image.ts';
import { describeSandbox } from './testing/sandbox-bench.ts';

describeSandbox('layers of an image', (bench) => {
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
    const layers = [
      { blob: hostLayer() },
      { blob: below },
      { blob: above },
      { blob: below },
      { blob: above },
    ];
    const { store } = await storeImage(join(bench.home, 'layers'), 'localhost/layers', 'v1', layers);
    const layered = await createImageStore({ home: bench.home, store }).resolve('localhost/layers:v1', {
      pullPolicy: 'Always',
    });
    assert.equal(layered.layers.length, 3);
    const pod = await bench.sandbox.createPod(bench.podSpec());
    try {
      const { output } = await bench.runIn(pod, { image: layered, args: ['/bin/ls', '/d', '/o', '/kept'] });
      assert.equal(output, '/kept\n\n/d:\nnew\n\n/o:\nshown\n');
    } finally {
      await pod.remove();
    }
  });
});

async function tarOf(entries: Array<Partial<Header> & { name: string }>): Promise<Buffer> {
  const archive = pack();
  for (const header of entries) archive.entry(header, '');
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
