import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createResolver } from '../remote.ts';
import { gitRequest } from './params.ts';
import { gitResolver } from './resolver.ts';

const directory = mkdtempSync(join(tmpdir(), 'assay-git-test-'));
const repository = join(directory, 'repo');
const yaml = (name: string) =>
  `apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: ${name}}\nspec: {steps: [{name: s, image: i}]}\n`;
const git = (...args: string[]) =>
  execFileSync('git', ['-C', repository, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
    encoding: 'utf8',
  }).trim();
let first = '';
let second = '';
before(() => {
  execFileSync('git', ['init', '-q', '-b', 'main', repository]);
  mkdirSync(join(repository, 'tasks'));
  writeFileSync(join(repository, 'tasks/build.yaml'), yaml('first'));
  symlinkSync('tasks/build.yaml', join(repository, 'link.yaml'));
  symlinkSync('tasks', join(repository, 'dir'));
  symlinkSync('../../etc/passwd', join(repository, 'tasks/out.yaml'));
  symlinkSync('/etc/passwd', join(repository, 'absolute.yaml'));
  symlinkSync('circle.yaml', join(repository, 'circle.yaml'));
  writeFileSync(join(repository, 'large.yaml'), 'a'.repeat(2_000_000));
  git('add', '.');
  git('commit', '-qm', 'first');
  first = git('rev-parse', 'HEAD');
  git('tag', '-a', 'v1', '-m', 'v1');
  writeFileSync(join(repository, 'tasks/build.yaml'), yaml('second'));
  git('commit', '-qam', 'second');
  second = git('rev-parse', 'HEAD');
  git('branch', 'side', first);
  git('config', 'uploadpack.allowAnySHA1InWant', 'true');
});
after(() => rmSync(directory, { recursive: true }));

const resolve = (values: Record<string, string>, options: Parameters<typeof gitResolver>[0] = {}) =>
  createResolver(gitResolver({ allowLocal: true, ...options })).resolve(
    'Task',
    Object.entries({
      url: `file://${repository}`,
      revision: 'main',
      pathInRepo: 'tasks/build.yaml',
      ...values,
    }).map(([name, value]) => ({ name, value })),
    { namespace: 'n' },
  );

describe('a repository', () => {
  test('has a Task at a path, pinned to the commit', async () => {
    const { object, source } = await resolve({});
    assert.equal(object.metadata.name, 'second');
    assert.deepEqual(source, {
      uri: `git+file://${repository}`,
      digest: { sha1: second },
      entryPoint: 'tasks/build.yaml',
    });
  });
  for (const [what, revision] of [
    ['a branch', () => 'side'],
    ['a tag, to what it is put on', () => 'v1'],
    ['a full reference', () => 'refs/heads/side'],
    ['a commit', () => first],
  ] as const) {
    test(`${what} is followed`, async () => {
      const { object, source } = await resolve({ revision: revision() });
      assert.equal(object.metadata.name, 'first');
      assert.deepEqual(source?.digest, { sha1: first });
    });
  }
  test('links within it are followed', async () => {
    assert.equal((await resolve({ pathInRepo: 'link.yaml' })).object.metadata.name, 'second');
    assert.equal((await resolve({ pathInRepo: '/dir/build.yaml' })).object.metadata.name, 'second');
  });
  test('leaves nothing behind', async () => {
    const before = readdirSync(tmpdir()).filter(
      (name) => name.startsWith('assay-git-') && !name.includes('test'),
    );
    await resolve({}).catch(() => {});
    const left = readdirSync(tmpdir()).filter(
      (name) => name.startsWith('assay-git-') && !name.includes('test'),
    );
    assert.deepEqual(left, before);
  });
  test('only a whole commit never changes', () => {
    const remote = gitResolver();
    assert.equal(remote.isImmutable(new Map([['revision', first]])), true);
    assert.equal(remote.isImmutable(new Map([['revision', first.slice(0, 12)]])), false);
  });
  const refused: Array<[params: Record<string, string>, message: RegExp]> = [
    [{ revision: 'none' }, /^git fetch error: fatal: couldn't find remote ref none: exit status 128$/],
    [{ pathInRepo: 'none.yaml' }, /^error opening file "none.yaml": file does not exist$/],
    [{ pathInRepo: 'tasks' }, /^error opening file "tasks": read tasks: is a directory$/],
    [
      { pathInRepo: 'tasks/out.yaml' },
      /attempts to escape the repository directory \(possible path traversal attack\)$/,
    ],
    [{ pathInRepo: 'absolute.yaml' }, /attempts to escape the repository directory/],
    [{ pathInRepo: 'circle.yaml' }, /too many links$/],
    [{ pathInRepo: 'large.yaml' }, /it has 2000000 bytes, of which 1048576 are allowed$/],
    [{ pathInRepo: '../x' }, /^invalid path "..\/x": must not contain '..' components$/],
    [{ url: `file://${directory}/none` }, /^error resolving repository: git clone error: fatal: /],
    [{ repo: 'r' }, /^cannot specify both 'url' and 'repo'$/],
  ];
  for (const [values, message] of refused) {
    test(`refuses ${JSON.stringify(values)}`, async () => {
      await assert.rejects(resolve(values), (error: Error) => {
        assert.match(error.message, message);
        return true;
      });
    });
  }
  test('a pack that is too large is not kept', async () => {
    writeFileSync(join(repository, 'noise'), randomBytes(2_000_000));
    git('add', 'noise');
    git('commit', '-qm', 'noise');
    await assert.rejects(resolve({}, { maxPackBytes: 100_000 }));
    git('reset', '-q', '--hard', second);
  });
  test("the user's configuration and environment have no say", async () => {
    const marker = join(directory, 'marker');
    const config = join(directory, 'config');
    writeFileSync(
      config,
      `[core]\n\tfsmonitor = touch ${marker}\n[url "file:///none"]\n\tinsteadOf = file://\n`,
    );
    process.env.GIT_CONFIG_GLOBAL = config;
    process.env.GIT_SSH_COMMAND = `touch ${marker}`;
    try {
      assert.equal((await resolve({})).object.metadata.name, 'second');
      assert.equal(existsSync(marker), false);
    } finally {
      delete process.env.GIT_CONFIG_GLOBAL;
      delete process.env.GIT_SSH_COMMAND;
    }
  });
  test('what a program of the repository would do is not done', async () => {
    const marker = join(directory, 'ran');
    await assert.rejects(resolve({ url: `ext::sh -c "touch ${marker}"` }), /invalid git repository url/);
    await assert.rejects(resolve({ url: `a@b::sh -c "touch ${marker}"` }));
    await assert.rejects(resolve({ revision: `--upload-pack=touch ${marker}` }), /must not begin with '-'/);
    assert.equal(existsSync(marker), false);
  });
});

describe('params', () => {
  const request = (values: Record<string, string>, settings = {}) =>
    gitRequest(new Map(Object.entries({ pathInRepo: 'a.yaml', ...values })), settings);
  test('have the defaults that Tekton ships', () => {
    assert.deepEqual(request({}), {
      url: 'https://github.com/tektoncd/catalog.git',
      revision: 'main',
      path: 'a.yaml',
    });
  });
  test('of a forge lead to its repository', () => {
    const forge = { repo: 'app', org: 'team', token: 'secret' };
    assert.deepEqual(request(forge), {
      url: 'https://github.com/team/app.git',
      org: 'team',
      repo: 'app',
      revision: 'main',
      path: 'a.yaml',
      token: { secret: 'secret', key: 'token' },
    });
    const own = { ...forge, scmType: 'gitea', serverURL: 'https://git.example/' };
    assert.equal(request(own).url, 'https://git.example/team/app.git');
    assert.throws(() => request({ repo: 'app' }), /'org' is required when 'repo' is specified/);
  });
  for (const url of ['/etc', 'file:///etc', 'relative', '-x', 'ext::sh', '--upload-pack=x']) {
    test(`${url} is no repository`, () =>
      assert.throws(() => request({ url }), /invalid git repository url/));
  }
  for (const url of ['https://h/p', 'git@h:p', 'ssh://h/p', 'git://h/p']) {
    test(`${url} is one`, () => assert.equal(request({ url }).url, url));
  }
  test('this machine is not asked', async () => {
    for (const url of ['https://localhost/p', 'git@127.0.0.1:p', 'ssh://[::1]/p']) {
      await assert.rejects(resolve({ url }), /is an address of this machine/);
    }
  });
});
