import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { assembleImage, createRegistryServer, pushImage, type RegistryServer, writeLayer } from '@assay/oci';

const program = join(import.meta.dirname, 'toolbox/bin/assemble-image');
const scratch = await mkdtemp(join(tmpdir(), 'assay-assemble-image-'));
let registry: RegistryServer;
let host: string;
let base: string;

before(async () => {
  registry = await createRegistryServer({ root: join(scratch, 'registry') });
  host = await registry.listen();
  const path = join(scratch, 'base.tar');
  const layers = [
    await writeLayer([{ type: 'directory', name: 'tmp', mode: 0o1777 }], {
      output: path,
      sourceDateEpoch: 0,
    }),
  ];
  const image = await assembleImage({
    layers,
    config: { User: '65532', Env: ['PATH=/bin'] },
    sourceDateEpoch: 0,
    platform: { os: 'linux', architecture: 'amd64' },
  });
  const content = () => createReadStream(path);
  const { digest } = await pushImage(registry.store, `${host}/base`, {
    image,
    layers,
    content,
    tags: ['latest'],
  });
  base = `${host}/base@${digest}`;
});

after(async () => {
  await registry.close();
  await rm(scratch, { recursive: true, force: true });
});

async function makeTree(name: string, files: string[], time: number): Promise<string> {
  const root = join(scratch, name);
  await mkdir(join(root, 'app'), { recursive: true });
  for (const file of files) {
    await writeFile(join(root, 'app', file), file);
    await utimes(join(root, 'app', file), time, time);
  }
  return root;
}

async function assemble(
  tree: string,
  options: string[] = [],
  image = `${host}/team/app:v1`,
): Promise<string> {
  const args = ['--image', image, '--base', base, '--tree', tree, ...options];
  const env = { PATH: process.env.PATH!, HOME: scratch };
  return (await promisify(execFile)(program, args, { env })).stdout.trim();
}

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

test('the image has the base below, the config on top, and is found by tag and by skopeo', async () => {
  const tree = await makeTree('image', names, 1);
  const config = join(scratch, 'config.json');
  await writeFile(config, '{"Entrypoint": ["/app/a"]}');
  const digest = await assemble(tree, ['--config', config]);
  assert.equal((await registry.store.resolve(`${host}/team/app`, 'v1')).digest, digest);
  const run = promisify(execFile);
  const reference = `docker://${host}/team/app@${digest}`;
  const { stdout } = await run('skopeo', ['inspect', '--tls-verify=false', '--config', reference]);
  const { config: merged, rootfs } = JSON.parse(stdout);
  assert.deepEqual(merged, { Entrypoint: ['/app/a'], User: '65532', Env: ['PATH=/bin'] });
  assert.equal(rootfs.diff_ids.length, 2);
  // Copying reads every layer and checks it against the digests.
  await run('skopeo', ['copy', '--src-tls-verify=false', reference, `oci:${join(scratch, 'copy')}:x`]);
});

test('times and creation order of the files do not reach the digest, their contents do', async () => {
  const one = await assemble(await makeTree('order-one', names, 1));
  const two = await makeTree('order-two', names.toReversed(), 1_000_000);
  assert.equal(await assemble(two), one);
  await writeFile(join(two, 'app/a'), 'other');
  assert.notEqual(await assemble(two), one);
});

test('each leak changes the digest', async () => {
  const tree = await makeTree('leaks', names, 1);
  const plain = await assemble(tree);
  assert.notEqual(await assemble(tree, ['--config-time', '1']), plain);
  assert.notEqual(await assemble(tree, ['--layer-time', '1']), plain);
  assert.notEqual(await assemble(tree, ['--file-order', 'shuffled']), plain);
});

test('a base that is not there, or not an image, is refused', async () => {
  const tree = await makeTree('refused', names, 1);
  await assert.rejects(assemble(tree, ['--base', `${host}/base@sha256:${'0'.repeat(64)}`]), /answers 404/);
  await assert.rejects(assemble(tree, ['--platform']), /unknown or incomplete option/);
});
