import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runGit } from '@assay/source';
import { openWorkingTree, originOf, pushVariables } from './working-tree.ts';

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'assay-working-tree-')));
after(() => rmSync(scratch, { recursive: true, force: true }));

test('owner and name are read from every form of a URL', () => {
  for (const url of [
    'https://github.com/Team/App',
    'https://github.com/Team/App.git',
    'git@github.com:Team/App.git',
    'ssh://git@host:2222/group/Team/App.git/',
  ])
    assert.deepEqual(originOf(url), { owner: 'team', repository: 'app' }, url);
  assert.equal(originOf(''), undefined);
});

test('a directory below the top means the whole tree', async () => {
  const top = join(scratch, 'App');
  mkdirSync(join(top, 'sub'), { recursive: true });
  await runGit(['init', '--quiet', '--initial-branch=trunk', top]);
  assert.deepEqual(await openWorkingTree(join(top, 'sub')), { directory: top, branch: 'trunk', name: 'app' });
  await runGit(['-C', top, 'remote', 'add', 'origin', 'git@host:Team/Shop.git']);
  const tree = await openWorkingTree(top);
  const place = { url: 'http://localhost:1/git/shop.git', commit: 'c', registryHost: 'localhost:1' };
  const variables = pushVariables(tree, { ...place, namespace: 'default' });
  assert.deepEqual([variables.repo_owner, variables.repo_name], ['team', 'shop']);
  assert.deepEqual([variables.revision, variables.source_url], ['c', place.url]);
  assert.equal(variables.target_branch, 'trunk');
});

test('where there is no repository is wrong usage', async () => {
  const directory = join(scratch, 'none');
  mkdirSync(directory);
  await assert.rejects(openWorkingTree(directory), { code: 'Usage', message: /is in no git working tree/ });
});
