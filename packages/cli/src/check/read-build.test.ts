import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import type { PipelineRun } from '@assay/tekton';
import { loadTektonConfig } from '../factory/tekton-config.ts';
import { readBuild } from './read-build.ts';

const scratch = mkdtempSync(join(tmpdir(), 'assay-read-build-'));
after(() => rmSync(scratch, { recursive: true, force: true }));
const tekton = await loadTektonConfig(scratch);
const registryHost = 'localhost:1234';
const task = (name: string) => `
apiVersion: tekton.dev/v1
kind: Task
metadata: { name: ${name} }
spec: { steps: [{ name: s, image: x, script: echo }] }
`;
const run = (annotations: string, params: string, name = 'push') => `
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: { name: ${name}, namespace: tenant, annotations: { ${annotations} } }
spec:
  params: [${params}]
  taskRunTemplate: { serviceAccountName: builder }
  pipelineSpec:
    params: [{ name: output-image, default: none }, { name: revision, default: none }]
    tasks: [{ name: t, taskRef: { name: a } }]
`;
let count = 0;

async function read(files: Record<string, string>, params: string[] = [], more: { files?: string[] } = {}) {
  const directory = join(scratch, `tree-${++count}`);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  const notes: string[] = [];
  const build = await readBuild({
    ...{ params, registryHost, tekton, onNote: (text: string) => notes.push(text) },
    tree: { directory, branch: 'main', name: 'app' },
    variables: { revision: 'abc', registry: registryHost },
    ...(more.files && { files: more.files.map((name) => join(directory, name)) }),
  });
  const own = (build.runs[0] as PipelineRun).spec.params ?? [];
  const values = Object.fromEntries(own.map(({ name, value }) => [name, value]));
  const named = (kind: string) =>
    build.definitions.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);
  return { ...build, values, named, notes };
}

const output = '{ name: output-image, value: "quay.io/org/app:{{ revision }}" }';

test('the image goes to the throw-away registry, under the path it has', async () => {
  const { values } = await read({ '.tekton/a.yaml': `${run('', output)}---${task('a')}` });
  assert.deepEqual(values, { 'output-image': `${registryHost}/org/app:abc` });
});

test('a param given wins, with its template variables filled', async () => {
  const files = { '.tekton/a.yaml': `${run('', output)}---${task('a')}` };
  const { values } = await read(files, ['output-image={{ registry }}/x:1', 'revision={{revision}}']);
  assert.deepEqual(values, { 'output-image': `${registryHost}/x:1`, revision: 'abc' });
});

test('accounts that the run names are there, all objects in the namespace of the run', async () => {
  const { definitions, named, runs } = await read({ '.tekton/a.yaml': `${run('', '')}---${task('a')}` });
  assert.deepEqual(named('ServiceAccount'), ['builder']);
  const namespaces = new Set([...definitions, ...runs].map(({ metadata }) => metadata.namespace));
  assert.deepEqual([...namespaces], ['tenant']);
});

test('runs for other events and objects that nobody serves are left out', async () => {
  const other = run('pipelinesascode.tekton.dev/on-event: pull_request', '', 'pull');
  const repository =
    '\napiVersion: pipelinesascode.tekton.dev/v1alpha1\nkind: Repository\nmetadata: { name: r }\n';
  const files = [run('pipelinesascode.tekton.dev/on-event: push', ''), other, repository, task('a')];
  const { runs, named } = await read({ '.tekton/a.yaml': files.join('---') });
  assert.deepEqual(
    runs.map(({ metadata }) => metadata.name),
    ['push'],
  );
  assert.deepEqual(named('Repository'), []);
});

test('Tasks of the repository that the run brings along are read, those of others are told of', async () => {
  const annotations = 'pipelinesascode.tekton.dev/task: "[tasks/a.yaml, git-clone]"';
  const { named, notes } = await read({ '.tekton/a.yaml': run(annotations, ''), 'tasks/a.yaml': task('a') });
  assert.deepEqual(named('Task'), ['a']);
  assert.match(notes.join('\n'), /^git-clone is not fetched here/);
});

test('what only an event knows is told of', async () => {
  const param = '{ name: revision, value: "{{ body.head }}" }';
  const { notes, values } = await read({ '.tekton/a.yaml': `${run('', param)}---${task('a')}` });
  assert.match(notes.join('\n'), /a\.yaml: body\.head is known only on a cluster/);
  assert.deepEqual(values, { revision: '{{ body.head }}' });
});

test('files that are named stand in for .tekton, and without either there is nothing to check', async () => {
  const files = { 'ci/b.yaml': `${run('', output)}---${task('a')}` };
  assert.equal((await read(files, [], { files: ['ci'] })).runs.length, 1);
  await assert.rejects(read(files), { code: 'Usage', message: /has no \.tekton$/, hint: /-f/ });
});
