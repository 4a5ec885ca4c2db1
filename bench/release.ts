import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Client, getCondition, type KubeObject, type ResourceType } from '@assay/kube';
import { type Snapshot, Snapshots } from '@assay/policy';
import {
  type Release,
  type ReleasePlan,
  type ReleasePlanAdmission,
  ReleasePlanAdmissions,
  ReleasePlans,
  Releases,
  releaseLabels,
} from '@assay/release';
import { isDone, PipelineRuns } from '@assay/tekton';
import { GateFactory } from '../packages/cli/test/testing/gate-factory.ts';

// What does it take from a commit to a protected release, and where does the time go? The pipeline of examples/gate builds a small Go
// program, tests it with nothing, and the production of examples/gate judges and takes it. Then a Snapshot of many components, and
// many Releases at once: into repositories of their own, and under one tag, where they wait for each other. Times are those at
// which a watch of the API shows a stage to be over: the objects' own timestamps are seconds. Medians.
//
//   bin/assay-node bench/release.ts [--rounds N] [--components N] [--releases N] [--json]

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    components: { type: 'string', default: '50' },
    releases: { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
  },
});
const rounds = Number(flags.rounds);
const components = Number(flags.components);
const atOnce = Number(flags.releases);

const buildMoments = ['built', 'signed', 'snapshot'] as const;
const releaseMoments = ['waiting', 'judging', 'begun', 'copied', 'released'] as const;
type Moment = 'asked' | (typeof buildMoments)[number] | (typeof releaseMoments)[number];
type Moments = Partial<Record<Moment, number>>;

/** When each run and each Release was first seen in each of its states. */
class Chronicle {
  readonly #client: Client;
  readonly #stop = new AbortController();
  readonly #moments = new Map<string, Moments>();
  readonly #watches: Promise<void>[] = [];

  constructor(client: Client) {
    this.#client = client;
  }

  async start(): Promise<void> {
    await this.#watch(PipelineRuns, ({ metadata, status }) => {
      const { name, namespace, labels = {}, annotations = {} } = metadata;
      const done = isDone({ status } as Parameters<typeof isDone>[0]);
      const release = labels[releaseLabels.name];
      if (release !== undefined) {
        if (done) this.note(`release ${release}`, 'copied');
        return;
      }
      const build = `build ${namespace}/${name}`;
      if (done) this.note(build, 'built');
      if (annotations['chains.tekton.dev/signed'] !== undefined) this.note(build, 'signed');
      if (annotations['appstudio.openshift.io/snapshot'] !== undefined) this.note(build, 'snapshot');
    });
    await this.#watch(Releases, ({ metadata, status }: Release) => {
      const release = `release ${metadata.name}`;
      const message = getCondition(status?.conditions, 'ManagedPipelineProcessed')?.message ?? '';
      if (message.startsWith('waiting')) this.note(release, 'waiting');
      if (message === 'judging') this.note(release, 'judging');
      if (status?.managedProcessing?.pipelineRun !== undefined) this.note(release, 'begun');
      if (status?.completionTime === undefined) return;
      const released = getCondition(status.conditions, 'Released');
      if (released?.status !== 'True') throw new Error(`${release}: ${released?.message}`);
      this.note(release, 'released');
    });
  }

  note(what: string, moment: Moment): void {
    const moments = this.#moments.get(what) ?? {};
    moments[moment] ??= performance.now();
    this.#moments.set(what, moments);
  }

  async until(what: string, moment: Moment): Promise<Moments> {
    const deadline = Date.now() + 300_000;
    for (;;) {
      const moments = this.#moments.get(what);
      if (moments?.[moment] !== undefined) return moments;
      if (Date.now() > deadline) throw new Error(`${what} does not become ${moment}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled(this.#watches);
  }

  async #watch<T extends KubeObject>(resource: ResourceType<T>, see: (object: T) => void): Promise<void> {
    const { resourceVersion } = await this.#client.list(resource);
    const { signal } = this.#stop;
    const watching = async () => {
      for await (const event of this.#client.watch(resource, { resourceVersion, signal }))
        if (event.type !== 'BOOKMARK') see(event.object);
    };
    const watch = watching().catch((error: Error) => {
      if (signal.aborted) return;
      process.stderr.write(`${error.message}\n`);
      process.exitCode = 1;
    });
    this.#watches.push(watch);
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** Milliseconds of each stage of a release. Waiting for other Releases is apart. */
function releaseStages({ asked, judging, waiting, begun, copied, released }: Required<Moments>) {
  const held = waiting === undefined ? 0 : judging > waiting ? judging - waiting : begun - waiting;
  return {
    waiting: held,
    verdict: begun - asked - held,
    'managed run': copied - begun,
    verification: released - copied,
    total: released - asked,
  };
}

type Rows = Record<string, number>;

const tables: Record<string, Rows> = {};

/** Prints a table as soon as it is there: the whole takes minutes. */
function tell(title: string, rows: Rows): void {
  tables[title] = rows;
  if (flags.json) return;
  process.stdout.write(`${title}; load ${loadavg()[0]!.toFixed(1)}\n`);
  for (const [name, ms] of Object.entries(rows))
    process.stdout.write(`  ${name.padEnd(16)} ${(ms / 1000).toFixed(2).padStart(7)} s\n`);
}

function medians(rows: readonly Rows[]): Rows {
  return Object.fromEntries(
    Object.keys(rows[0]!).map((name) => [name, median(rows.map((row) => row[name]!))]),
  );
}

const factory = await GateFactory.create();
try {
  const { bundle } = await factory.data(['task', 'bundle', join(factory.examples, 'gate/task/stamp.yaml')]);
  await factory.must(['task', 'promote', bundle]);
  await factory.apply('pipeline-trusted', { STAMP: bundle });
  const { client } = factory;
  const chronicle = new Chronicle(client);
  await chronicle.start();

  const ended = async (name: string) =>
    releaseStages((await chronicle.until(`release ${name}`, 'released')) as Required<Moments>);
  const request = (snapshot: Snapshot, plan: string, name: string) => {
    chronicle.note(`release ${name}`, 'asked');
    return factory.request(snapshot, plan, name);
  };

  /** From asking for the build to the release, the Release being asked for as soon as there is a Snapshot. */
  async function fromCommit(name: string): Promise<{ stages: Rows; snapshot: Snapshot }> {
    const what = `build team/${name}`;
    chronicle.note(what, 'asked');
    await factory.apply('build', { NAME: name, PIPELINE: 'build-trusted' });
    const { asked, built, signed, snapshot } = (await chronicle.until(what, 'snapshot')) as Required<Moments>;
    const run = await client.get(PipelineRuns, 'team', name);
    const made = await client.get(
      Snapshots,
      'team',
      run.metadata.annotations!['appstudio.openshift.io/snapshot']!,
    );
    await request(made, 'production', name);
    const { total: _, waiting: __, ...stages } = await ended(name);
    const { released } = (await chronicle.until(`release ${name}`, 'released')) as Required<Moments>;
    const before = { build: built - asked, signing: signed - built, Snapshot: snapshot - signed };
    return { stages: { ...before, ...stages, total: released - asked }, snapshot: made };
  }

  const [plan, admission] = await Promise.all([
    client.get(ReleasePlans, 'team', 'production'),
    client.get(ReleasePlanAdmissions, 'production', 'shop'),
  ]);
  /** A plan with an admission of its own, which says where components go. */
  async function consent(name: string, mapped: { name: string; repository: string }[]): Promise<void> {
    const { apiVersion } = plan;
    await client.create(ReleasePlans, {
      ...{ apiVersion, kind: 'ReleasePlan', spec: plan.spec },
      metadata: { name, namespace: 'team', labels: { [releaseLabels.releasePlanAdmission]: name } },
    } satisfies ReleasePlan);
    await client.create(ReleasePlanAdmissions, {
      ...{ apiVersion, kind: 'ReleasePlanAdmission', metadata: { name, namespace: 'production' } },
      spec: {
        ...admission.spec,
        // Only plans that name it go by it.
        applications: ['bench'],
        data: { mapping: { components: mapped.map((one) => ({ ...one, tags: ['1.0'] })) } },
      },
    } satisfies ReleasePlanAdmission);
  }

  const load = loadavg()[0]!;
  await fromCommit('warm');
  const whole: Rows[] = [];
  let snapshot!: Snapshot;
  for (let round = 0; round < rounds; round += 1) {
    const one = await fromCommit(`commit-${round}`);
    whole.push(one.stages);
    snapshot = one.snapshot;
  }

  tell(`commit to released, median of ${rounds}`, medians(whole));

  const [component] = snapshot.spec.components!;
  const many = Array.from({ length: components }, (_, index) => ({ ...component!, name: `c${index}` }));
  const large = await client.create(Snapshots, {
    ...{ apiVersion: snapshot.apiVersion, kind: 'Snapshot', metadata: { name: 'large', namespace: 'team' } },
    spec: { ...snapshot.spec, components: many },
  });
  const wide: Rows[] = [];
  for (let round = 0; round < Math.ceil(rounds / 3); round += 1) {
    const name = `large-${round}`;
    const repository = (one: string) => `${factory.registry}/production/${name}/${one}`;
    await consent(
      name,
      many.map(({ name: one }) => ({ name: one, repository: repository(one) })),
    );
    await request(large, name, name);
    wide.push(await ended(name));
  }

  tell(`a Snapshot of ${components} components, median of ${wide.length}`, medians(wide));

  /** All of them asked for at once; stages of one in the middle, and how long it takes until the last has ended. */
  async function together(prefix: string, planOf: (index: number) => string): Promise<Rows> {
    const names = Array.from({ length: atOnce }, (_, index) => `${prefix}-${index}`);
    const started = performance.now();
    await Promise.all(names.map((name, index) => request(snapshot, planOf(index), name)));
    const stages = await Promise.all(names.map(ended));
    const last = Math.max(
      ...(await Promise.all(names.map((name) => chronicle.until(`release ${name}`, 'released')))).map(
        ({ released }) => released!,
      ),
    );
    return { ...medians(stages), 'until the last': last - started };
  }
  for (let index = 0; index < atOnce; index += 1)
    await consent(`own-${index}`, [
      { name: component!.name, repository: `${factory.registry}/production/own-${index}` },
    ]);
  const at = `${atOnce} Releases at once`;
  tell(
    `${at}, into repositories of their own (stages: the median one)`,
    await together('apart', (index) => `own-${index}`),
  );
  tell(`${at}, under one tag (stages: the median one)`, await together('queued', () => 'production'));
  await chronicle.stop();
  if (flags.json) process.stdout.write(`${JSON.stringify({ load, tables })}\n`);
} finally {
  await factory.remove();
}
