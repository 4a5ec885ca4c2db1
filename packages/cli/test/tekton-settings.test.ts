import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { succeededCondition } from '@assay/tekton';
import { FactoryHome } from './testing/factory-home.ts';

let home: FactoryHome;
before(async () => {
  home = await FactoryHome.create();
});
after(() => home.remove());

const big = `apiVersion: tekton.dev/v1
kind: TaskRun
metadata: { name: big }
spec:
  taskSpec:
    results: [{ name: a }]
    steps:
      - name: write
        image: localhost/toolbox
        script: |
          head -c 5000 /dev/zero | tr '\\0' x > $(results.a.path)
`;

test('results of any size pass, and --strict tells that a cluster fails on them', async () => {
  const { object, stderr, code } = await home.runToJson(big, '--strict');
  assert.equal(code, 0, stderr);
  assert.equal(object.status.results[0].value.length, 5000);
  assert.match(
    stderr,
    /^warning: file-\d+\.yaml:9:16: a cluster cannot pull an image from the registry of this machine/m,
  );
  assert.match(stderr, /^warning: the results of TaskRun big take 50\d\d bytes; .* more than 4096/m);
  const { stderr: lines } = await home.runToJson(big, '--strict', '--progress', 'json');
  const warnings = lines
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .filter(({ type }) => type === 'warning');
  assert.deepEqual(
    warnings.map(({ line, column }) => [line, column]),
    [
      [9, 16],
      [undefined, undefined],
    ],
  );
});

test("results-from=termination-message gives Tekton's limit", async () => {
  const { object, code } = await home.runToJson(big, '--feature-flag', 'results-from=termination-message');
  assert.equal(code, 1);
  assert.equal(succeededCondition(object)?.reason, 'StepFailed');
});

test("the home's tekton.yaml sets defaults and switches for every run", async (t) => {
  const map = (name: string, data: object) =>
    JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });
  home.write(
    `${map('feature-flags', { 'enable-api-fields': 'beta' })}\n---\n${map('config-defaults', { 'default-timeout-minutes': '7' })}\n`,
    'tekton.yaml',
  );
  t.after(() => home.write(map('feature-flags', {}), 'tekton.yaml'));
  const run = big.replace('5000', '50');
  const { object } = await home.runToJson(run);
  assert.equal(object.spec.timeout, '7m0s');
  assert.equal(object.status.provenance.featureFlags.enableAPIFields, 'beta');
  const alpha = run.replace(
    '        script:',
    '        stdoutConfig: { path: /workspace/log }\n        script:',
  );
  const refused = await home.run(alpha);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /step stdout stream support requires "enable-api-fields"/);
  assert.match(refused.stderr, /^hint: switch it on with --feature-flag enable-api-fields=alpha/m);
  assert.equal((await home.runToJson(alpha, '--feature-flag', 'enable-api-fields=alpha')).code, 0);
});

test('a flag that is none is wrong usage', async () => {
  const { code, stderr } = await home.run(big, '--feature-flag', 'enable-artifact=true');
  assert.equal(code, 2);
  assert.match(stderr, /^hint: did you mean enable-artifacts\?/m);
});
