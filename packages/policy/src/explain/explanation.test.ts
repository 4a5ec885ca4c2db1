import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyTaskChanges } from './apply-changes.ts';
import { explainViolations } from './explanation.ts';

const at = new Date('2026-06-01T00:00:00Z');
const bundle = (tag: string, digit: string) => `quay.io/org/task-build:${tag}@sha256:${digit.repeat(64)}`;
const taskRef = (value: string) => ({
  resolver: 'bundles',
  params: [
    { name: 'name', value: 'buildah' },
    { name: 'bundle', value },
  ],
});
const embedded = (ref: unknown) => ({
  name: 'pipelineTask',
  content: Buffer.from(
    JSON.stringify({ metadata: { labels: { 'tekton.dev/pipelineTask': 'build' } }, spec: { taskRef: ref } }),
  ).toString('base64'),
});
const v1 = (ref: unknown) => ({ predicate: { buildDefinition: { resolvedDependencies: [embedded(ref)] } } });
const v02 = (ref: unknown) => ({ predicate: { buildConfig: { tasks: [{ name: 'build', ref }] } } });
const untrusted = {
  msg: 'Untrusted version of PipelineTask "build" (Task "buildah") was included',
  metadata: { code: 'trusted_task.trusted', term: 'buildah' },
};
const trust = [
  {
    tasks: {
      'oci://quay.io/org/task-build:0.9': [{ ref: `sha256:${'9'.repeat(64)}` }],
      'oci://quay.io/org/task-build:0.1': [
        { ref: `sha256:${'1'.repeat(64)}`, expires_on: '2026-07-01T00:00:00Z' },
        { ref: `sha256:${'2'.repeat(64)}` },
        { ref: `sha256:${'3'.repeat(64)}`, expires_on: '2026-05-01T00:00:00Z' },
      ],
      'oci://quay.io/org/task-build:0.10': [{ ref: `sha256:${'a'.repeat(64)}`, expires_on: '2026-08-01' }],
      'git+https://h/r.git//task.yaml': [{ ref: 'b'.repeat(40) }],
    },
    rules: undefined,
  },
];
const explain = (statement: Record<string, unknown>) =>
  explainViolations([untrusted], [statement], trust, at)[0]!;

for (const [form, statement] of [
  ['v1', v1],
  ['v0.2', v02],
] as const) {
  test(`an untrusted bundle in ${form} provenance is to be replaced by the newest trusted of its tag`, () => {
    const { change, place, advice } = explain(statement(taskRef(bundle('0.1', 'f'))));
    assert.deepEqual(change, { pipelineTask: 'build', from: bundle('0.1', 'f'), to: bundle('0.1', '2') });
    assert.match(place!, /^pipeline task "build" \(Task "buildah"\), quay\.io/);
    assert.match(advice, /the newest that is trusted$/);
  });
}

test('where the tag is not trusted at all, the newest tag is taken', () => {
  const { change, trustedUntil } = explain(v1(taskRef(bundle('0.2', 'f'))));
  assert.equal(change!.to, bundle('0.10', 'a'));
  assert.equal(trustedUntil!.toISOString(), '2026-08-01T00:00:00.000Z');
});

test('a git reference is to be replaced by the trusted commit', () => {
  const params = [
    { name: 'url', value: 'https://h/r' },
    { name: 'revision', value: 'main' },
    { name: 'pathInRepo', value: 'task.yaml' },
  ];
  assert.deepEqual(explain(v1({ resolver: 'git', params })).change, {
    pipelineTask: 'build',
    from: 'main',
    to: 'b'.repeat(40),
  });
});

test('a task without reference, and one that nobody trusts, are said so', () => {
  assert.match(explain(v1({ name: 'local' })).advice, /refer to a trusted Task/);
  const other = explain(v1(taskRef('quay.io/me/task:1@sha256:00')));
  assert.match(other.advice, /no reference of oci:\/\/quay\.io\/me\/task:1 is trusted/);
  assert.equal(other.change, undefined);
});

test('where rules give trust, their patterns are named', () => {
  const rules = { allow: { ours: [{ pattern: 'oci://quay.io/ours/*' }] } };
  const statement = v1(taskRef('quay.io/me/task:1@sha256:00'));
  const [explanation] = explainViolations([untrusted], [statement], [{ tasks: {}, rules }], at);
  assert.match(explanation!.advice, /allowed: oci:\/\/quay\.io\/ours\/\*/);
});

test('other rules are explained by their solution, and checks by what they look for', () => {
  const rule = { msg: 'no', metadata: { code: 'a.b', solution: 'Do it.' } };
  const check = { msg: 'none', metadata: { code: 'builtin.image.signature_check' } };
  const bare = { msg: 'no', metadata: { code: 'a.b', term: 't' } };
  assert.deepEqual(
    explainViolations([rule, check, bare], [], [], at).map(({ advice }) => advice.slice(0, 40)),
    ['Do it.', 'sign the image with the key that the pol', 'satisfy the rule, or exclude a.b:t in th'],
  );
});

const pipeline = `# our build
tasks:
  - name: build # keep me
    taskRef:
      resolver: bundles
      params:
        - {name: bundle, value: "${bundle('0.1', 'f')}"}
  - name: again
    taskRef: {params: [{name: bundle, value: ${bundle('0.1', 'f')}}]}
`;

test('changes are written in place, wherever the reference stands, and nothing else moves', () => {
  const change = { pipelineTask: 'build', from: bundle('0.1', 'f'), to: bundle('0.1', '2') };
  const other = { pipelineTask: 'x', from: 'nowhere', to: 'y' };
  const { text, applied, missed } = applyTaskChanges(pipeline, [change, other], 'p.yaml');
  assert.equal(text, pipeline.replaceAll('f'.repeat(64), '2'.repeat(64)));
  assert.deepEqual([applied, missed], [[change], [other]]);
});

test('what is no YAML is refused', () => {
  assert.throws(() => applyTaskChanges('a: [', [], 'p.yaml'), {
    code: 'InvalidInput',
    message: /^p\.yaml: /,
  });
});
