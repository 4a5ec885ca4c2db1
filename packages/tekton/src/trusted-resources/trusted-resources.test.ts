import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import type { Task } from '../types/task.ts';
import type { VerificationPolicy } from '../types/verification-policy.ts';
import { definitionChecksum } from './checksum.ts';
import { goJson } from './go-json.ts';
import { signDefinition } from './sign.ts';
import { verificationCondition, verifyResource } from './verify.ts';

const of = (kind: string, spec: object, metadata: object = {}) =>
  ({ apiVersion: 'tekton.dev/v1', kind, metadata: { name: 'sample', ...metadata }, spec }) as unknown as Task;

describe('the bytes that are signed', () => {
  const author = { labels: { label: 'foo' }, annotations: { foo: 'bar' }, uid: 'abc' };
  test('a Task has the checksum that Tekton computes', () => {
    const task = of(
      'Task',
      { steps: [{ image: 'ubuntu', name: 'echo' }] },
      { ...author, name: 'task', namespace: 'task-ns' },
    );
    const known = '64834bae53428435fe0a63876fb1627201fb953eaa11a54f6263593c16157aeb';
    assert.equal(definitionChecksum(task).toString('hex'), known);
    const applied = {
      'kubectl-client-side-apply': 'client',
      'kubectl.kubernetes.io/last-applied-configuration': 'x',
    };
    const again = of('Task', task.spec, {
      ...task.metadata,
      annotations: { ...author.annotations, ...applied },
    });
    assert.equal(definitionChecksum(again).toString('hex'), known);
  });
  test('a Pipeline too', () => {
    const pipeline = of('Pipeline', {}, { ...author, name: 'pipeline', namespace: 'pipeline-ns' });
    assert.equal(
      definitionChecksum(pipeline).toString('hex'),
      '7d9d19354c07856290f2c249254148eb15e658c5d8835efc7f65e52283148d78',
    );
  });
  test('Go orders fields, sorts maps, keeps structures, drops what is empty, and escapes for HTML', () => {
    const spec = {
      steps: [
        {
          script: 'a < b && c > d\u2028',
          timeout: '90s',
          name: 's',
          env: [],
          computeResources: { limits: { memory: '1024Mi', cpu: '0.5' } },
          volumeMounts: [{ mountPath: '/m', name: 'v', readOnly: false }],
          securityContext: { runAsUser: 0, privileged: false },
        },
      ],
      params: [{ default: [], name: 'p', type: 'array' }],
    };
    assert.equal(
      goJson('TaskSpec', spec),
      '{"params":[{"name":"p","type":"array","default":[]}],"steps":[{"name":"s","computeResources":{"limits":{"cpu":"500m","memory":"1Gi"}},"volumeMounts":[{"name":"v","mountPath":"/m"}],"securityContext":{"privileged":false,"runAsUser":0},"script":"a \\u003c b \\u0026\\u0026 c \\u003e d\\u2028","timeout":"1m30s"}]}',
    );
  });
  test('an embedded Task has its own shape', () => {
    assert.equal(
      goJson('PipelineTask', { name: 't', taskSpec: { steps: [{ name: 's' }] } }),
      '{"name":"t","taskSpec":{"spec":null,"metadata":{},"steps":[{"name":"s","computeResources":{}}]}}',
    );
  });
});

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = (pair: typeof ec) => pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const policy = (spec: object): VerificationPolicy => ({
  apiVersion: 'tekton.dev/v1alpha1',
  kind: 'VerificationPolicy',
  metadata: { name: 'p' },
  spec: { resources: [{ pattern: 'https://git.example/.*' }], ...spec },
});
const keyed = (...pairs: (typeof ec)[]) => ({
  authorities: pairs.map((pair, index) => ({ name: `k${index}`, key: { data: pem(pair) } })),
});
const source = { uri: 'git+https://git.example/repo.git' };
const task = of('Task', { steps: [{ name: 's', image: 'i' }] });
const signed = signDefinition(task, ec.privateKey);

describe('verification', () => {
  test('a signature that a policy asks for lets a Task pass', async () => {
    const result = await verifyResource(signed, source, { policies: [policy(keyed(ec))] });
    assert.deepEqual(result, { type: 'pass' });
    assert.equal(verificationCondition(result)?.status, 'True');
  });
  test('any key of a policy suffices, but every policy that enforces has to be satisfied', async () => {
    const policies = [policy(keyed(other, ec))];
    assert.equal((await verifyResource(signed, source, { policies })).type, 'pass');
    policies.push(policy(keyed(other)));
    assert.deepEqual(await verifyResource(signed, source, { policies }), {
      type: 'error',
      message: 'resource verification failed: resource sample in namespace  fails verification',
    });
  });
  test('a Task that was changed after signing, or never signed, fails', async () => {
    const policies = [policy(keyed(ec))];
    const changed = { ...signed, spec: { steps: [{ name: 's', image: 'evil' }] } };
    assert.equal((await verifyResource(changed, source, { policies })).type, 'error');
    assert.equal((await verifyResource(task, source, { policies })).type, 'error');
  });
  test('a policy that only warns fails nothing', async () => {
    const result = await verifyResource(task, source, { policies: [policy({ ...keyed(ec), mode: 'warn' })] });
    assert.equal(result.type, 'warn');
    assert.equal(verificationCondition(result)?.status, 'False');
  });
  test('without a policy for the source the setting decides', async () => {
    const at = (noMatchPolicy: 'ignore' | 'warn' | 'fail') =>
      verifyResource(
        task,
        { uri: 'https://other.example' },
        { policies: [policy(keyed(ec))], noMatchPolicy },
      );
    assert.deepEqual(await at('ignore'), { type: 'skip' });
    assert.equal((await at('warn')).type, 'warn');
    assert.match(
      (await at('fail')).message ?? '',
      /no matching policies are found for resource: sample against source/,
    );
  });
  test('a pattern means the whole source: a trusted one inside another does not count', async () => {
    const strict = {
      ...policy(keyed(ec)),
      spec: { resources: [{ pattern: 'https://git.example' }], ...keyed(ec) },
    };
    const evil = { uri: 'https://evil.example/?https://git.example' };
    const result = await verifyResource(task, evil, { policies: [strict], noMatchPolicy: 'fail' });
    assert.match(result.message ?? '', /no policies are matched/);
  });
  test('what cannot be used is an error, not a pass', async () => {
    const broken: Array<[spec: object, message: RegExp]> = [
      [
        { authorities: [{ name: 'a', key: { data: 'x' } }] },
        /failed to get verifier from data: key cannot be decoded/,
      ],
      [{ authorities: [{ name: 'a', key: { kms: 'gcpkms://x' } }] }, /failed to get verifier from kms/],
      [{ authorities: [] }, /no public keys are founded/],
      [
        { authorities: [{ name: 'a', key: { data: pem(ec), hashAlgorithm: 'md5' } }] },
        /unknown digest algorithm: md5/,
      ],
      [
        { authorities: [{ name: 'a', key: { secretRef: { name: 's', namespace: 'n' } } }] },
        /secret not found/,
      ],
      [{ resources: [{ pattern: '(' }], ...keyed(ec) }, /regex failed to match/],
    ];
    for (const [spec, message] of broken) {
      const result = await verifyResource(signed, source, { policies: [policy(spec)] });
      assert.equal(result.type, 'error');
      assert.match(result.message ?? '', message);
    }
  });
  test('other kinds of keys', async () => {
    for (const pair of [
      generateKeyPairSync('ed25519'),
      generateKeyPairSync('rsa', { modulusLength: 2048 }),
    ]) {
      const own = signDefinition(task, pair.privateKey);
      const policies = [policy(keyed(pair as unknown as typeof ec))];
      assert.deepEqual(await verifyResource(own, source, { policies }), { type: 'pass' });
    }
  });
});
