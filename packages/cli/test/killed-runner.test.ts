import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isDone, succeededCondition, type TaskRun, TaskRuns } from '@assay/tekton';
import { startFactory } from '../src/factory/factory.ts';
import { FactoryHome, pause } from './testing/factory-home.ts';
import { assertNothingRemains, processesWith, remainsOf, sandboxOwners } from './testing/remains.ts';

let home: FactoryHome;

before(async () => {
  home = await FactoryHome.create();
});
after(() => home.remove());

const marker = `assay-test-${process.pid}-${Date.now()}`;
const taskRun = (name: string, script: string, more = '') => `
---
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: { name: ${name} }
spec:
  ${more}
  taskSpec:
    steps:
      - name: main
        image: localhost/toolbox
        env: [{ name: MARKER, value: ${marker} }]
        script: ${JSON.stringify(script)}
`;

test('a runner that is killed takes its steps along, and the next start ends or retries what ran', async () => {
  const before = await home.run(taskRun('before', 'echo fine'));
  assert.equal(before.code, 0, before.stderr);

  const running = home.startRun(
    taskRun('lost', 'trap "" TERM; echo begun; sleep 60 & setsid sleep 61 & wait') +
      taskRun(
        'retried',
        '[ $(context.task.retry-count) = 1 ] || { echo begun too; sleep 62; }',
        'retries: 1',
      ),
  );
  await running.says('] begun\n');
  await running.says('] begun too');
  const owners = sandboxOwners(home.root);
  assert.ok(processesWith(marker).length >= 3);
  assert.ok(remainsOf(home.root, owners).cgroups.length > 0, 'the test looks where cgroups are');

  running.signal('SIGKILL');
  assert.equal((await running.outcome).signal, 'SIGKILL');
  const killed = Date.now();
  while (processesWith(marker).length > 0 && Date.now() - killed < 2000) await pause(10);
  assert.deepEqual(processesWith(marker), [], 'steps die with the runner');
  while (remainsOf(home.root, owners).processes.length > 0 && Date.now() - killed < 8000) await pause(50);
  assert.deepEqual(remainsOf(home.root, owners).processes, [], 'and so do guards and the observer');

  const factory = await startFactory({ home: home.paths, onError: () => {} });
  try {
    const get = (name: string) => factory.client.get(TaskRuns, 'default', name);
    const ended = async (name: string): Promise<TaskRun> => {
      for (const deadline = Date.now() + 15_000; ; await pause(30)) {
        const found = await get(name);
        if (isDone(found)) return found;
        assert.ok(Date.now() < deadline, `${name} does not end: ${JSON.stringify(found.status)}`);
      }
    };
    assert.equal(succeededCondition(await get('before'))?.status, 'True');
    const lost = succeededCondition(await ended('lost'));
    assert.equal(`${lost?.status} ${lost?.reason}`, 'False PodEvicted');
    assert.match(lost!.message!, /The runner stopped while the TaskRun was running/);
    const retried = await ended('retried');
    assert.equal(succeededCondition(retried)?.status, 'True', JSON.stringify(retried.status));
    assert.deepEqual(
      retried.status?.retriesStatus?.map(({ conditions }) => conditions?.[0]?.reason),
      ['PodEvicted'],
    );
  } finally {
    owners.push(...sandboxOwners(home.root));
    await factory.stop();
  }
  await assertNothingRemains(home.root, owners);
});
