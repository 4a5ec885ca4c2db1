import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Client, KubeError } from '@assay/kube';
import type { TaskRun } from '@assay/tekton';
import { StatusWriter } from './status-writer.ts';

const taskRun: TaskRun = {
  apiVersion: 'tekton.dev/v1',
  kind: 'TaskRun',
  metadata: { namespace: 'n', name: 'r', uid: 'u', resourceVersion: '7', labels: { a: 'b' } },
  spec: {},
};

/** A client whose writes end when told. */
function held() {
  const writes: { taskRun: TaskRun; settle: PromiseWithResolvers<void> }[] = [];
  const client = {
    async updateStatus(_: unknown, object: TaskRun) {
      const settle = Promise.withResolvers<void>();
      writes.push({ taskRun: object, settle });
      await settle.promise;
      return object;
    },
  } as Partial<Client> as Client;
  return { client, writes };
}
const turn = () => new Promise((done) => setImmediate(done));

test('changes during a write are written together by the next', async () => {
  const { client, writes } = held();
  const status = { podName: '1' };
  const writer = new StatusWriter(client, taskRun, () => status);
  writer.changed();
  for (const podName of ['2', '3']) {
    status.podName = podName;
    writer.changed();
  }
  assert.equal(writes.length, 1);
  writes[0]?.settle.resolve();
  await turn();
  assert.deepEqual(
    writes.map((write) => write.taskRun.status?.podName),
    ['1', '3'],
  );
});

test('what is written names the object by uid, without a version to conflict with', async () => {
  const { client, writes } = held();
  new StatusWriter(client, taskRun, () => ({})).changed();
  assert.deepEqual(writes[0]?.taskRun.metadata, { namespace: 'n', name: 'r', uid: 'u' });
});

test('a failed write is left to flush, which throws when it fails too', async () => {
  const { client, writes } = held();
  const writer = new StatusWriter(client, taskRun, () => ({}));
  writer.changed();
  writes[0]?.settle.reject(new KubeError('StorageFull', 'no room'));
  await turn();
  const flushed = writer.flush();
  await turn();
  writes[1]?.settle.reject(new KubeError('StorageFull', 'no room'));
  await assert.rejects(flushed, { code: 'StorageFull' });
  const again = writer.flush();
  await turn();
  writes[2]?.settle.resolve();
  await again;
});
