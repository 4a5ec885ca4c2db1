import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import type { Statement } from '@assay/attestation';
import { createStatement, type StatementFormat } from '@assay/observer';
import { type Judgement, judgeInput, type LoadedPolicy, loadPolicy, readPolicySpec } from '@assay/policy';
import type { PipelineRun, TaskRun } from '@assay/tekton';
import { parse } from 'yaml';
import { listTasks, taskFile } from '../src/tasks.ts';
import { policyModules } from './rule-table.ts';

const repository = resolve(import.meta.dirname, '../..');
const now = new Date('2026-11-01T00:00:00Z');
const digest = (character: string) => `sha256:${character.repeat(64)}`;
const commit = '05669ed367ed21569f68edee8b93c64eda91e910';
const image = 'localhost:5050/examples/reproducible-go';
const source = `oci:${image}@${digest('5')}`;
const url = 'http://localhost:5050/git/reproducible-go.git';

const noRegistry = (): never => {
  throw new Error('no registry');
};

/** A policy of config/, whose addresses are relative to the repository. */
async function policyOf(name: string, sources: { policy?: string[] } = {}): Promise<LoadedPolicy> {
  const text = readFileSync(join(import.meta.dirname, `config/${name}.yaml`), 'utf8');
  const spec = readPolicySpec(text.replaceAll('./library/', `${repository}/library/`), name);
  const policy = { ...spec, sources: spec.sources.map((each) => ({ ...each, ...sources })) };
  return loadPolicy({ policy, store: noRegistry });
}

const judge = (policy: LoadedPolicy, input: unknown): Promise<Judgement> =>
  judgeInput(policy, input, 'test', { effectiveTime: now, now });

const codes = (results: { metadata: Record<string, unknown> }[]) =>
  [...new Set(results.map(({ metadata }) => String(metadata.code)))].sort();

const factory = await policyOf('factory');

interface Changes {
  /** Where build-go-oci-ta comes from. */
  buildBundle?: string;
  /** What the build task is given as its source. */
  buildSource?: string;
}

/** A run of examples/reproducible-go with tasks out of bundles, as its controller leaves it. */
async function run({ buildBundle, buildSource = source }: Changes = {}): Promise<{
  run: PipelineRun;
  children: TaskRun[];
}> {
  const pipeline = parse(readFileSync(join(repository, 'examples/reproducible-go/pipeline.yaml'), 'utf8'));
  const bundle = (name: string) => `localhost:5050/library/task-${name}:0.1@${digest('b')}`;
  const child = async (
    pipelineTask: string,
    name: string,
    from: string,
    params: Record<string, unknown>,
    results: Record<string, string>,
  ): Promise<TaskRun> => {
    const { text } = await taskFile(name);
    const task = parse(text);
    return {
      apiVersion: 'tekton.dev/v1',
      kind: 'TaskRun',
      metadata: {
        name: `r-${pipelineTask}`,
        uid: pipelineTask,
        labels: {
          ...task.metadata.labels,
          'tekton.dev/pipelineTask': pipelineTask,
          'tekton.dev/task': name,
        },
      },
      spec: {
        params: Object.entries(params).map(([key, value]) => ({
          name: key,
          value,
        })) as TaskRun['spec']['params'],
        taskRef: {
          resolver: 'bundles',
          params: [
            { name: 'name', value: name },
            { name: 'bundle', value: from },
            { name: 'kind', value: 'task' },
          ],
        },
      },
      status: {
        conditions: [{ type: 'Succeeded', status: 'True', reason: 'Succeeded' }],
        startTime: '2026-10-01T00:00:00Z',
        completionTime: '2026-10-01T00:01:00Z',
        taskSpec: task.spec,
        steps: task.spec.steps.map(({ name: step }: { name: string }) => ({
          name: step,
          imageID: `localhost:5050/toolbox@${digest('7')}`,
        })),
        results: Object.entries(results).map(([key, value]) => ({
          name: key,
          type: 'string' as const,
          value,
        })),
        provenance: {
          refSource: { uri: from.split(':0.1')[0]!, digest: { sha256: 'b'.repeat(64) }, entryPoint: name },
        },
      },
    };
  };
  const clone = await child(
    'clone-repository',
    'git-clone-oci-ta',
    bundle('git-clone-oci-ta'),
    { url, revision: commit },
    { url, commit, 'CHAINS-GIT_URL': url, 'CHAINS-GIT_COMMIT': commit, SOURCE_ARTIFACT: source },
  );
  const build = await child(
    'build-container',
    'build-go-oci-ta',
    buildBundle ?? bundle('build-go-oci-ta'),
    { IMAGE: `${image}:1`, SOURCE_ARTIFACT: buildSource, nondeterminism: [] },
    { IMAGE_URL: `${image}:1`, IMAGE_DIGEST: digest('a'), IMAGE_REF: `${image}@${digest('a')}` },
  );
  const params = {
    'git-url': url,
    revision: commit,
    'output-image': `${image}:1`,
    'base-image': 'localhost:5050/static',
  };
  return {
    children: [clone, build],
    run: {
      apiVersion: 'tekton.dev/v1',
      kind: 'PipelineRun',
      metadata: { name: 'r', uid: 'r', labels: { 'tekton.dev/pipeline': 'reproducible-go' } },
      spec: {
        pipelineRef: { name: 'reproducible-go' },
        params: Object.entries(params).map(([name, value]) => ({ name, value })),
      },
      status: {
        conditions: [{ type: 'Succeeded', status: 'True', reason: 'Succeeded' }],
        startTime: '2026-10-01T00:00:00Z',
        completionTime: '2026-10-01T00:02:00Z',
        pipelineSpec: { ...pipeline.spec, tasks: withReferences(pipeline.spec.tasks, [clone, build]) },
        results: [
          { name: 'CHAINS-GIT_URL', value: url },
          { name: 'CHAINS-GIT_COMMIT', value: commit },
          { name: 'IMAGE_URL', value: `${image}:1` },
          { name: 'IMAGE_DIGEST', value: digest('a') },
        ],
      },
    },
  };
}

/** The pipeline's tasks, referred to as the runs refer to them. */
const withReferences = (tasks: { name: string }[], runs: TaskRun[]) =>
  tasks.map((task) => ({
    ...task,
    taskRef: runs.find(({ metadata }) => metadata?.labels?.['tekton.dev/pipelineTask'] === task.name)?.spec
      .taskRef,
  }));

const slsaTekton = 'https://tekton.dev/chains/v2/slsa-tekton';

async function attested(
  format: StatementFormat,
  changes: Changes = {},
  buildType = slsaTekton,
): Promise<Statement> {
  const { run: pipelineRun, children } = await run(changes);
  return createStatement(pipelineRun, {
    format,
    buildType,
    children,
    deepInspection: true,
    extensions: true,
  });
}

const inputOf = (...statements: Statement[]) => ({
  attestations: statements.map((statement) => ({ statement })),
  image: { ref: `${image}@${digest('a')}`, source: { git: { url, revision: commit } } },
  snapshot: { components: [{ name: 'app', containerImage: `${image}@${digest('a')}` }] },
  policy_spec: factory.spec,
});

for (const format of ['slsa/v1', 'slsa/v2alpha3', 'slsa/v2alpha4'] as const) {
  test(`what the observer writes as ${format} satisfies the factory's policy`, async () => {
    const verdict = await judge(factory, inputOf(await attested(format)));
    // SLSA v0.2 has no external parameters.
    const known = format === 'slsa/v1' ? ['external_parameters.pipeline_run_params'] : [];
    assert.deepEqual(codes(verdict.violations), known, JSON.stringify(verdict.violations, null, 1));
    assert.ok(verdict.successes.length > 25);
  });

  test(`a task from elsewhere is named in ${format}, with what to use instead`, async () => {
    const foreign = `registry.example/mine/build-go-oci-ta:0.1@${digest('b')}`;
    const statement = await attested(format, { buildBundle: foreign });
    const verdict = await judge(factory, inputOf(statement));
    const found = verdict.violations.find(({ metadata }) => metadata.code === 'trusted_task.trusted');
    assert.match(found?.msg ?? '', /^Untrusted version of PipelineTask "build-container"/);
    const fix = found?.metadata.fix as { from: string; allowed: string[]; change: string };
    assert.equal(fix.from, `oci://${foreign}`);
    assert.deepEqual(fix.allowed, [
      'oci://localhost:5050/library/task-git-clone-oci-ta',
      'oci://localhost:5050/library/task-build-go-oci-ta',
    ]);
    assert.match(fix.change, /^In pipeline task "build-container", replace oci:\/\/registry\.example/);
  });

  test(`an artifact from elsewhere is told in ${format}`, async () => {
    const injected = `oci:${image}@${digest('e')}`;
    const verdict = await judge(factory, inputOf(await attested(format, { buildSource: injected })));
    assert.ok(codes(verdict.violations).includes('trusted_task.valid_trusted_artifact_inputs'));
  });
}

test('provenance that does not record tasks says so', async () => {
  const statement = await attested('slsa/v2alpha4', {}, 'https://tekton.dev/chains/v2/slsa');
  const verdict = await judge(factory, inputOf(statement));
  assert.ok(codes(verdict.violations).includes('tasks.pipeline_has_tasks'));
});

test('an image without provenance is refused', async () => {
  const verdict = await judge(factory, inputOf());
  assert.ok(codes(verdict.violations).includes('attestation_type.pipelinerun_attestation_found'));
});

for (const name of ['minimal', 'slsa3', 'redhat']) {
  test(`the collection ${name} names rules of this library alone`, async () => {
    const verdict = await judge(await policyOf(name), inputOf(await attested('slsa/v2alpha4')));
    assert.deepEqual(
      verdict.warnings.filter(({ msg }) => /criterion/.test(msg)),
      [],
    );
    const all = [...verdict.violations, ...verdict.successes];
    assert.ok(all.every(({ metadata }) => (metadata.collections as string[]).includes(name)));
    assert.ok(all.length > 10);
  });
}

test('the tasks of the library satisfy the policies for tasks', async () => {
  const allowed = Object.keys(await policyModules()).filter((file) => file.startsWith('task/'));
  assert.ok(allowed.length >= 6);
  const policy = await policyOf('factory', {
    policy: [
      'lib',
      'task/annotations',
      'task/kind',
      'task/results',
      'task/step_image_registries',
      'task/trusted_artifacts',
    ].map((path) => `${repository}/library/policies/${path}`),
  });
  const everything = {
    ...policy,
    sources: policy.sources.map((each) => ({ ...each, source: { ...each.source, config: {} } })),
  };
  for (const { name, version } of await listTasks()) {
    const { text } = await taskFile(name, version);
    const verdict = await judge(everything, parse(text));
    assert.deepEqual(verdict.violations, [], name);
  }
});
