import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { access } from 'node:fs/promises';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { listTasks, taskFile } from './tasks.ts';

interface Task {
  kind: string;
  metadata: { name: string; labels: Record<string, string> };
  spec: { params: { name: string; description?: string }[]; steps: { name: string; script?: string }[] };
}

const tasks = await listTasks();

test('a task is found by name, with the newest version unless one is named', async () => {
  const newest = await taskFile('git-clone-oci-ta');
  assert.equal(newest.text, (await taskFile('git-clone-oci-ta', newest.version)).text);
  await assert.rejects(taskFile('git-clone-oci-ta', '9.9'), { code: 'TaskUnknown', hint: /version 0\.1/ });
  await assert.rejects(taskFile('nothing'), { code: 'TaskUnknown' });
});

for (const { name, version, readme } of tasks) {
  test(`${name} ${version} says its name and version, and describes itself and every param`, async () => {
    await access(readme);
    const { text } = await taskFile(name, version);
    const documents = parseAllDocuments(text, { version: '1.1' });
    assert.equal(documents.length, 1);
    const task = documents[0]!.toJS() as Task;
    assert.equal(task.metadata.name, name);
    assert.equal(task.metadata.labels['app.kubernetes.io/version'], version);
    assert.deepEqual(
      task.spec.params.filter((param) => !param.description).map((param) => param.name),
      [],
    );
  });

  test(`${name} ${version} has scripts that bash can read and that no param is pasted into`, async () => {
    const { text } = await taskFile(name, version);
    const task = parseAllDocuments(text)[0]!.toJS() as Task;
    for (const { name: step, script } of task.spec.steps) {
      if (script === undefined) continue;
      assert.doesNotMatch(script, /\$\((params|results|workspaces|context|steps)[.[]/, step);
      execFileSync('bash', ['-n'], { input: script });
    }
  });
}
