import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Factory, openHome, startFactory } from '@assay/cli';
import { buildToolboxImages } from '@assay/library';
import { openLayoutStore } from '@assay/oci';
import { isDone, isSuccessful, type PipelineRun, PipelineRuns, type TaskRun, TaskRuns } from '@assay/tekton';
import { BareRuntime, captureBundle } from './bare-runtime.ts';

// What does a step cost above the OCI runtime's own start? Measures one `echo` TaskRun, three tasks in sequence, ten in
// parallel and twenty TaskRuns at once, each from its creation to Succeeded=True, next to the same container started
// by hand; rounds of all of them alternate, so that a noisy machine is noisy for all. Medians.

const { values: flags } = parseArgs({
  options: { rounds: { type: 'string', default: '10' }, json: { type: 'boolean', default: false } },
});
const rounds = Number(flags.rounds);

/** Seconds, from the project's reference measurements of Tekton v1.15 on Kubernetes on a machine of this kind. */
const tekton = { echo: 3.02, sequence: 9.06, parallel: 7.89, batch: 10.5 };

const home = mkdtempSync(join(tmpdir(), 'assay-bench-'));
process.env.ASSAY_HOME = home;
const paths = openHome();
await buildToolboxImages({
  store: openLayoutStore(paths.registry),
  cacheDir: paths.cache,
  host: 'localhost',
  images: ['toolbox'],
});
const factory = await startFactory({
  home: paths,
  onError: (error, place) => console.error(`${place}: ${error instanceof Error ? error.message : error}`),
});
await factory.observed;

const steps = [
  { name: 'echo', image: 'localhost/toolbox', imagePullPolicy: 'IfNotPresent', command: ['echo', 'hello'] },
];

function taskRun(): TaskRun {
  return {
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    metadata: { generateName: 'bench-', namespace: 'default' },
    spec: { taskSpec: { steps } },
  };
}

function pipelineRun(tasks: number, sequence: boolean): PipelineRun {
  const list = Array.from({ length: tasks }, (_, index) => ({
    name: `t${index}`,
    taskSpec: { steps },
    ...(sequence && index > 0 && { runAfter: [`t${index - 1}`] }),
  }));
  return {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    metadata: { generateName: 'bench-', namespace: 'default' },
    spec: { pipelineSpec: { tasks: list } },
  };
}

/** Milliseconds from the create call until a watch shows that all of them are done. */
async function timeRuns(runs: (TaskRun | PipelineRun)[]): Promise<number> {
  const { client } = factory as Factory;
  const resource = runs[0]!.kind === 'TaskRun' ? TaskRuns : PipelineRuns;
  const stop = new AbortController();
  const { items, resourceVersion } = await client.list<TaskRun | PipelineRun>(resource);
  // The observer still writes to earlier ones.
  const earlier = new Set(items.map((run) => run.metadata.uid));
  const events = client.watch<TaskRun | PipelineRun>(resource, { resourceVersion, signal: stop.signal });
  const started = performance.now();
  const created = Promise.all(runs.map((run) => client.create<TaskRun | PipelineRun>(resource, run)));
  const done = new Set<string>();
  for await (const event of events) {
    if (event.type === 'BOOKMARK' || earlier.has(event.object.metadata.uid) || !isDone(event.object))
      continue;
    if (!isSuccessful(event.object)) throw new Error(`${event.object.metadata.name} failed`);
    done.add(event.object.metadata.name!);
    if (done.size === runs.length) break;
  }
  const elapsed = performance.now() - started;
  stop.abort();
  await created;
  // What follows a run (its signature, the removal of its pod) is not part of the next measurement.
  await new Promise((resolve) => setTimeout(resolve, 150));
  return elapsed;
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

try {
  await timeRuns([taskRun()]);
  const { bundle, overlay } = await captureBundle(factory, paths.sandbox, taskRun());
  await new Promise((resolve) => setTimeout(resolve, 6000));
  const bare = await BareRuntime.start(paths.sandbox, bundle, overlay);
  const measured: Record<string, number[]> = {};
  const take = async (name: string, measure: () => Promise<number>) => {
    measured[name] = [...(measured[name] ?? []), await measure()];
  };
  for (let round = 0; round < rounds; round++) {
    await bare.time('mount');
    await take('runtime', () => bare.time('runtime'));
    await bare.time('umount');
    await take('whole', () => bare.time('whole'));
    await take('echo', () => timeRuns([taskRun()]));
    await take('sequence', () => timeRuns([pipelineRun(3, true)]));
    await take('parallel', () => timeRuns([pipelineRun(10, false)]));
    await take('batch', () => timeRuns(Array.from({ length: 20 }, taskRun)));
  }
  await bare.stop();
  const ms = Object.fromEntries(
    Object.entries(measured).map(([name, values]) => [name, median(values)]),
  ) as Record<keyof typeof tekton | 'runtime' | 'whole', number>;
  const rows: [string, number, string][] = [
    ['crun alone (overlay mounted)', ms.runtime, ''],
    ['guard, overlay mount and crun, as every isolated step needs', ms.whole, ''],
    ['TaskRun with one echo step', ms.echo, ratio(tekton.echo, ms.echo)],
    ['PipelineRun of 3 tasks in sequence', ms.sequence, ratio(tekton.sequence, ms.sequence)],
    ['PipelineRun of 10 tasks in parallel', ms.parallel, ratio(tekton.parallel, ms.parallel)],
    ['20 TaskRuns at once, until the last is done', ms.batch, ratio(tekton.batch, ms.batch)],
  ];
  if (flags.json) console.log(JSON.stringify({ rounds, runtime: factory.runtime, ms, tekton }));
  else {
    console.log(
      `medians of ${rounds} rounds; ${factory.runtime.name} ${factory.runtime.version}, cgroups ${factory.runtime.cgroups}\n`,
    );
    for (const [name, value, against] of rows)
      console.log(`${name.padEnd(62)} ${value.toFixed(1).padStart(8)} ms  ${against}`);
    console.log(
      `\na TaskRun with one step costs ${(ms.echo / ms.whole).toFixed(2)}x the bare isolated container`,
    );
    console.log(
      `and ${(ms.echo / ms.runtime).toFixed(2)}x the runtime alone; goals: 75 ms and 2x; 225 ms for 3 in sequence`,
    );
  }
} finally {
  await factory.stop();
  rmSync(home, { recursive: true, force: true });
}

function ratio(seconds: number, milliseconds: number): string {
  return `Tekton on Kubernetes ${seconds} s: ${((seconds * 1000) / milliseconds).toFixed(0)}x`;
}
