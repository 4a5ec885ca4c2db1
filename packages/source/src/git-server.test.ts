import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { commitChange, createRepository } from './create-repository.ts';
import { createGitServer, type GitServer } from './git-server.ts';

const run = promisify(execFile);
const scratch = await mkdtemp(join(tmpdir(), 'assay-source-'));
const root = join(scratch, 'repositories');
const files = join(scratch, 'files');
let git: GitServer;
let server: Server;
let base: string;
let port: number;

before(async () => {
  await mkdir(join(files, 'sub'), { recursive: true });
  await writeFile(join(files, 'sub/data'), 'data\n');
  await writeFile(join(files, '.gitignore'), 'ignored\n');
  await writeFile(join(files, 'ignored'), 'kept all the same\n');
  await writeFile(join(files, 'tool'), '#!/bin/sh\n');
  await chmod(join(files, 'tool'), 0o755);
  git = createGitServer({ root, maxRequestBytes: 64 << 10 });
  server = createServer((incoming, response) => {
    if (!git.handle(incoming, response)) response.writeHead(418).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  assert(typeof address === 'object' && address !== null);
  port = address.port;
  base = `http://localhost:${port}`;
});

after(async () => {
  git.close();
  server.closeAllConnections();
  server.close();
  await rm(scratch, { recursive: true, force: true });
});

/** Unlike fetch, sends the path as it is, dots and all. */
async function get(path: string, method = 'GET', headers: Record<string, string> = {}, body?: Buffer) {
  const outgoing = request({ host: '127.0.0.1', port, path, method, headers });
  outgoing.end(body);
  const [response] = await once(outgoing, 'response');
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode as number, text };
}

const clone = (name: string, target: string, ...options: string[]) =>
  run('git', ['clone', '--quiet', ...options, `${base}/git/${name}.git`, join(scratch, target)], {
    env: { ...process.env, GIT_TERMINAL_PROMPT: '0' },
  });

test('a directory becomes a repository that git clones, every file and bit of it', async () => {
  const { commit } = await createRepository({ root, name: 'app', files });
  await clone('app', 'clone');
  const target = join(scratch, 'clone');
  assert.deepEqual((await readdir(target)).sort(), ['.git', '.gitignore', 'ignored', 'sub', 'tool']);
  assert.equal(await readFile(join(target, 'sub/data'), 'utf8'), 'data\n');
  const { stdout } = await run('git', ['-C', target, 'log', '--format=%H %an %ae %at']);
  assert.equal(stdout, `${commit} Assay assay@localhost 1735689600\n`);
});

test('the commit id depends on the files alone, and making it again changes nothing', async () => {
  const one = await createRepository({ root, name: 'same', files });
  const copy = join(scratch, 'copy');
  await cp(files, copy, { recursive: true });
  await utimes(join(copy, 'tool'), 1, 1);
  assert.deepEqual(await createRepository({ root, name: 'same', files: copy }), one);
  const elsewhere = await createRepository({ root: join(scratch, 'elsewhere'), name: 'other', files });
  assert.equal(elsewhere.commit, one.commit);
  await writeFile(join(copy, 'tool'), 'changed');
  assert.notEqual((await createRepository({ root, name: 'same', files: copy })).commit, one.commit);
});

test('a change comes on top, and shallow and full clones see it', async () => {
  const first = await createRepository({ root, name: 'history', files });
  const next = join(scratch, 'next');
  await cp(files, next, { recursive: true });
  await rm(join(next, 'tool'));
  const second = await commitChange({ root, name: 'history', files: next, message: 'Remove the tool' });
  await clone('history', 'full');
  const log = await run('git', ['-C', join(scratch, 'full'), 'log', '--format=%H']);
  assert.deepEqual(log.stdout.trim().split('\n'), [second.commit, first.commit]);
  await clone('history', 'shallow', '--depth', '1');
  assert.equal((await readdir(join(scratch, 'shallow'))).includes('tool'), false);
  await run('git', ['init', '--quiet', join(scratch, 'exact')]);
  const fetch = ['-C', join(scratch, 'exact'), 'fetch', '--depth', '1', `${base}/git/history`, first.commit];
  await run('git', fetch);
});

test('pushing is refused', async () => {
  await createRepository({ root, name: 'read-only', files });
  await clone('read-only', 'pusher');
  const pusher = join(scratch, 'pusher');
  const identity = ['-c', 'user.name=x', '-c', 'user.email=x@localhost'];
  await run('git', ['-C', pusher, ...identity, 'commit', '--quiet', '--allow-empty', '-m', 'x']);
  await assert.rejects(run('git', ['-C', pusher, 'push', '--quiet']), /403/);
  assert.equal((await get('/git/read-only.git/git-receive-pack', 'POST')).status, 403);
});

test('paths that leave the root, files of a repository and unknown names are not found', async () => {
  await createRepository({ root, name: 'inner', files });
  await writeFile(join(scratch, 'secret'), 'secret');
  for (const path of [
    '/git/../secret',
    '/git/..%2fsecret/info/refs?service=git-upload-pack',
    '/git/../../etc/passwd/info/refs?service=git-upload-pack',
    '/git/./inner/info/refs?service=git-upload-pack',
    '/git/inner.git/../../secret',
    '/git/inner.git/config',
    '/git/inner.git/objects/info/packs',
    '/git/inner.git/info/refs',
    '/git/nowhere.git/info/refs?service=git-upload-pack',
  ]) {
    assert.equal((await get(path)).status, 404, path);
  }
});

test('a request that is too large or of the wrong method is refused, others are left to the host', async () => {
  await createRepository({ root, name: 'limits', files });
  const upload = '/git/limits.git/git-upload-pack';
  assert.equal((await get(upload, 'GET')).status, 405);
  const large = await get(upload, 'POST', { 'content-length': String(1 << 20) }, Buffer.alloc(1 << 20));
  assert.equal(large.status, 413);
  assert.equal((await get('/elsewhere')).status, 418);
});

test('names that are no single plain component are refused', async () => {
  for (const name of ['', '..', 'a/b', '.hidden', 'x.git', 'a..b', '-x']) {
    await assert.rejects(createRepository({ root, name, files }), { code: 'InvalidName' }, name);
  }
});
