import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { adminIdentity, createStore, Namespaces } from '@assay/kube';
import { definitionChecksum } from '../../trusted-resources/checksum.ts';
import { Pipelines, StepActions, Tasks } from '../../types/resources.ts';
import { createResolver } from '../remote.ts';
import { clusterResolver } from './resolver.ts';

const store = createStore({ path: ':memory:', resources: [Tasks, Pipelines, StepActions] });
after(() => store.close());
const client = store.client(adminIdentity);
const metadata = { name: 'build', namespace: 'shared' };

const resolve = (values: Record<string, string>, options = {}) =>
  createResolver(clusterResolver({ client, ...options })).resolve(
    'Task',
    Object.entries({ name: 'build', namespace: 'shared', kind: 'task', ...values }).map(([name, value]) => ({
      name,
      value,
    })),
  );

describe('another namespace', () => {
  test('has a Task, with its identity and the digest of its content', async () => {
    await client.create(Namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shared' } });
    const stored = await client.create(Tasks, {
      apiVersion: 'tekton.dev/v1',
      kind: 'Task',
      metadata,
      spec: { steps: [{ name: 's', image: 'i' }] },
    });
    const { object, source } = await resolve({});
    assert.equal(object.metadata.name, 'build');
    assert.deepEqual(source, {
      uri: `/apis/tekton.dev/v1/namespaces/shared/task/build@${stored.metadata.uid}`,
      digest: { sha256: definitionChecksum(stored).toString('hex') },
    });
  });
  const refused: Array<[params: Record<string, string>, options: object, message: string]> = [
    [{ name: 'none' }, {}, 'tasks.tekton.dev "none" not found'],
    [{ kind: 'secret' }, {}, "unknown or unsupported resource kind 'secret'"],
    [{ name: '', namespace: ' ' }, {}, 'missing required cluster resolver params: name, namespace'],
    [{}, { blockedNamespaces: ['shared'] }, 'access to specified namespace shared is blocked'],
    [{}, { blockedNamespaces: ['*'] }, 'only explicit allowed access to namespaces is allowed'],
    [{}, { allowedNamespaces: ['other'] }, 'access to specified namespace shared is not allowed'],
  ];
  for (const [values, options, message] of refused) {
    test(message, async () => {
      await assert.rejects(resolve(values, options), (error: Error) => {
        assert.equal(error.message, message);
        return true;
      });
    });
  }
  test('that is allowed expressly may be read although all are blocked', async () => {
    await resolve({}, { blockedNamespaces: ['*'], allowedNamespaces: ['shared'] });
  });
});
