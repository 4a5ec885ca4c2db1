import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { act, claim } from './claims.ts';
import { assay, dim } from './command.ts';
import { driftBase, driftSource, drifts, pinned } from './inputs.ts';
import { buildPair, type Factory, resultOf, run, type Source } from './runs.ts';

interface Verification {
  passed: boolean;
  checks: { name: string; passed: boolean; message: string }[];
  attestations: { invocationId?: string }[];
}

export async function reproduciblePair(factory: Factory, source: Source, base: string): Promise<string> {
  act(
    'One source, two builds, one digest',
    'Two PipelineRuns clone and build the same commit, each in pods with host names and work directories of its own.',
  );
  const { runs, digests } = await buildPair(['hello-a', 'hello-b'], factory, pinned(source, base));
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

export async function naivePair(
  factory: Factory,
  source: Source,
  base: string,
  leaks: string[],
): Promise<void> {
  act(
    'The same without care',
    `The same source again, with these let in: ${leaks.join(', ')}. docs/explanation/reproducibility.md explains each.`,
  );
  const [first, second] = pinned(source, base);
  if (leaks.includes('source')) driftSource(first, second);
  if (leaks.includes('base-image')) driftBase(first, second, factory);
  const { digests } = await buildPair(['naive-a', 'naive-b'], factory, [first, second], leaks);
  const subject =
    digests[0] === digests[1] ? 'a careless build differs from a careful one' : 'a naive build differs';
  if (digests[0] === digests[1]) {
    console.log('The two are equal, as this changes every build alike; a careful build shows what it does.');
    const careful = await buildPair(['careful-a', 'careful-b'], factory, pinned(source, base));
    digests[1] = careful.digests[0]!;
  }
  const images = digests.map((digest) => `${factory.registry}/demo/hello@${digest}`);
  await assay(['diff', ...images]);
  const { stdout } = await assay(['diff', ...images, '-o', 'json'], { quiet: true });
  const { differences } = JSON.parse(stdout) as { differences: { cause: string; path?: string }[] };
  const drifted = drifts.some((drift) => leaks.includes(drift));
  const causes = [...new Set(differences.map(({ cause }) => cause))];
  const unexplained = causes.filter((cause) => !leaks.includes(cause) && !(drifted && cause === 'content'));
  const explained = causes.length > 0 && unexplained.length === 0;
  claim(`${subject}, and every difference has a cause`, explained, causes.join(', '));
}

/** A TaskRun of a task of the library. */
function taskRun(name: string, task: string, params: Record<string, string>): string {
  return JSON.stringify({
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    metadata: { name },
    spec: {
      taskRef: { name: task },
      params: Object.entries(params).map(([param, value]) => ({ name: param, value })),
    },
  });
}

export async function tampered(factory: Factory, source: Source, base: string): Promise<void> {
  act(
    'A changed byte between two tasks',
    'The clone task stores its files as a trusted artifact. One byte of it is then changed in the registry.',
  );
  const clone = await run(
    taskRun('tampered-clone', 'git-clone-oci-ta', {
      url: source.url,
      revision: source.commit,
      ociStorage: `${factory.registry}/demo/tampered:git`,
    }),
  );
  const artifact = resultOf(clone.runs[0]!, 'SOURCE_ARTIFACT');
  const blob = join(factory.home, 'registry/_blobs/sha256', artifact.slice(artifact.lastIndexOf(':') + 1));
  const build = taskRun('tampered-build', 'build-go-oci-ta', {
    SOURCE_ARTIFACT: artifact,
    IMAGE: `${factory.registry}/demo/tampered:built`,
    BASE_IMAGE: base,
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

export async function hermetic(factory: Factory): Promise<void> {
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
