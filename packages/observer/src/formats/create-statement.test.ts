import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PipelineRun, TaskRun } from '@assay/tekton';
import type { HintWarning } from '../hints/warning.ts';
import { runRecordName } from './byproducts.ts';
import { createStatement } from './create-statement.ts';
import { featureFlags } from './feature-flags.ts';
import { statementFormats } from './format.ts';

const digest = (character: string) => `sha256:${character.repeat(64)}`;

const build: TaskRun = {
  apiVersion: 'tekton.dev/v1',
  kind: 'TaskRun',
  metadata: { name: 'p-build', uid: 'u1', labels: { 'tekton.dev/pipelineTask': 'build' } },
  spec: { taskRef: { resolver: 'git', kind: 'Task' } },
  status: {
    conditions: [{ type: 'Succeeded', status: 'True', reason: 'Succeeded' }],
    startTime: '2026-01-01T01:00:00+01:00',
    completionTime: '2026-01-01T00:01:00.5Z',
    steps: [
      {
        name: 'make',
        imageID: `docker-pullable://registry.example/make@${digest('1')}`,
        provenance: { refSource: { uri: 'git+https://git.example/actions', digest: { sha1: 'aa' } } },
        results: [
          {
            name: 'x-ARTIFACT_OUTPUTS',
            value: { uri: 'pkg:generic/x', digest: digest('2'), isBuildArtifact: 'true' },
          },
          { name: 'y-ARTIFACT_INPUTS', value: { uri: 'pkg:generic/y', digest: digest('3') } },
        ],
      },
      { name: 'never', imageID: '' },
    ],
    results: [
      { name: 'IMAGE_URL', value: 'registry.example/team/app' },
      { name: 'IMAGE_DIGEST', value: digest('4') },
      { name: 'report-ARTIFACT_OUTPUTS', value: { uri: 'pkg:generic/report', digest: digest('5') } },
      { name: 'TEST_OUTPUT', value: '{"result":"SUCCESS"}' },
    ],
    taskSpec: {
      steps: [
        { name: 'make', command: ['make'], args: ['all'] },
        { name: 'never', script: 'true' },
      ],
    },
    provenance: {
      refSource: {
        uri: 'git+https://git.example/ci',
        digest: { sha256: 'b', sha1: 'a' },
        entryPoint: 'build.yaml',
      },
      featureFlags: { EnableAPIFields: 'beta', awaitSidecarReadiness: true, setSecurityContext: false },
    },
  },
};

const pipeline: PipelineRun = {
  apiVersion: 'tekton.dev/v1',
  kind: 'PipelineRun',
  metadata: { name: 'p', uid: 'u2' },
  spec: { pipelineRef: { name: 'p' } },
  status: {
    completionTime: '2026-01-01T00:02:00Z',
    pipelineSpec: {
      tasks: [
        { name: 'build', params: [{ name: 'a', value: '$(tasks.clone.results.url)' }], runAfter: ['lint'] },
      ],
      finally: [{ name: 'notify' }],
    },
    results: [
      {
        name: 'IMAGES',
        value: `registry.example/team/app@${digest('4')},registry.example/team/other@${digest('6')}`,
      },
    ],
  },
};
const notify: TaskRun = {
  apiVersion: 'tekton.dev/v1',
  kind: 'TaskRun',
  metadata: { name: 'p-notify', uid: 'u3', labels: { 'tekton.dev/pipelineTask': 'notify' } },
  spec: {},
  status: {
    conditions: [{ type: 'Succeeded', status: 'False' }],
    startTime: '2026-01-01T00:01:00Z',
    completionTime: '2026-01-01T00:02:00Z',
    taskSpec: { steps: [] },
  },
};

interface V1 {
  buildDefinition: {
    externalParameters: Record<string, unknown>;
    internalParameters: Record<string, unknown>;
    resolvedDependencies: { name?: string; uri?: string }[];
  };
  runDetails: { metadata: Record<string, string>; byproducts?: { name: string; content: string }[] };
}
const v1 = (statement: { predicate: unknown }) => statement.predicate as V1;
const names = (list: { name?: string; uri?: string }[] | undefined) =>
  (list ?? []).map(({ name, uri }) => (uri === undefined ? name : `${name ?? ''} ${uri}`));

test('v2alpha4 of a TaskRun: marked step outputs and images are subjects, the rest byproducts', () => {
  const warnings: HintWarning[] = [];
  const statement = createStatement(build, { warn: (warning) => warnings.push(warning) });
  assert.deepEqual(
    statement.subject.map(({ name }) => name),
    ['pkg:generic/x', 'registry.example/team/app'],
  );
  const { buildDefinition, runDetails } = v1(statement);
  assert.deepEqual(names(buildDefinition.resolvedDependencies), [
    'task git+https://git.example/ci',
    ' oci://registry.example/make',
    'inputs/result pkg:generic/y',
    'stepAction/make git+https://git.example/actions',
  ]);
  assert.deepEqual(names(runDetails.byproducts), [
    'taskRunResults/p-build/report-ARTIFACT_OUTPUTS',
    'taskRunResults/p-build/TEST_OUTPUT',
    'stepResults/p-build/y-ARTIFACT_INPUTS',
  ]);
  assert.deepEqual(runDetails.metadata, {
    invocationId: 'u1',
    startedOn: '2026-01-01T00:00:00Z',
    finishedOn: '2026-01-01T00:01:00.500Z',
  });
  assert.deepEqual(buildDefinition.externalParameters.buildConfigSource, {
    ref: 'sha1:a',
    repository: 'git+https://git.example/ci',
    path: 'build.yaml',
  });
  assert.deepEqual(buildDefinition.internalParameters, {
    'tekton-pipelines-feature-flags': { enableAPIFields: 'beta', awaitSidecarReadiness: true },
  });
  assert.match(warnings[0]?.name ?? '', /step never/);
});

test('v2alpha3 of a TaskRun: step results do not count, and every output is a subject', () => {
  const statement = createStatement(build, { format: 'slsa/v2alpha3' });
  assert.deepEqual(
    statement.subject.map(({ name }) => name),
    ['registry.example/team/app', 'pkg:generic/report'],
  );
  assert.deepEqual(names(v1(statement).buildDefinition.resolvedDependencies), [
    'task git+https://git.example/ci',
    ' oci://registry.example/make',
  ]);
  assert.equal(v1(statement).runDetails.byproducts?.length, 4);
});

test('v2alpha4 of a PipelineRun: own results, then with deep inspection those of its TaskRuns', () => {
  const shallow = createStatement(pipeline, { children: [build, notify] });
  assert.deepEqual(
    shallow.subject.map(({ name }) => name),
    ['registry.example/team/app', 'registry.example/team/other'],
  );
  const deep = createStatement(pipeline, { children: [notify, build], deepInspection: true });
  assert.deepEqual(
    deep.subject.map(({ name }) => name),
    ['registry.example/team/app', 'registry.example/team/other', 'pkg:generic/x'],
  );
  assert.deepEqual(names(v1(deep).buildDefinition.resolvedDependencies), [
    'pipelineTask git+https://git.example/ci',
    'stepAction/make git+https://git.example/actions',
    ' oci://registry.example/make',
    'inputs/result pkg:generic/y',
  ]);
});

test('build type slsa-tekton carries whole TaskRuns, labels and annotations', () => {
  const statement = createStatement(pipeline, {
    children: [build],
    buildType: 'https://tekton.dev/chains/v2/slsa-tekton',
  });
  const dependency = v1(statement).buildDefinition.resolvedDependencies[0] as { content?: string };
  assert.deepEqual(JSON.parse(Buffer.from(dependency.content ?? '', 'base64').toString()), build);
  assert.deepEqual(v1(statement).buildDefinition.internalParameters, { labels: {}, annotations: {} });
});

test('v0.2 of a PipelineRun: what came before each task, and how it ended', () => {
  const { predicate, _type } = createStatement(pipeline, { format: 'slsa/v1', children: [build, notify] });
  assert.equal(_type, 'https://in-toto.io/Statement/v0.1');
  const { tasks } = predicate.buildConfig as { tasks: Record<string, unknown>[] };
  assert.deepEqual(
    tasks.map(({ name, after, status }) => [name, after, status]),
    [
      ['build', ['lint', 'clone'], 'Succeeded'],
      ['notify', ['build'], 'Failed'],
    ],
  );
  assert.deepEqual((tasks[0]?.steps as unknown[] | undefined)?.[0], {
    entryPoint: 'make',
    arguments: ['all'],
    environment: { container: 'make', image: `oci://registry.example/make@${digest('1')}` },
    annotations: null,
  });
});

test('every format gives the same bytes every time, and does not change its input', () => {
  const before = JSON.stringify([build, pipeline, notify]);
  for (const format of statementFormats) {
    const make = () =>
      JSON.stringify(createStatement(pipeline, { format, children: [build, notify], deepInspection: true }));
    assert.equal(make(), make());
  }
  assert.equal(JSON.stringify([build, pipeline, notify]), before);
});

test('the run record says how the run ended and what is missing, only when asked for', () => {
  const record = (extensions: boolean) =>
    v1(
      createStatement(pipeline, { children: [notify], missingChildren: ['TaskRun/p-build'], extensions }),
    ).runDetails.byproducts?.find(({ name }) => name === runRecordName);
  assert.equal(record(false), undefined);
  const content = JSON.parse(Buffer.from(record(true)?.content ?? '', 'base64').toString());
  assert.deepEqual(content.missingChildren, ['TaskRun/p-build']);
  assert.deepEqual(content.children, [{ name: 'p-notify', status: 'False', attempts: 1 }]);
});

test('the run record says which TaskRuns were made for an earlier run, and which caches were used', () => {
  const recordOf = (run: TaskRun | PipelineRun, children?: TaskRun[]) => {
    const statement = createStatement(run, { ...(children && { children }), extensions: true });
    const found = v1(statement).runDetails.byproducts?.find(({ name }) => name === runRecordName);
    return JSON.parse(Buffer.from(found?.content ?? '', 'base64').toString());
  };
  const owner = (uid: string, controller: boolean) => ({
    ...{ apiVersion: 'tekton.dev/v1', kind: 'PipelineRun', name: `run-${uid}`, uid, controller },
  });
  const caches = [{ workspace: 'go', key: 'k', from: { taskRun: 't', uid: 'u' } }];
  const reused: TaskRun = {
    ...notify,
    metadata: { ...notify.metadata, ownerReferences: [owner('earlier', true), owner('this', false)] },
    status: { ...notify.status, provenance: { caches } },
  };
  const run: PipelineRun = { ...pipeline, metadata: { ...pipeline.metadata, uid: 'this' } };
  const [child] = recordOf(run, [reused]).children;
  assert.deepEqual(child.reusedFrom, { kind: 'PipelineRun', name: 'run-earlier', uid: 'earlier' });
  assert.deepEqual(child.caches, caches);
  assert.deepEqual(recordOf(reused).caches, caches);
  const own = { ...notify, metadata: { ...notify.metadata, ownerReferences: [owner('this', true)] } };
  assert.equal('reusedFrom' in recordOf(run, [own]).children[0], false);
});

test('unknown formats, build types and kinds are refused', () => {
  assert.throws(() => createStatement(build, { format: 'slsa/v9' as 'slsa/v1' }), {
    code: 'UnsupportedFormat',
  });
  assert.throws(() => createStatement(build, { buildType: 'https://x.example' }), {
    code: 'UnsupportedBuildType',
  });
  assert.throws(() => createStatement({ ...build, kind: 'CustomRun' }), { code: 'UnsupportedRun' });
});

test('feature flags lose old spellings, unset values and unknown names', () => {
  assert.deepEqual(featureFlags({ MaxResultSize: 4096, coschedule: '', unknown: true }), {
    maxResultSize: 4096,
  });
});
