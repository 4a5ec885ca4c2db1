import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { computeDigest, createRegistryServer, mediaTypes, type RegistryServer } from '@assay/oci';

const program = join(import.meta.dirname, 'toolbox/bin/push-snapshot');
const scratch = await mkdtemp(join(tmpdir(), 'assay-push-snapshot-'));
let from: RegistryServer;
let to: RegistryServer;
let source: string;
let target: string;
/** Answers a request of the target with an error, instead of what it asks for. */
let refuse: (method: string, url: string) => boolean = () => false;
let count = 0;

before(async () => {
  from = await createRegistryServer({ root: join(scratch, 'from') });
  to = await createRegistryServer({ root: join(scratch, 'to') });
  to.app.addHook('onRequest', async (request, reply) => {
    if (refuse(request.method, request.url))
      await reply.code(503).send({ errors: [{ code: 'UNAVAILABLE' }] });
  });
  const [fromHost, toHost] = [await from.listen(), await to.listen()];
  source = `${fromHost}/team/app`;
  target = `${toHost}/released/app`;
});

beforeEach(() => {
  refuse = () => false;
  count += 1;
  target = target.replace(/app\d*$/, `app${count}`);
});

after(async () => {
  await from.close();
  await to.close();
  await rm(scratch, { recursive: true, force: true });
});

interface Planned {
  from: string;
  digest: string;
  mediaType: string;
  blobs: { digest: string; size: number }[];
}

async function manifest(what: string, subject?: string, tag?: string): Promise<Planned> {
  const config = await from.store.putBlob(source, Buffer.from('{}'));
  const layer = await from.store.putBlob(source, Buffer.from(what));
  const refersTo = subject && { ...(await from.store.resolve(source, subject)), annotations: undefined };
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      artifactType: 'text/test',
      config: { mediaType: mediaTypes.empty, digest: config.digest, size: config.size },
      layers: [{ mediaType: 'text/plain', digest: layer.digest, size: layer.size }],
      ...(refersTo && { subject: refersTo }),
    }),
  );
  const digest = computeDigest(bytes);
  await from.store.putManifest(source, tag ?? digest, bytes, mediaTypes.manifest);
  const blobs = [config, layer].map((blob) => ({ digest: blob.digest, size: blob.size }));
  return { from: source, digest, mediaType: mediaTypes.manifest, blobs };
}

/** An image with a referrer and a tag of evidence, planned; `plan` is the plan's address. */
async function planned(name = `image ${count}`) {
  const image = await manifest(name);
  const referrer = await manifest(`${name} referrer`, image.digest);
  const tag = `${image.digest.replace(':', '-')}.att`;
  const attestation = await manifest(`${name} attestation`, undefined, tag);
  const document = {
    release: 'team/one',
    images: [
      {
        component: 'app',
        source,
        digest: image.digest,
        target,
        manifests: [image, referrer, attestation],
        evidenceTags: [{ tag, digest: attestation.digest }],
        tags: ['1.0', 'latest'],
      },
    ],
  };
  const { digest } = await from.store.putBlob(source, Buffer.from(JSON.stringify(document)));
  return { image, referrer, attestation, tag, plan: `oci:${source}@${digest}` };
}

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

function push(plan: string, ...args: string[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [plan, ...args], {
      env: { PATH: process.env.PATH!, HOME: scratch, PYTHONDONTWRITEBYTECODE: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const outcome: Outcome = { code: null, stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => (outcome.stdout += chunk));
    child.stderr.on('data', (chunk) => (outcome.stderr += chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ ...outcome, code }));
  });
}

/** Everything that can be named at the target. */
async function visible(digests: readonly string[]): Promise<string[]> {
  const tags = await to.store.listTags(target).catch(() => []);
  const held = await Promise.all(
    digests.map((digest) =>
      to.store.resolve(target, digest).then(
        () => [digest],
        () => [],
      ),
    ),
  );
  return [...tags, ...held.flat()];
}

test('an image goes with its referrers and tags, byte for byte', async () => {
  const { image, referrer, attestation, tag, plan } = await planned();
  const result = join(scratch, 'RELEASED');
  const { code, stdout, stderr } = await push(plan, '--result', result);
  assert.equal(code, 0, stderr);
  assert.equal((await to.store.resolve(target, '1.0')).digest, image.digest);
  assert.equal((await to.store.resolve(target, 'latest')).digest, image.digest);
  assert.equal((await to.store.resolve(target, tag)).digest, attestation.digest);
  const [attached] = await to.store.referrers(target, image.digest);
  assert.equal(attached!.digest, referrer.digest);
  const blob = image.blobs[1]!.digest;
  assert.deepEqual(await to.store.getBlob(target, blob), await from.store.getBlob(source, blob));
  assert.deepEqual(JSON.parse(await readFile(result, 'utf8')), [
    `${target}:1.0`,
    `${target}:latest`,
    `${target}@${image.digest}`,
  ]);
  assert.match(stdout, new RegExp(`released ${target}:1.0`));
});

test('a second time changes nothing', async () => {
  const { plan } = await planned();
  await push(plan);
  refuse = (method) => method === 'PUT';
  assert.equal((await push(plan)).code, 0);
});

test('evidence that was replaced since the verdict stops it before anything is written', async () => {
  const { tag, plan, image } = await planned();
  await manifest('forged', undefined, tag);
  const { code, stderr } = await push(plan);
  assert.equal(code, 1);
  assert.match(stderr, /error: app: .*\.att is not what was judged: it holds sha256:/);
  assert.match(stderr, /hint: somebody replaced an attestation after the verdict/);
  assert.deepEqual(await visible([image.digest]), []);
});

test('a manifest that is gone stops it, and what was written is taken back', async () => {
  const { image, referrer, plan } = await planned();
  await from.store.deleteManifest(source, referrer.digest);
  const { code, stderr } = await push(plan);
  assert.equal(code, 1);
  assert.match(stderr, /is gone, or is not that/);
  assert.deepEqual(await visible([image.digest, referrer.digest]), []);
});

for (const failing of [1, 2, 3, 4, 5, 6]) {
  test(`a registry that fails at write ${failing} of a manifest is left as it was`, async () => {
    const before = await planned('earlier');
    assert.equal((await push(before.plan)).code, 0);
    const { image, referrer, attestation, plan } = await planned();
    let puts = 0;
    refuse = (method, url) => method === 'PUT' && url.includes('/manifests/') && ++puts === failing;
    const { code, stderr } = await push(plan);
    assert.equal(code, 1);
    assert.match(stderr, /answers 503/);
    assert.equal((await to.store.resolve(target, '1.0')).digest, before.image.digest);
    assert.equal((await to.store.resolve(target, 'latest')).digest, before.image.digest);
    const held = await visible([image.digest, referrer.digest, attestation.digest]);
    assert.deepEqual(held.sort(), ['1.0', 'latest', before.tag].sort());
    refuse = () => false;
    assert.equal((await push(plan)).code, 0, 'and the next attempt succeeds');
    assert.equal((await to.store.resolve(target, '1.0')).digest, image.digest);
  });
}

test('a plan that is not what its address says is refused', async () => {
  const { plan } = await planned();
  const { code, stderr } = await push(plan.replace(/@sha256:.*/, `@sha256:${'0'.repeat(64)}`));
  assert.equal(code, 1);
  assert.match(stderr, /answers 404 to give blob/);
  assert.match((await push('somewhere')).stderr, /is no address of a plan/);
});

test('what the programs leave behind is nothing but their sources', async () => {
  const files = await readdir(join(import.meta.dirname, 'toolbox/lib/assay'));
  assert.deepEqual(
    files.filter((name) => name.startsWith('__')),
    [],
  );
});
