import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { outlivesTerm, processTree, type ReadProc } from './process-tree.ts';

const read: ReadProc = (pid, file) => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
};

/** A shell with this script, once it has said `up`. */
async function shell(script: string) {
  const child = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  await once(child.stdout, 'data');
  return { pid: child.pid!, end: () => process.kill(-child.pid!, 'SIGKILL') };
}

test('a process that handles or ignores TERM outlives it, another does not', async () => {
  for (const [script, expected] of [
    ['trap "exit 9" TERM; echo up; sleep 30', true],
    ['echo up; sleep 30; true', false],
    ['trap "" TERM; echo up; sleep 30; true', true],
  ] as const) {
    const { pid, end } = await shell(script);
    assert.equal(outlivesTerm(pid, read), expected, script);
    end();
  }
});

test('the tree has the children of children', async () => {
  const { pid, end } = await shell('(sh -c "echo up; sleep 30; true"; true); true');
  const tree = processTree(pid, read);
  assert.equal(tree[0], pid);
  assert.ok(tree.length >= 3, String(tree));
  end();
});

test('a process that is gone has no descendants and outlives nothing', () => {
  const gone: ReadProc = () => undefined;
  assert.deepEqual(processTree(7, gone), [7]);
  assert.equal(outlivesTerm(7, gone), false);
});
