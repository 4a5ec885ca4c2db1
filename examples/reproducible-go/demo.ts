import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { styleText } from 'node:util';

// The demonstration behind `make demo`: everything it does it does through the `assay` command, as a user would, and
// every sentence it prints is checked first. Options: `--only pair|naive|tampered|hermetic`, `--leak CAUSE`.

const here = import.meta.dirname;
const root = resolve(here, '../..');
const assayCommand = join(root, 'bin/assay');
const tasks = ['git-clone-oci-ta', 'build-go-oci-ta'].map((name) =>
  join(root, `library/tasks/${name}/0.1/${name}.yaml`),
);
const scratch = mkdtempSync(join(tmpdir(), 'assay-demo-'));
const summary: { claim: string; shown: string; held: boolean }[] = [];
const colour =
  process.stdout.isTTY && !process.env.NO_COLOR && process.env.TERM !== 'dumb' && !process.env.CI;
const bold = (text: string) => (colour ? styleText('bold', text) : text);
const dim = (text: string) => (colour ? styleText('dim', text) : text);

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs `assay`; what it prints goes to the terminal too, unless it is data. */
function assay(args: string[], { quiet = false, data = false } = {}): Promise<Outcome> {
  if (!quiet) console.log(dim(`$ assay ${args.map((arg) => arg.replace(`${root}/`, '')).join(' ')}`));
  const child = spawn(assayCommand, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const outcome: Outcome = { code: 0, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    outcome.stdout += chunk;
    if (!quiet && !data) process.stdout.write(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    outcome.stderr += chunk;
    if (!quiet) process.stdout.write(chunk);
  });
  return new Promise((done) => child.on('close', (code) => done({ ...outcome, code: code ?? 1 })));
}

async function must(args: string[], options?: { quiet?: boolean; data?: boolean }): Promise<Outcome> {
  const outcome = await assay(args, options);
  if (outcome.code === 0) return outcome;
  if (options?.quiet) process.stderr.write(outcome.stderr);
  throw new Error(`assay ${args[0]} exited with code ${outcome.code}`);
}

function act(title: string, text: string): void {
  console.log(`\n${bold(`== ${title}`)}\n${text}\n`);
}

/** Keeps a claim for the table at the end. A claim that does not hold fails the demo, after all acts were played. */
function claim(text: string, held: boolean, shown: string): void {
  summary.push({ claim: text, shown, held });
  console.log(`${held ? '✔' : '✖'} ${text}: ${shown}`);
}

interface Result {
  name: string;
  value: string;
}
interface Run {
  kind: string;
  metadata: { name: string; uid: string };
  status: { results?: Result[]; conditions: { status: string; message: string }[] };
}

function resultOf(run: Run, name: string): string {
  const found = run.status.results?.find((result) => result.name === name);
  if (!found) throw new Error(`${run.kind} ${run.metadata.name} has no result ${name}`);
  return found.value;
}

/** Runs objects to their end; the logs are shown, the runs come back as data. */
async function run(manifest: string, files: string[] = []): Promise<{ runs: Run[]; outcome: Outcome }> {
  const file = join(scratch, `run-${summary.length}-${files.length}.yaml`);
  writeFileSync(file, manifest);
  const outcome = await assay(['run', '-f', ...tasks, ...files, file, '-o', 'json'], { data: true });
  const data = JSON.parse(outcome.stdout || '{"items":[]}') as Run | { items: Run[] };
  return { runs: 'items' in data ? data.items : [data], outcome };
}

interface Factory {
  registry: string;
  home: string;
}
interface Source {
  url: string;
  commit: string;
}

function pipelineRun(name: string, factory: Factory, source: Source, base: string, leaks: string[]): string {
  return JSON.stringify({
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    metadata: { name },
    spec: {
      pipelineRef: { name: 'reproducible-go' },
      params: [
        { name: 'git-url', value: source.url },
        { name: 'revision', value: source.commit },
        { name: 'output-image', value: `${factory.registry}/demo/hello:${name}` },
        { name: 'base-image', value: base },
        ...(leaks.length > 0 ? [{ name: 'nondeterminism', value: leaks }] : []),
      ],
    },
  });
}

/** Builds twice: at the same time or, where the clock is let in, one after the other. */
async function buildPair(
  names: [string, string],
  factory: Factory,
  source: Source,
  base: string,
  leaks: string[] = [],
) {
  const manifests = names.map((name) => pipelineRun(name, factory, source, base, leaks));
  const runs: Run[] = [];
  for (const manifest of leaks.length > 0 ? manifests : [manifests.join('\n---\n')]) {
    runs.push(...(await run(manifest, [join(here, 'pipeline.yaml')])).runs);
  }
  if (runs.length !== 2) throw new Error('the two runs did not come to an end');
  for (const { metadata, status } of runs) {
    if (status.conditions[0]?.status !== 'True')
      throw new Error(`${metadata.name}: ${status.conditions[0]?.message}`);
  }
  const digests = runs.map((item) => resultOf(item, 'IMAGE_DIGEST'));
  for (const [index, item] of runs.entries())
    console.log(`${item.metadata.name.padEnd(14)} ${digests[index]}`);
  return { runs, digests };
}

interface Verification {
  passed: boolean;
  checks: { name: string; passed: boolean; message: string }[];
  attestations: { invocationId?: string }[];
}

async function reproduciblePair(factory: Factory, source: Source, base: string): Promise<string> {
  act(
    'One source, two builds, one digest',
    'Two PipelineRuns clone and build the same commit, each in pods with host names and work directories of its own.',
  );
  const { runs, digests } = await buildPair(['hello-a', 'hello-b'], factory, source, base);
  claim('two independent builds are byte-identical', digests[0] === digests[1], digests[0] ?? '');
  const image = `${factory.registry}/demo/hello@${digests[0]}`;
  const flags = ['--source-uri', source.url, '--source-commit', source.commit];
  await assay(['verify', image, ...flags]);
  const verified = await assay(['verify', image, ...flags, '-o', 'json'], { quiet: true });
  const { passed, checks, attestations } = JSON.parse(verified.stdout) as Verification;
  claim('signature, provenance and source of the image are verified', passed, `${checks.length} checks`);
  const signed = runs.filter(({ metadata }) =>
    attestations.some(({ invocationId }) => invocationId === metadata.uid),
  );
  claim(
    'each of the two builds has signed provenance of its own',
    signed.length === 2,
    `${signed.length} of 2`,
  );
  return image;
}

async function naivePair(factory: Factory, source: Source, base: string, leaks: string[]): Promise<void> {
  act(
    'The same without care',
    `The same source again, with these let in: ${leaks.join(', ')}. docs/explanation/reproducibility.md explains each.`,
  );
  const { digests } = await buildPair(['naive-a', 'naive-b'], factory, source, base, leaks);
  if (digests[0] === digests[1]) {
    claim('a naive build differs from run to run', false, 'both have the same digest');
    return;
  }
  const images = digests.map((digest) => `${factory.registry}/demo/hello@${digest}`);
  await assay(['diff', ...images]);
  const { stdout } = await assay(['diff', ...images, '-o', 'json'], { quiet: true });
  const { differences } = JSON.parse(stdout) as { differences: { cause: string; path?: string }[] };
  const causes = [...new Set(differences.map(({ cause }) => cause))];
  const unexplained = causes.filter((cause) => !leaks.includes(cause));
  claim(
    'a naive build differs, and every difference has a cause',
    unexplained.length === 0,
    causes.join(', '),
  );
}

async function tampered(factory: Factory, source: Source, base: string): Promise<void> {
  act(
    'A changed byte between two tasks',
    'The clone task stores its files as a trusted artifact. One byte of it is then changed in the registry.',
  );
  const clone = await run(
    JSON.stringify({
      apiVersion: 'tekton.dev/v1',
      kind: 'TaskRun',
      metadata: { name: 'tampered-clone' },
      spec: {
        taskRef: { name: 'git-clone-oci-ta' },
        params: [
          { name: 'url', value: source.url },
          { name: 'revision', value: source.commit },
          { name: 'ociStorage', value: `${factory.registry}/demo/tampered:git` },
        ],
      },
    }),
  );
  const artifact = resultOf(clone.runs[0]!, 'SOURCE_ARTIFACT');
  const blob = join(factory.home, 'registry/_blobs/sha256', artifact.slice(artifact.lastIndexOf(':') + 1));
  const build = JSON.stringify({
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    metadata: { name: 'tampered-build' },
    spec: {
      taskRef: { name: 'build-go-oci-ta' },
      params: [
        { name: 'SOURCE_ARTIFACT', value: artifact },
        { name: 'IMAGE', value: `${factory.registry}/demo/tampered:built` },
        { name: 'BASE_IMAGE', value: base },
      ],
    },
  });
  console.log(dim(`changing byte 100 of ${blob}`));
  flipBit(blob, 100);
  try {
    const { runs, outcome } = await run(build);
    const failed = runs[0]?.status.conditions[0]?.status === 'False';
    const digests = new Set(outcome.stderr.match(/sha256:[0-9a-f]{64}/g));
    const named = outcome.stderr.includes(artifact) && digests.size >= 2;
    claim('a changed artifact is refused by name, with both digests', failed && named, artifact);
  } finally {
    flipBit(blob, 100);
  }
}

function flipBit(file: string, position: number): void {
  const fd = openSync(file, 'r+');
  const byte = Buffer.alloc(1);
  readSync(fd, byte, 0, 1, position);
  writeSync(fd, Buffer.from([byte[0]! ^ 1]), 0, 1, position);
  closeSync(fd);
}

async function hermetic(factory: Factory): Promise<void> {
  act(
    'A hermetic step has no network',
    `The step tries a name, an address, and the factory's own registry on ${factory.registry}.`,
  );
  const port = factory.registry.split(':')[1];
  const { runs, outcome } = await run(
    JSON.stringify({
      apiVersion: 'tekton.dev/v1',
      kind: 'TaskRun',
      metadata: {
        name: 'hermetic',
        annotations: { 'experimental.tekton.dev/execution-mode': 'hermetic' },
      },
      spec: {
        taskSpec: {
          steps: [
            {
              name: 'reach-out',
              image: 'localhost/toolbox',
              script: [
                '#!/bin/bash',
                `for target in http://example.com/ http://192.0.2.1/ http://localhost:${port}/v2/; do`,
                '  if curl --silent --show-error --max-time 3 --output /dev/null "$target"; then echo "reached $target"; exit 1; fi',
                'done',
                'echo "interfaces: $(ls /sys/class/net | tr "\\n" " ")"',
              ].join('\n'),
            },
          ],
        },
      },
    }),
  );
  const succeeded = runs[0]?.status.conditions[0]?.status === 'True';
  const interfaces = /interfaces: (.*)/.exec(outcome.stderr)?.[1]?.trim() ?? 'unknown';
  claim('a hermetic step reaches nothing', succeeded && interfaces === 'lo', `its interfaces: ${interfaces}`);
}

function printSummary(image: string | undefined, factory: Factory, source: Source, elapsedMs: number): void {
  console.log(`\n${bold('== What was shown')}\n`);
  const width = Math.max(...summary.map(({ claim: text }) => text.length));
  for (const { claim: text, shown, held } of summary)
    console.log(`${held ? '✔' : '✖'} ${text.padEnd(width)}  ${shown}`);
  console.log(
    `\n${summary.filter(({ held }) => held).length} of ${summary.length} claims held, in ${(elapsedMs / 1000).toFixed(1)} s`,
  );
  if (!image) return;
  console.log(`\n${bold('Look further')}
  bin/assay verify ${image} \\
    --source-commit ${source.commit}
  bin/assay up                                  # the registry stays, for other tools:
  skopeo inspect --tls-verify=false docker://${image}
  cosign verify-attestation --type slsaprovenance1 --insecure-ignore-tlog=true \\
    --key ${join(factory.home, 'keys/cosign.pub')} ${image}
  make demo DEMO="--only naive --leak paths"    # one source of non-determinism at a time
  docs/tutorial/first-build.md                  # the same, step by step`);
}

function option(name: string): string[] {
  return process.argv.flatMap((arg, index, all) =>
    arg === `--${name}` && all[index + 1] ? [all[index + 1]!] : [],
  );
}

const started = performance.now();
let startedFactory = false;
try {
  console.log(bold('Assay: from source to a signed, verified, reproducible image'));
  await must(['images', 'build']);
  const before = await assay(['status', '-o', 'json'], { quiet: true });
  if (before.code !== 0) {
    await must(['up']);
    startedFactory = true;
  }
  const factory = JSON.parse((await must(['status', '-o', 'json'], { quiet: true })).stdout) as Factory;
  const source = JSON.parse(
    (await must(['source', 'add', join(here, 'app'), '--name', 'hello', '-o', 'json'], { data: true }))
      .stdout,
  ) as Source;
  console.log(`source  ${source.url} at commit ${source.commit}`);
  const images = JSON.parse(
    (await must(['images', 'build', 'static', '-o', 'json'], { quiet: true })).stdout,
  ) as {
    digest: string;
  }[];
  const base = `${factory.registry}/static@${images[0]!.digest}`;
  console.log(`base    ${base}`);

  const only = option('only');
  const plays = (name: string) => only.length === 0 || only.includes(name);
  const leaks = option('leak');
  const naiveLeaks =
    leaks.length > 0 ? leaks : ['config-time', 'layer-time', 'build-id', 'paths', 'symbols', 'file-order'];
  const image = plays('pair') ? await reproduciblePair(factory, source, base) : undefined;
  if (plays('naive')) await naivePair(factory, source, base, naiveLeaks);
  if (plays('tampered')) await tampered(factory, source, base);
  if (plays('hermetic')) await hermetic(factory);
  printSummary(image, factory, source, performance.now() - started);
  process.exitCode = summary.every(({ held }) => held) ? 0 : 1;
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  console.error("hint: the lines above say why; 'bin/assay doctor' says what this machine lacks");
  process.exitCode = 1;
} finally {
  if (startedFactory) await assay(['down'], { quiet: true });
  rmSync(scratch, { recursive: true, force: true });
}
