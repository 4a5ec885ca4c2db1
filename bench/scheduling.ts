import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openHome, startFactory } from '@assay/cli';
import { buildToolboxImages } from '@assay/library';
import { openLayoutStore } from '@assay/oci';
import { isDone, isSuccessful, type PipelineRun, PipelineRuns, type TaskRun, TaskRuns } from '@assay/tekton';
import { BareRuntime, captureBundle } from './bare-runtime.ts';

// Does the cost of a task stay the same however many there are? Runs chains, fans, matrices and many pipelines at several sizes,
// each from its creation to Succeeded=True, next to the same container started by hand; sizes alternate within a round.
// Then what passes through a step: log bytes and results. Medians over the rounds.

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '1' },
    chain: { type: 'string', default: '30,100,300' },
    parallel: { type: 'string', default: '30,100,300' },
    matrix: { type: 'string', default: '16,64,256' },
    pipelines: { type: 'string', default: '10,50,200' },
    'log-mb': { type: 'string', default: '64,256,1024' },
    'result-kb': { type: 'string', default: '4,64,1000' },
    json: { type: 'boolean', default: false },
  },
});
const sizesOf = (text: string): number[] => text.split(',').filter(Boolean).map(Number);

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
const { client } = factory;

const image = { image: 'localhost/toolbox', imagePullPolicy: 'IfNotPresent' };
const echo = { steps: [{ name: 'echo', ...image, command: ['echo', 'hello'] }] };

type Run = TaskRun | PipelineRun;
const metadata = { generateName: 'bench-', namespace: 'default' };

function taskRun(taskSpec: NonNullable<TaskRun['spec']['taskSpec']>): TaskRun {
  return { apiVersion: 'tekton.dev/v1', kind: 'TaskRun', metadata, spec: { taskSpec } };
}

function pipelineRun(tasks: object[]): PipelineRun {
  const spec = { pipelineSpec: { tasks }, timeouts: { pipeline: '0' } } as PipelineRun['spec'];
  return { apiVersion: 'tekton.dev/v1', kind: 'PipelineRun', metadata, spec };
}

const named = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `t${index}`, taskSpec: echo }));
const shapes: Record<string, (size: number) => Run[]> = {
  chain: (size) => [
    pipelineRun(
      named(size).map((task, index) => (index > 0 ? { ...task, runAfter: [`t${index - 1}`] } : task)),
    ),
  ],
  parallel: (size) => [pipelineRun(named(size))],
  matrix: (size) => {
    const value = Array.from({ length: size }, (_, index) => String(index));
    return [
      pipelineRun([
        {
          name: 'm',
          taskSpec: { ...echo, params: [{ name: 'i' }] },
          matrix: { params: [{ name: 'i', value }] },
        },
      ]),
    ];
  },
  pipelines: (size) => Array.from({ length: size }, () => pipelineRun(named(1))),
  'log-mb': (size) => [
    taskRun({
      steps: [
        {
          name: 'print',
          ...image,
          script: `yes "$(head -c 127 /dev/zero | tr '\\0' x)" | head -c ${size * 2 ** 20}`,
        },
      ],
    }),
  ],
  'result-kb': (size) => [
    taskRun({
      results: [{ name: 'large' }],
      steps: [
        {
          name: 'write',
          ...image,
          script: `head -c ${size * 1000} /dev/zero | tr '\\0' x >$(results.large.path)`,
        },
      ],
    }),
  ],
};

interface Measured {
  ms: number;
  /** The most that this process, which is store, API and runner, held meanwhile. */
  peakMB: number;
}

/** From the create calls until a watch shows that all are done. */
async function measure(
  runs: Run[],
  check: (ended: Run) => Promise<void> = async () => {},
): Promise<Measured> {
  const resource = runs[0]!.kind === 'TaskRun' ? TaskRuns : PipelineRuns;
  const stop = new AbortController();
  const { items, resourceVersion } = await client.list<Run>(resource);
  // The observer still writes to earlier ones.
  const earlier = new Set(items.map((run) => run.metadata.uid));
  const events = client.watch<Run>(resource, { resourceVersion, signal: stop.signal });
  let peak = 0;
  const sampling = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 50);
  const started = performance.now();
  const created = Promise.all(runs.map((run) => client.create<Run>(resource, run)));
  const done = new Map<string, Run>();
  for await (const event of events) {
    if (event.type === 'BOOKMARK' || earlier.has(event.object.metadata.uid) || !isDone(event.object))
      continue;
    if (!isSuccessful(event.object)) throw new Error(JSON.stringify(event.object.status?.conditions));
    done.set(event.object.metadata.uid!, event.object);
    if (done.size === runs.length) break;
  }
  const ms = performance.now() - started;
  clearInterval(sampling);
  stop.abort();
  await created;
  for (const run of done.values()) await check(run);
  return { ms, peakMB: peak / 2 ** 20 };
}

/** Bytes that the run's one step has printed, as its log gives them back. */
async function loggedBytes(run: Run): Promise<number> {
  const { namespace, name, uid } = run.metadata;
  let bytes = 0;
  const target = { namespace: namespace!, pod: `${name}-pod`, uid: uid!, container: 'step-print' };
  for await (const { text, complete } of factory.logs.read(target)) bytes += text.length + (complete ? 1 : 0);
  return bytes;
}

/** That nothing of a log or of a result was lost. */
function checks(shape: string, size: number): (ended: Run) => Promise<void> {
  return async (ended) => {
    const [wanted, found] =
      shape === 'log-mb'
        ? [size * 2 ** 20, await loggedBytes(ended)]
        : shape === 'result-kb'
          ? [size * 1000, (ended as TaskRun).status?.results?.[0]?.value.length]
          : [0, 0];
    if (found !== wanted) {
      const steps = JSON.stringify((ended as TaskRun).status?.steps);
      throw new Error(`${shape} ${size}: ${found} of ${wanted} bytes arrived from ${steps}`);
    }
  };
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

try {
  await measure([taskRun(echo)]);
  const { bundle, overlay } = await captureBundle(factory, paths.sandbox, taskRun(echo));
  await new Promise((resolve) => setTimeout(resolve, 6000));
  const bare = await BareRuntime.start(paths.sandbox, bundle, overlay);
  const floors: number[] = [];
  const measured = new Map<string, Measured[]>();
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (const [shape, runs] of Object.entries(shapes)) {
      for (const size of sizesOf(flags[shape as 'chain'])) {
        floors.push(await bare.time('whole'));
        const key = `${shape} ${size}`;
        const taken = await measure(runs(size), checks(shape, size));
        const peak = taken.peakMB.toFixed(0);
        const bareMs = floors.at(-1)!.toFixed(1);
        process.stderr.write(`${key}: ${taken.ms.toFixed(0)} ms, peak ${peak} MiB, bare ${bareMs} ms\n`);
        measured.set(key, [...(measured.get(key) ?? []), taken]);
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  }
  await bare.stop();
  const floor = median(floors);
  const rows = [...measured].map(([key, values]) => {
    const [shape = '', size = ''] = key.split(' ');
    const ms = median(values.map((value) => value.ms));
    const peakMB = median(values.map((value) => value.peakMB));
    return { shape, size: Number(size), ms, peakMB };
  });
  if (flags.json) console.log(JSON.stringify({ rounds: Number(flags.rounds), floor, rows }));
  else {
    console.log(
      `medians of ${flags.rounds} rounds; the bare isolated container takes ${floor.toFixed(1)} ms\n`,
    );
    for (const { shape, size, ms, peakMB } of rows) {
      const each =
        shape === 'log-mb'
          ? `${((size * 1000) / ms).toFixed(0)} MiB/s`
          : shape === 'result-kb'
            ? ''
            : `${(ms / size).toFixed(1)} ms each`;
      console.log(
        `${shape.padEnd(10)} ${String(size).padStart(5)} ${ms.toFixed(0).padStart(8)} ms  ${each.padEnd(14)} peak ${peakMB.toFixed(0)} MiB`,
      );
    }
  }
} finally {
  await factory.stop();
  rmSync(home, { recursive: true, force: true });
}
