import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { assay, type Outcome, root } from './command.ts';
import { type Inputs, pipelineRun } from './inputs.ts';

/** The example's own directory. */
export const example = resolve(import.meta.dirname, '..');
/** A directory for the demo's own files, removed at its end. */
export const scratch = mkdtempSync(join(tmpdir(), 'assay-demo-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));

const tasks = ['git-clone-oci-ta', 'build-go-oci-ta'].map((name) =>
  join(root, `library/tasks/${name}/0.1/${name}.yaml`),
);
let files = 0;

/** What the demo reads of a run. */
interface Result {
  name: string;
  value: string;
}
export interface Run {
  kind: string;
  metadata: { name: string; uid: string };
  status: { results?: Result[]; conditions: { status: string; message: string }[] };
}

export function resultOf(run: Run, name: string): string {
  const found = run.status.results?.find((result) => result.name === name);
  if (!found) throw new Error(`${run.kind} ${run.metadata.name} has no result ${name}`);
  return found.value;
}

/** Runs objects to their end; the logs are shown, the runs come back as data. */
export async function run(
  manifest: string,
  definitions: string[] = [],
): Promise<{ runs: Run[]; outcome: Outcome }> {
  const file = join(scratch, `run-${files++}.yaml`);
  writeFileSync(file, manifest);
  const outcome = await assay(['run', '-f', ...tasks, ...definitions, file, '-o', 'json'], { data: true });
  const data = JSON.parse(outcome.stdout || '{"items":[]}') as Run | { items: Run[] };
  return { runs: 'items' in data ? data.items : [data], outcome };
}

/** A running factory, as `assay status` tells it. */
export interface Factory {
  registry: string;
  home: string;
}

/** A repository that the factory serves, and its commit. */
export interface Source {
  url: string;
  commit: string;
}

/** Builds twice: at the same time or, where an input moves in between, one after the other. */
export async function buildPair(
  names: [string, string],
  factory: Factory,
  inputs: [Inputs, Inputs],
  leaks: string[] = [],
): Promise<{ runs: Run[]; digests: string[] }> {
  const manifests = names.map((name, index) => pipelineRun(name, factory, inputs[index]!, leaks));
  const runs: Run[] = [];
  const moving = inputs.some(({ prepare }) => prepare !== undefined);
  for (const [index, manifest] of (moving ? manifests : [manifests.join('\n---\n')]).entries()) {
    await inputs[index]!.prepare?.();
    runs.push(...(await run(manifest, [join(example, 'pipeline.yaml')])).runs);
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
