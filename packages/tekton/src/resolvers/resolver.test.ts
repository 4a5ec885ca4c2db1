import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TektonError } from '../error.ts';
import { resolveTaskRef } from './resolver.ts';

const task = { apiVersion: 'tekton.dev/v1', kind: 'Task', metadata: { name: 't' }, spec: {} };
const lookup = async (name: string) => (name === 't' ? task : undefined);

test('a name is looked up', async () => {
  assert.deepEqual(await resolveTaskRef({ name: 't' }, { lookup }), { object: task });
});

test('a name that leads nowhere says so', async () => {
  await assert.rejects(
    resolveTaskRef({ name: 'u' }, { lookup }),
    (error) =>
      error instanceof TektonError &&
      error.code === 'NotFound' &&
      error.message === 'tasks.tekton.dev "u" not found',
  );
});

test('a resolver gets the params and says where the Task came from', async () => {
  const resolver = {
    name: 'git',
    resolve: async () => ({ object: task, source: { uri: 'git+https://example.com/r' } }),
  };
  const { source } = await resolveTaskRef({ resolver: 'git', params: [] }, { lookup, resolvers: [resolver] });
  assert.equal(source?.uri, 'git+https://example.com/r');
});

test('a resolver that is not there is refused, never ignored', async () => {
  await assert.rejects(
    resolveTaskRef({ resolver: 'hub' }, { lookup }),
    (error) => error instanceof TektonError && error.code === 'UnsupportedReference',
  );
});
