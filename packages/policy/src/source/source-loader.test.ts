import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type ContentStore, mediaTypes } from '@assay/oci';
import { createGitServer, createRepository, type GitServer } from '@assay/source';
import { pack } from 'tar-stream';
import { temporaryStore } from '../testing/signed-image.ts';
import { dataDocument } from './data-document.ts';
import { createSourceLoader, type SourceLoaderOptions } from './source-loader.ts';

const scratch = mkdtempSync(join(tmpdir(), 'assay-sources-'));
const files = join(scratch, 'files');
const place = temporaryStore();
const { store } = place;
let git: GitServer;
let server: Server;
let base: string;
let requests = 0;

before(async () => {
  mkdirSync(join(files, 'policy/lib'), { recursive: true });
  writeFileSync(join(files, 'policy/main.rego'), 'package main\n');
  writeFileSync(join(files, 'policy/lib/lib.rego'), 'package lib\n');
  writeFileSync(join(files, 'policy/notes.txt'), 'not policy\n');
  symlinkSync('/etc/passwd', join(files, 'policy/link.json'));
  git = createGitServer({ root: join(scratch, 'repositories') });
  server = createServer((request, response) => {
    requests += 1;
    if (git.handle(request, response)) return;
    if (request.url === '/data.json') response.end('{"allowed": ["x"]}');
    else response.writeHead(404).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address);
  base = `http://localhost:${address.port}`;
});
after(() => {
  git.close();
  server.closeAllConnections();
  server.close();
  place.remove();
  rmSync(scratch, { recursive: true, force: true });
});

function loader(options: Partial<SourceLoaderOptions> = {}) {
  return createSourceLoader({ store: () => store, ...options });
}

async function artifact(
  repository: string,
  layers: { mediaType: string; title?: string; content: Uint8Array }[],
) {
  const put = async (content: Uint8Array) => {
    const { digest, size } = await (store as ContentStore).putBlob(repository, content);
    return { digest, size };
  };
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.empty, ...(await put(Buffer.from('{}'))) },
    layers: await Promise.all(
      layers.map(async ({ mediaType, title, content }) => ({
        mediaType,
        ...(await put(content)),
        ...(title !== undefined && { annotations: { 'org.opencontainers.image.title': title } }),
      })),
    ),
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  return (await store.putManifest(repository, 'v1', bytes, mediaTypes.manifest)).digest;
}

async function tarOf(entries: Record<string, string>): Promise<Buffer> {
  const archive = pack();
  for (const [name, text] of Object.entries(entries)) archive.entry({ name }, text);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

test('a directory gives its policies and data, and follows no link', async () => {
  const { files: found, pinned } = await loader().load(join(files, 'policy'));
  assert.deepEqual([...found.keys()], ['lib/lib.rego', 'main.rego']);
  assert.equal(pinned, join(files, 'policy'));
});

test('a git source is read at its ref and pinned to the commit', async () => {
  const { commit } = await createRepository({ root: join(scratch, 'repositories'), name: 'rules', files });
  const { files: found, pinned } = await loader().load(`git::${base}/git/rules.git//policy?ref=main`);
  assert.deepEqual([...found.keys()], ['lib/lib.rego', 'main.rego']);
  assert.equal(pinned, `git::${base}/git/rules.git//policy?ref=${commit}`);
  assert.deepEqual([...(await loader().load(pinned)).files.keys()], ['lib/lib.rego', 'main.rego']);
});

test('a path of a repository that is a link out of it is refused', async () => {
  const linked = join(scratch, 'linked');
  mkdirSync(linked);
  symlinkSync('/etc', join(linked, 'policy'));
  await createRepository({ root: join(scratch, 'repositories'), name: 'linked', files: linked });
  await assert.rejects(loader().load(`git::${base}/git/linked.git//policy`), /leaves the repository/);
});

test('an artifact of titled layers and archives is pinned to its digest', async () => {
  const digest = await artifact('registry.example/rules', [
    {
      mediaType: 'application/vnd.cncf.openpolicyagent.policy.layer.v1+rego',
      title: 'policy/main.rego',
      content: Buffer.from('package main'),
    },
    {
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      title: 'data',
      content: gzipSync(await tarOf({ 'data/d.yml': 'a: 1', 'data/x.sh': 'no' })),
    },
  ]);
  const { files: found, pinned } = await loader().load('oci::registry.example/rules:v1');
  assert.deepEqual([...found.keys()], ['policy/main.rego', 'data/d.yml']);
  assert.equal(pinned, `oci::registry.example/rules:v1@${digest}`);
  const part = await loader().load('oci::registry.example/rules:v1//data');
  assert.deepEqual([...part.files.keys()], ['d.yml']);
});

test('a name in an archive cannot leave the source', async () => {
  await artifact('registry.example/evil', [
    {
      mediaType: 'application/vnd.oci.image.layer.v1.tar',
      content: await tarOf({ '../../etc/x.rego': 'package x' }),
    },
  ]);
  await assert.rejects(loader().load('oci::registry.example/evil:v1'), /holds a file named/);
});

test('an archive that grows beyond the limit is refused', async () => {
  const content = gzipSync(await tarOf({ 'big.json': ' '.repeat(1 << 20) }));
  await artifact('registry.example/bomb', [
    { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', content },
  ]);
  const limits = { maxFiles: 10, maxBytes: 1 << 16 };
  await assert.rejects(
    loader({ limits }).load('oci::registry.example/bomb:v1'),
    /InvalidSource|SourceUnavailable|larger|fetched/,
  );
});

test('a URL gives one file, and is asked once', async () => {
  const before = requests;
  const sources = loader();
  const [first, second] = await Promise.all([
    sources.load(`${base}/data.json`),
    sources.load(`${base}/data.json`),
  ]);
  assert.equal(first, second);
  assert.equal(requests - before, 1);
  assert.deepEqual(dataDocument([first]), { allowed: ['x'] });
});

for (const [name, address] of [
  ['a directory', () => '/nonexistent/policy'],
  ['a URL', () => `${base}/none.json`],
  ['a repository', () => `git::${base}/git/none.git`],
  ['an artifact', () => 'oci::registry.example/none:v1'],
] as const) {
  test(`${name} that is gone is an error that names it`, async () => {
    await assert.rejects(loader().load(address()), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'SourceUnavailable');
      assert.ok(error.message.startsWith(`${address()} cannot be fetched: `));
      return true;
    });
  });
}

function data(entries: Record<string, string>) {
  const found = new Map(Object.entries(entries).map(([path, text]) => [path, Buffer.from(text)]));
  return dataDocument([{ pinned: 'p', files: found }]);
}

test('data files merge into one document whatever their directories', () => {
  assert.deepEqual(data({ 'a/x.yaml': 'k: {a: 1}', 'b/y.json': '{"k": {"b": 2}}', 'c.rego': 'package c' }), {
    k: { a: 1, b: 2 },
  });
});

test('data that contradicts itself is refused with the place', () => {
  assert.throws(() => data({ 'x.yaml': 'k: 1', 'y.yaml': 'k: 2' }), /y\.yaml: merge error: k is given twice/);
  assert.throws(() => data({ 'x.json': '{' }), /p: x\.json: /);
  assert.throws(() => data({ 'x.yaml': '[1]' }), /data is an object/);
});

test('a key named __proto__ is data', () => {
  const merged = data({ 'x.json': '{"__proto__": {"polluted": true}}', 'y.json': '{"a": 1}' });
  assert.equal(({} as { polluted?: boolean }).polluted, undefined);
  assert.ok(Object.hasOwn(merged, '__proto__'));
});
