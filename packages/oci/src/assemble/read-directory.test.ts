import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readDirectory } from './read-directory.ts';
import { writeLayer } from './write-layer.ts';

const scratch = await mkdtemp(join(tmpdir(), 'assay-read-directory-'));
after(() => rm(scratch, { recursive: true, force: true }));

async function makeTree(name: string, files: string[], day: number): Promise<string> {
  const root = join(scratch, name);
  await mkdir(join(root, 'sub'), { recursive: true });
  for (const path of files) {
    await writeFile(join(root, path), `content of ${path}`);
    await utimes(join(root, path), day * 86400, day * 86400);
  }
  await symlink('sub/one', join(root, 'link'));
  return root;
}

test('the times and the order of creation of a directory do not reach the digest', async () => {
  const files = ['sub/one', 'sub/two', 'three'];
  const one = await makeTree('one', files, 1);
  const two = await makeTree('two', files.toReversed(), 20_000);
  await chmod(join(two, 'three'), 0o600);
  const digests = [];
  for (const root of [one, two]) {
    const layer = await writeLayer(await readDirectory(root, '/app'), {
      output: join(scratch, 'layer.tar'),
      sourceDateEpoch: 0,
    });
    digests.push(layer.diffId);
  }
  assert.equal(digests[0], digests[1]);
  const listed = execFileSync('tar', ['-tf', join(scratch, 'layer.tar')], { encoding: 'utf8' });
  assert.deepEqual(listed.trim().split('\n'), [
    'app/link',
    'app/sub/',
    'app/sub/one',
    'app/sub/two',
    'app/three',
  ]);
});

test('a named pipe is refused by its path', async () => {
  const root = join(scratch, 'special');
  await mkdir(root);
  execFileSync('mkfifo', [join(root, 'pipe')]);
  await assert.rejects(readDirectory(root), { code: 'LayerInvalid', message: /special\/pipe/ });
});
