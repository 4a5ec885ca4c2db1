import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type KubectlHost, kubectlPrograms, noKubectl, startKubectlHost } from './testing/kubectl.ts';

const program = kubectlPrograms().at(-1);

const definition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: crontabs.stable.example.com}
spec:
  group: stable.example.com
  scope: Namespaced
  names: {plural: crontabs, singular: crontab, kind: CronTab, shortNames: [ct]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            required: [cronSpec]
            x-kubernetes-validations:
            - {rule: self.replicas <= self.maxReplicas, message: replicas must not exceed maxReplicas}
            - {rule: self.cronSpec == oldSelf.cronSpec, message: cronSpec is immutable}
            properties:
              cronSpec: {type: string, pattern: '^(\\S+\\s+){4}\\S+$', description: When it runs.}
              image: {type: string, default: 'img:1'}
              replicas: {type: integer, minimum: 1, maximum: 10, default: 1}
              maxReplicas: {type: integer, default: 5}
              mode: {type: string, enum: [a, b]}
              port: {x-kubernetes-int-or-string: true}
              extra: {type: object, x-kubernetes-preserve-unknown-fields: true}
          status: {type: object, properties: {active: {type: integer}}}
    additionalPrinterColumns:
    - {name: Spec, type: string, jsonPath: .spec.cronSpec}
    - {name: Replicas, type: integer, jsonPath: .spec.replicas}
    - {name: Image, type: string, priority: 1, jsonPath: .spec.image}
  - name: v1beta1
    served: true
    storage: false
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`;

function cronTab(name: string, spec: object): string {
  return JSON.stringify({ apiVersion: 'stable.example.com/v1', kind: 'CronTab', metadata: { name }, spec });
}

describe('custom resources with kubectl', { skip: !program && noKubectl }, () => {
  let host: KubectlHost;
  before(async () => {
    host = await startKubectlHost(program!.path);
    await run('apply -f -', definition);
  });
  after(() => host.close());
  const run = (args: string, input?: string) => host.run(args.split(' '), input);
  const refused = async (spec: object, expected: RegExp) => {
    const { status, stderr } = await host.kubectl(['apply', '-f', '-'], cronTab('b', spec));
    assert.equal(status, 1);
    assert.match(stderr, expected);
  };

  test('a definition is served at once, in discovery, OpenAPI and tables', async () => {
    assert.match(
      await run('wait --for=condition=Established crd/crontabs.stable.example.com'),
      /condition met/,
    );
    assert.match(await run('api-resources'), /^crontabs +ct +stable\.example\.com\/v1 +true +CronTab *$/m);
    assert.match(await run('explain ct.spec.cronSpec'), /When it runs\./);
    await run('apply -f -', cronTab('shown', { cronSpec: '* * * * *' }));
    assert.equal(await run('get ct shown'), 'NAME    SPEC        REPLICAS\nshown   * * * * *   1\n');
    assert.match(await run('get ct shown -o wide'), /IMAGE\nshown .*img:1\n$/);
    assert.match(await run('get crd'), /^NAME +CREATED AT\ncrontabs\.stable\.example\.com +20/);
  });

  test('objects get defaults, and lose what no schema knows', async () => {
    const spec = { cronSpec: '* * * * *', port: 80, extra: { x: 1 } };
    await run('apply -f -', cronTab('whole', spec));
    const given = JSON.parse(await run('get ct whole -o jsonpath={.spec}'));
    assert.deepEqual(given, { ...spec, image: 'img:1', maxReplicas: 5, replicas: 1 });
    await run('apply --validate=false -f -', cronTab('whole', { ...spec, unknown: 1 }));
    assert.equal(await run('get ct whole -o jsonpath={.spec.unknown}'), '');
    await run('patch ct whole --type=merge -p {"spec":{"replicas":null}}');
    assert.equal(await run('get ct whole -o jsonpath={.spec.replicas}'), '1');
  });

  test('what breaks the schema or its rules is refused in Kubernetes’ words', async () => {
    const cronSpec = '* * * * *';
    await refused({}, /is invalid: spec\.cronSpec: Required value/);
    await refused(
      { cronSpec: 5 },
      /spec\.cronSpec: Invalid value: "integer": spec\.cronSpec in body must be of type string/,
    );
    await refused(
      { cronSpec: 'x' },
      /spec\.cronSpec: Invalid value: "x": spec\.cronSpec in body should match/,
    );
    await refused(
      { cronSpec, replicas: 20, mode: 'c' },
      /\* spec\.mode: Unsupported value: "c": supported values: "a", "b"\n\* spec\.replicas: Invalid value: 20: spec\.replicas in body should be less than or equal to 10/,
    );
    await refused(
      { cronSpec, replicas: 8 },
      /spec: Invalid value: "object": replicas must not exceed maxReplicas/,
    );
    await refused({ cronSpec, foo: 8 }, /strict decoding error: unknown field "spec\.foo"/);
  });

  test('a rule on the old value holds for updates', async () => {
    await run('apply -f -', cronTab('fixed', { cronSpec: '* * * * *' }));
    const { stderr } = await host.kubectl(['apply', '-f', '-'], cronTab('fixed', { cronSpec: '1 * * * *' }));
    assert.match(stderr, /spec: Invalid value: "object": cronSpec is immutable/);
  });

  test('each served version shows the same objects', async () => {
    await run('apply -f -', cronTab('versions', { cronSpec: '* * * * *' }));
    const other = await run('get crontabs.v1beta1.stable.example.com versions -o json');
    assert.equal(JSON.parse(other).apiVersion, 'stable.example.com/v1beta1');
    await run('patch crontabs.v1beta1.stable.example.com versions --type=merge -p {"spec":{"mode":"a"}}');
    assert.equal(
      await run('get ct versions -o jsonpath={.apiVersion}{.spec.mode}'),
      'stable.example.com/v1a',
    );
  });

  test('a definition that makes no sense is refused', async () => {
    const wrong = definition
      .replace('name: crontabs.stable.example.com', 'name: wrong.stable.example.com')
      .replace("{type: string, default: 'img:1'}", "{default: 'img:1'}")
      .replace('rule: self.replicas <= self.maxReplicas', 'rule: self.replicas <=');
    const { stderr } = await host.kubectl(['apply', '-f', '-'], wrong);
    assert.match(
      stderr,
      /metadata\.name: Invalid value: "wrong\.stable\.example\.com": must be spec\.names\.plural\+"\."\+spec\.group/,
    );
    assert.match(
      stderr,
      /properties\[image\]\.type: Required value: must not be empty for specified object fields/,
    );
    assert.match(
      stderr,
      /x-kubernetes-validations\[0\]\.rule: Invalid value: "self\.replicas <=": compilation failed/,
    );
  });

  test('deleting a definition deletes its objects', async () => {
    const other = definition
      .replaceAll('crontab', 'other')
      .replaceAll('CronTab', 'Other')
      .replaceAll('[ct]', '[ot]');
    await run('apply -f -', other);
    await run('apply -f -', cronTab('x', { cronSpec: '* * * * *' }).replace('CronTab', 'Other'));
    assert.match(await run('delete crd others.stable.example.com'), /deleted/);
    assert.match(
      (await host.kubectl(['get', 'others'])).stderr,
      /doesn't have a resource type|could not find/,
    );
    await run('apply -f -', other);
    assert.equal(await run('get others -o name'), '');
  });
});
