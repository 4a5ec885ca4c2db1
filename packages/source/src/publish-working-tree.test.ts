import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { publishWorkingTree } from './publish-working-tree.ts';
import { runGit } from './run-git.ts';

const scratch = mkdtempSync(join(tmpdir(), 'assay-published-tree-'));
after(() => rmSync(scratch, { recursive: true, force: true }));
let count = 0;

const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com'];

/** A working tree with one commit of `app.txt` and `.gitignore`. */
async function workingTree(): Promise<string> {
  const directory = join(scratch, `tree-${++count}`);
  mkdirSync(directory);
  await runGit(['init', '--quiet', '--initial-branch=trunk', directory]);
  writeFileSync(join(directory, 'app.txt'), 'one\n');
  writeFileSync(join(directory, '.gitignore'), 'built\n');
  await runGit(['-C', directory, 'add', '.']);
  await runGit(['-C', directory, ...identity, 'commit', '--quiet', '-m', 'First']);
  return directory;
}

const publish = (directory: string) =>
  publishWorkingTree({ root: join(scratch, `served-${++count}`), name: 'app', directory, branch: 'trunk' });
const filesOf = async (path: string, commit: string) =>
  (await runGit(['--git-dir', path, 'ls-tree', '-r', '--name-only', commit])).split('\n');

test('a clean tree is its own commit, with its history', async () => {
  const directory = await workingTree();
  const { commit, path, uncommitted } = await publish(directory);
  assert.equal(commit, await runGit(['-C', directory, 'rev-parse', 'HEAD']));
  assert.equal(uncommitted, false);
  assert.equal(await runGit(['--git-dir', path, 'rev-parse', 'refs/heads/trunk']), commit);
});

test('changed, new and removed files are on top of it, ignored ones are not', async () => {
  const directory = await workingTree();
  const head = await runGit(['-C', directory, 'rev-parse', 'HEAD']);
  rmSync(join(directory, 'app.txt'));
  for (const name of ['new.txt', 'built', 'private']) writeFileSync(join(directory, name), 'x\n');
  mkdirSync(join(directory, '.git/info'), { recursive: true });
  writeFileSync(join(directory, '.git/info/exclude'), 'private\n');
  const before = await runGit(['-C', directory, 'status', '--porcelain']);
  const { commit, path, uncommitted } = await publish(directory);
  assert.equal(uncommitted, true);
  assert.deepEqual(await filesOf(path, commit), ['.gitignore', 'new.txt']);
  assert.equal(await runGit(['--git-dir', path, 'rev-parse', `${commit}^`]), head);
  assert.equal(await runGit(['-C', directory, 'status', '--porcelain']), before, 'the tree is left alone');
  assert.equal((await publish(directory)).commit, commit, 'the same state is the same commit');
  await assert.rejects(runGit(['-C', directory, 'cat-file', '-e', commit]), { code: 'GitFailed' });
});

test('a repository without a commit is its files', async () => {
  const directory = join(scratch, 'fresh');
  mkdirSync(directory);
  await runGit(['init', '--quiet', directory]);
  writeFileSync(join(directory, 'a'), '');
  const { commit, path, uncommitted } = await publish(directory);
  assert.equal(uncommitted, true);
  assert.deepEqual(await filesOf(path, commit), ['a']);
});

test('what is no repository is an error', async () => {
  const directory = join(scratch, 'none');
  mkdirSync(directory);
  await assert.rejects(publish(directory), { code: 'GitFailed' });
  assert.equal(existsSync(join(directory, '.git')), false);
});
