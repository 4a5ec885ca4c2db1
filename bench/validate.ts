import { fork, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  attachAttestation,
  attachImageSignature,
  encodeStatement,
  generateSigningKey,
  type Signer,
  type Statement,
  signEnvelope,
  statementPayloadType,
} from '@assay/attestation';
import { type ContentStore, createRegistryClient, createRegistryServer, mediaTypes } from '@assay/oci';
import { judgeImages, loadPolicy, type PolicySpec } from '@assay/policy';

// How long is the verdict over images by a whole release policy, cold and warm, and does its cost grow linearly? The images have
// provenance of a pipeline of 15 tasks, signed, in a registry over HTTP that is a process of its own. Each count of images is judged by
// fresh processes; medians of the rounds. `whole` is a process of the command from its start to its end.
//
//   bin/assay-node bench/validate.ts [--policy DIR]... [--counts 1,10,100,180] [--rounds N] [--json]

const { values: flags } = parseArgs({
  options: {
    policy: { type: 'string', multiple: true },
    counts: { type: 'string', default: '1,10,100,180' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
    registry: { type: 'string' },
    judge: { type: 'string' },
  },
});

const root = resolve(import.meta.dirname, '..');

interface Work {
  images: string[];
  policy: PolicySpec;
}

interface Measured {
  loadMs: number;
  firstMs: number;
  totalMs: number;
  /** Processor time of the whole. */
  cpuMs: number;
  peakMb: number;
}

async function serveRegistry(directory: string): Promise<void> {
  const server = await createRegistryServer({ root: directory });
  process.send?.(await server.listen());
}

async function judge({ images, policy }: Work): Promise<void> {
  const client = createRegistryClient();
  const started = performance.now();
  const used = process.cpuUsage();
  const loaded = await loadPolicy({ policy, store: () => client });
  const loadMs = performance.now() - started;
  let firstMs = 0;
  const components = images.map((containerImage, index) => ({
    name: `c${index}`,
    containerImage,
    source: {},
  }));
  const report = await judgeImages(loaded, {
    snapshot: { application: 'bench', components },
    onJudged: () => {
      firstMs ||= performance.now() - started;
    },
  });
  const totalMs = performance.now() - started;
  const { user, system } = process.cpuUsage(used);
  const cpuMs = (user + system) / 1000;
  client.close();
  if (report.components.length !== images.length) throw new Error('an image is missing from the report');
  process.send?.({
    loadMs,
    firstMs,
    totalMs,
    cpuMs,
    peakMb: process.resourceUsage().maxRSS / 1000,
  } satisfies Measured);
}

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'assay-bench-validate-'));
  const registry = fork(import.meta.filename, ['--registry', join(directory, 'registry')]);
  try {
    mkdirSync(join(directory, 'registry'), { recursive: true });
    const host = await new Promise<string>((done) => registry.once('message', (url) => done(url as string)));
    const counts = flags.counts.split(',').map(Number);
    const { signer } = await generateSigningKey('');
    const client = createRegistryClient();
    const images: string[] = [];
    for (let index = 0; index < Math.max(...counts); index += 1)
      images.push(await pushBuild(client, host, index, signer));
    client.close();
    const sources = flags.policy ?? ['lib', 'release'].map((name) => join(root, 'library/policies', name));
    const policy: PolicySpec = {
      publicKey: signer.publicKey.pem,
      sources: [{ policy: sources.map((path) => resolve(path)), config: { include: ['*'] } }],
    };
    const rows: (Measured & { images: number })[] = [];
    for (const count of counts) {
      const rounds: Measured[] = [];
      for (let round = 0; round < Number(flags.rounds); round += 1)
        rounds.push(await measured({ policy, images: images.slice(0, count) }));
      const middle = (of: (one: Measured) => number) => median(rounds.map(of));
      rows.push({
        images: count,
        loadMs: middle((one) => one.loadMs),
        firstMs: middle((one) => one.firstMs),
        totalMs: middle((one) => one.totalMs),
        cpuMs: middle((one) => one.cpuMs),
        peakMb: middle((one) => one.peakMb),
      });
    }
    const wholeMs = await wholeCommand(directory, policy, images[0]!);
    if (flags.json) process.stdout.write(`${JSON.stringify({ rows, wholeMs }, null, 2)}\n`);
    else printRows(rows, wholeMs);
  } finally {
    registry.kill();
    rmSync(directory, { recursive: true, force: true });
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function measured(work: Work): Promise<Measured> {
  return new Promise((done, fail) => {
    const child = fork(import.meta.filename, ['--judge', JSON.stringify(work)]);
    child.once('message', (message) => done(message as Measured));
    child.once('exit', (code) => code !== 0 && fail(new Error(`judging ended with ${code}`)));
  });
}

/** The command as a user starts it, on an image in a registry. */
async function wholeCommand(directory: string, policy: PolicySpec, image: string): Promise<number> {
  const file = join(directory, 'policy.json');
  writeFileSync(file, JSON.stringify(policy));
  const took: number[] = [];
  for (let round = 0; round < Number(flags.rounds); round += 1) {
    const started = performance.now();
    await new Promise<void>((done, fail) => {
      const child = spawn(
        join(root, 'bin/assay'),
        ['validate', 'image', image, '--policy', file, '--output', 'summary'],
        {
          env: { ...process.env, ASSAY_HOME: join(directory, 'home') },
          stdio: ['ignore', 'ignore', 'ignore'],
        },
      );
      child.once('exit', (code) =>
        code === 0 || code === 3 ? done() : fail(new Error(`assay ended with ${code}`)),
      );
    });
    took.push(performance.now() - started);
  }
  return median(took);
}

function printRows(rows: readonly (Measured & { images: number })[], wholeMs: number): void {
  process.stdout.write('images  load     first    total    processor each further  peak memory\n');
  for (const { images, loadMs, firstMs, totalMs, cpuMs, peakMb } of rows) {
    const each = images > 1 ? `${((totalMs - firstMs) / (images - 1)).toFixed(1)} ms` : '-';
    const cells = [
      String(images).padEnd(7),
      `${loadMs.toFixed(0)} ms`.padEnd(8),
      `${firstMs.toFixed(0)} ms`.padEnd(8),
      `${totalMs.toFixed(0)} ms`.padEnd(8),
      `${cpuMs.toFixed(0)} ms`.padEnd(9),
      each.padEnd(13),
      `${peakMb.toFixed(0)} MB`,
    ];
    process.stdout.write(`${cells.join(' ')}\n`);
  }
  process.stdout.write(`whole command, one image: ${wholeMs.toFixed(0)} ms\n`);
}

async function pushBuild(store: ContentStore, host: string, index: number, signer: Signer): Promise<string> {
  const repository = `${host}/bench/app-${index}`;
  const layer = await store.putBlob(repository, Buffer.from(`layer ${index}`));
  const config = await store.putBlob(
    repository,
    Buffer.from(
      JSON.stringify({
        architecture: 'amd64',
        os: 'linux',
        config: { Labels: { name: `app-${index}`, version: '1' } },
        rootfs: { type: 'layers', diff_ids: [layer.digest] },
      }),
    ),
  );
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest: config.digest, size: config.size },
    layers: [{ mediaType: mediaTypes.layerTar, digest: layer.digest, size: layer.size }],
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  const { digest } = await store.putManifest(repository, 'latest', bytes, mediaTypes.manifest);
  const image = { store, repository, digest };
  const created = '2026-01-01T00:00:00Z';
  const forms = ['bundle'] as const;
  await attachImageSignature(image, signer, { created, forms });
  const statement = provenance(repository, digest);
  const envelope = await signEnvelope(statementPayloadType, encodeStatement(statement), signer);
  const { predicateType } = statement;
  await attachAttestation(image, { envelope, predicateType, signer }, { created, forms });
  return `${repository}@${digest}`;
}

const taskNames = [
  'init',
  'git-clone',
  'prefetch-dependencies',
  'buildah',
  'build-image-index',
  'source-build',
  'clair-scan',
  'clamav-scan',
  'sast-shell-check',
  'sast-unicode-check',
  'deprecated-image-check',
  'rpms-signature-scan',
  'apply-tags',
  'push-dockerfile',
  'show-sbom',
];

/** SLSA v0.2 as Tekton Chains writes it about a build pipeline. */
function provenance(repository: string, digest: string): Statement {
  const commit = '0123456789abcdef0123456789abcdef01234567';
  const bundle = (name: string) => `quay.io/bench/task-${name}:0.1@sha256:${'1'.repeat(64)}`;
  const resultsOf = (name: string) => {
    if (name === 'git-clone')
      return [
        { name: 'url', type: 'string', value: 'https://git.example/bench/app' },
        { name: 'commit', type: 'string', value: commit },
      ];
    if (name === 'buildah' || name === 'build-image-index')
      return [
        { name: 'IMAGE_URL', type: 'string', value: `${repository}:latest` },
        { name: 'IMAGE_DIGEST', type: 'string', value: digest },
      ];
    const output = { result: 'SUCCESS', timestamp: '1767225600', successes: 3, failures: 0, warnings: 0 };
    return [{ name: 'TEST_OUTPUT', type: 'string', value: JSON.stringify(output) }];
  };
  return {
    _type: 'https://in-toto.io/Statement/v0.1',
    subject: [{ name: repository, digest: { sha256: digest.slice(7) } }],
    predicateType: 'https://slsa.dev/provenance/v0.2',
    predicate: {
      builder: { id: 'https://tekton.dev/chains/v2' },
      buildType: 'tekton.dev/v1/PipelineRun',
      invocation: { parameters: { 'git-url': 'https://git.example/bench/app', revision: commit } },
      buildConfig: {
        tasks: taskNames.map((name, index) => ({
          name,
          after: index > 0 ? [taskNames[index - 1]] : [],
          ref: {
            resolver: 'bundles',
            params: [
              { name: 'name', value: name },
              { name: 'bundle', value: bundle(name) },
              { name: 'kind', value: 'task' },
            ],
          },
          status: 'Succeeded',
          startedOn: '2026-01-01T00:00:00Z',
          finishedOn: '2026-01-01T00:01:00Z',
          invocation: {
            configSource: {},
            parameters: { IMAGE: repository, CONTEXT: '.' },
            environment: { labels: { 'tekton.dev/task': name, 'tekton.dev/pipelineTask': name } },
          },
          results: resultsOf(name),
          steps: [
            {
              entryPoint: `#!/bin/sh\n${'true\n'.repeat(40)}`,
              arguments: null,
              environment: { container: 'step', image: `oci://quay.io/bench/step@sha256:${'2'.repeat(64)}` },
            },
          ],
        })),
      },
      metadata: { buildStartedOn: '2026-01-01T00:00:00Z', buildFinishedOn: '2026-01-01T00:10:00Z' },
      materials: [
        { uri: 'git+https://git.example/bench/app.git', digest: { sha1: commit } },
        ...taskNames.map((name) => ({
          uri: `oci://quay.io/bench/task-${name}`,
          digest: { sha256: '1'.repeat(64) },
        })),
      ],
    },
  } as Statement;
}

if (flags.registry !== undefined) await serveRegistry(flags.registry);
else if (flags.judge !== undefined) await judge(JSON.parse(flags.judge) as Work);
else await main();
