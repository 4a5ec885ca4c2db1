import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createRegistryServer, type RegistryServer } from '@assay/oci';
import { type Header, pack } from 'tar-stream';

const programs = join(import.meta.dirname, 'toolbox/bin');
const scratch = await mkdtemp(join(tmpdir(), 'assay-trusted-artifact-'));
let registry: RegistryServer;
let host: string;

before(async () => {
  registry = await createRegistryServer({ root: join(scratch, 'registry') });
  host = await registry.listen();
});

after(async () => {
  await registry.close();
  await rm(scratch, { recursive: true, force: true });
});

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

function run(program: string, args: string[], env: Record<string, string> = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(programs, program), args, {
      env: { PATH: process.env.PATH!, HOME: scratch, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const outcome: Outcome = { code: null, stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => (outcome.stdout += chunk));
    child.stderr.on('data', (chunk) => (outcome.stderr += chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ ...outcome, code }));
  });
}

async function makeTree(name: string, day = 1): Promise<string> {
  const root = join(scratch, name);
  await mkdir(join(root, 'sub'), { recursive: true });
  await writeFile(join(root, 'sub/data'), 'data');
  await writeFile(join(root, 'tool'), '#!/bin/sh\n');
  await chmod(join(root, 'tool'), 0o755);
  await symlink('sub/data', join(root, 'link'));
  await utimes(join(root, 'sub/data'), day * 86400, day * 86400);
  return root;
}

async function create(path: string, repository: string, env: Record<string, string> = {}): Promise<string> {
  const result = join(scratch, 'SOURCE_ARTIFACT');
  await rm(result, { force: true });
  const made = await run(
    'create-trusted-artifact',
    ['--store', `${host}/${repository}`, `${result}=${path}`],
    env,
  );
  assert.equal(made.code, 0, made.stderr);
  return readFile(result, 'utf8');
}

/** Pushes any bytes as an artifact, as somebody who can write to the registry could. */
async function push(bytes: Uint8Array): Promise<string> {
  const { digest } = await registry.store.putBlob(`${host}/team/evil`, bytes);
  return `oci:${host}/team/evil@${digest}`;
}

type TarHeader = Partial<Header> & Pick<Header, 'name'>;

async function archiveOf(...entries: TarHeader[]): Promise<Buffer> {
  const archive = pack();
  for (const entry of entries) archive.entry(entry, entry.type === undefined ? 'content' : '');
  archive.finalize();
  return gzipSync(await buffer(archive));
}

test('what goes in comes out, and the address is that of the archive', async () => {
  const source = await makeTree('round-trip');
  const artifact = await create(source, 'team/app:rev.git');
  assert.match(artifact, new RegExp(`^oci:${host}/team/app@sha256:[0-9a-f]{64}$`));
  const target = join(scratch, 'round-trip-out');
  const used = await run('use-trusted-artifact', [`${artifact}=${target}`]);
  assert.equal(used.code, 0, used.stderr);
  assert.deepEqual((await readdir(target)).sort(), ['link', 'sub', 'tool']);
  assert.equal(await readFile(join(target, 'link'), 'utf8'), 'data');
});

test('the manifest keeps the archive, is tagged as the store says, and carries the expiry', async () => {
  const source = await makeTree('manifest');
  const artifact = await create(source, 'team/kept:rev.git', { IMAGE_EXPIRES_AFTER: '5d' });
  const { bytes } = await registry.store.getManifest(`${host}/team/kept`, 'rev.git');
  const manifest = JSON.parse(Buffer.from(bytes).toString());
  assert.equal(manifest.layers[0].digest, artifact.split('@')[1]);
  assert.deepEqual(manifest.layers[0].annotations, { 'org.opencontainers.image.title': 'SOURCE_ARTIFACT' });
  assert.deepEqual(manifest.annotations, { 'quay.expires-after': '5d' });
});

test('the same files at another time and place give the same artifact, a changed file another', async () => {
  const first = await create(await makeTree('same-one', 1), 'team/same');
  const second = await create(await makeTree('same-two', 9000), 'team/same');
  assert.equal(first, second);
  await writeFile(join(scratch, 'same-two/sub/data'), 'Data');
  assert.notEqual(await create(join(scratch, 'same-two'), 'team/same'), first);
});

test('one byte changed in the store: refused with both digests, and nothing is unpacked', async () => {
  const artifact = await create(await makeTree('tampered'), 'team/tampered');
  const digest = artifact.split('@')[1]!;
  const bytes = Buffer.from(await registry.store.getBlob(`${host}/team/tampered`, digest));
  bytes[bytes.length - 1]! ^= 1;
  const impostor = await lyingRegistry(digest, bytes);
  try {
    const target = join(scratch, 'tampered-out');
    const used = await run('use-trusted-artifact', [
      `oci:${impostor.host}/team/tampered@${digest}=${target}`,
    ]);
    assert.equal(used.code, 1);
    assert.match(used.stderr, /artifact oci:localhost:\d+\/team\/tampered@sha256:[0-9a-f]{64} was changed/);
    assert.match(used.stderr, new RegExp(`expected ${digest}\n {2}found {4}sha256:[0-9a-f]{64}\n`));
    await assert.rejects(readdir(target), { code: 'ENOENT' });
  } finally {
    await impostor.close();
  }
});

/** A registry that hands out other bytes than the digest promises, which ours would refuse to do. */
async function lyingRegistry(digest: string, bytes: Buffer) {
  const { createServer } = await import('node:http');
  const server = createServer((request, response) => {
    response.end(request.url?.endsWith(`/blobs/${digest}`) ? bytes : '{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert(typeof address === 'object' && address !== null);
  return {
    host: `localhost:${address.port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

const escapes: Record<string, { entries: TarHeader[]; says: RegExp }> = {
  'an absolute name': { entries: [{ name: '/tmp/assay-escape' }], says: /its name leaves/ },
  'a name with ..': { entries: [{ name: 'a/../../assay-escape' }], says: /its name leaves/ },
  'an absolute link': {
    entries: [{ name: 'a', type: 'symlink', linkname: '/etc' }],
    says: /absolute path \/etc/,
  },
  'a link out': {
    entries: [{ name: 'd/a', type: 'symlink', linkname: '../../x' }],
    says: /links out of the destination/,
  },
  'a hard link out': { entries: [{ name: 'a', type: 'link', linkname: '../x' }], says: /hard link out/ },
  'a file through a link': {
    entries: [{ name: 'a', type: 'symlink', linkname: 'b' }, { name: 'a/c' }],
    says: /through the symbolic link a/,
  },
  'a device': { entries: [{ name: 'a', type: 'character-device' }], says: /neither a file/ },
};

for (const [what, { entries, says }] of Object.entries(escapes)) {
  test(`an archive with ${what} is refused whole`, async () => {
    const artifact = await push(await archiveOf({ name: 'innocent' }, ...entries));
    const target = join(scratch, `escape-${what.replaceAll(/\W/g, '-')}`);
    const used = await run('use-trusted-artifact', [`${artifact}=${target}`]);
    assert.equal(used.code, 1);
    assert.match(used.stderr, says);
    assert.deepEqual(await readdir(target), []);
  });
}

test('a file behind a symbolic link that is in the destination already is refused', async () => {
  const target = join(scratch, 'planted');
  await mkdir(target);
  await symlink(scratch, join(target, 'sub'));
  const used = await run('use-trusted-artifact', [
    `${await push(await archiveOf({ name: 'sub/x' }))}=${target}`,
  ]);
  assert.equal(used.code, 1);
  assert.match(used.stderr, /through the symbolic link sub/);
});

test('files that are in the destination are kept', async () => {
  const target = join(scratch, 'kept');
  await mkdir(target);
  await writeFile(join(target, 'tool'), 'mine');
  const artifact = await create(await makeTree('keeps'), 'team/keeps');
  assert.equal((await run('use-trusted-artifact', [`${artifact}=${target}`])).code, 0);
  assert.equal(await readFile(join(target, 'tool'), 'utf8'), 'mine');
  assert.equal(await readFile(join(target, 'sub/data'), 'utf8'), 'data');
});

test('a skip file leaves out creation, without a result, and use', async () => {
  const source = await makeTree('skipped');
  await writeFile(join(source, '.skip-trusted-artifacts'), '');
  const result = join(scratch, 'SKIPPED');
  const made = await run('create-trusted-artifact', ['--store', `${host}/team/skip`, `${result}=${source}`]);
  assert.equal(made.code, 0, made.stderr);
  await assert.rejects(readFile(result), { code: 'ENOENT' });
  const artifact = await create(await makeTree('not-skipped'), 'team/skip');
  await rm(join(source, 'tool'));
  assert.equal((await run('use-trusted-artifact', [`${artifact}=${source}`])).code, 0);
  assert.equal((await readdir(source)).includes('tool'), false);
});

test('a missing path gives an empty artifact, a single file is stored by its name', async () => {
  const missing = await create(join(scratch, 'nowhere'), 'team/empty');
  const single = await create(join(await makeTree('single'), 'tool'), 'team/single');
  const target = join(scratch, 'single-out');
  const used = await run('use-trusted-artifact', [`${missing}=${target}`, `${single}=${target}`]);
  assert.equal(used.code, 0, used.stderr);
  assert.deepEqual(await readdir(target), ['tool']);
});

test('empty halves are skipped; the root, other schemes, tags and unknown options are refused', async () => {
  const refused = async (argument: string, says: RegExp) => {
    const used = await run('use-trusted-artifact', [argument]);
    assert.equal(used.code, 1, argument);
    assert.match(used.stderr, says);
  };
  assert.equal((await run('use-trusted-artifact', ['=/x', 'oci:x='])).code, 0);
  await refused(`oci:${host}/a/b@sha256:${'0'.repeat(64)}=/tmp/..`, /must not be unpacked over \//);
  await refused(`http://${host}/a=${scratch}/x`, /not an oci: address/);
  await refused(`oci:${host}/a/b:tag=${scratch}/x`, /not pinned/);
  await refused(`oci:${host}/a/b@sha256:${'0'.repeat(64)}=${scratch}/x`, /answers 404/);
  await refused('--verbose', /unknown option/);
});

test('the credentials of the most specific repository path are sent', async () => {
  const right = Buffer.from('team:right').toString('base64');
  const guarded = await createRegistryServer({
    root: join(scratch, 'guarded'),
    authorize: ({ headers }) => (headers.authorization === `Basic ${right}` ? 'allow' : 401),
  });
  try {
    const guardedHost = await guarded.listen();
    const wrong = { auth: Buffer.from('any:wrong').toString('base64') };
    const authFile = join(scratch, 'auth.json');
    const auths = { [guardedHost]: wrong, [`${guardedHost}/team`]: { auth: right } };
    await writeFile(authFile, JSON.stringify({ auths }));
    const source = await makeTree('guarded-source');
    const createAt = (repository: string) =>
      run('create-trusted-artifact', ['--store', `${guardedHost}/${repository}`, `${scratch}/G=${source}`], {
        AUTHFILE: authFile,
      });
    const allowed = await createAt('team/app');
    assert.equal(allowed.code, 0, allowed.stderr);
    const denied = await createAt('other/app');
    assert.equal(denied.code, 1);
    assert.match(denied.stderr, /wants credentials/);
  } finally {
    await guarded.close();
  }
});
