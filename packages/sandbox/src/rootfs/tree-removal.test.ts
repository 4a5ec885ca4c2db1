import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TreeRemoval } from './tree-removal.ts';

test('the first tree goes at once, and those that come meanwhile go together', async () => {
  const calls: string[][] = [];
  const removal = new TreeRemoval(async (paths) => void calls.push(paths));
  await removal.remove('/a');
  await Promise.all(['/b', '/c', '/d'].map((path) => removal.remove(path)));
  assert.deepEqual(calls, [['/a'], ['/b', '/c', '/d']]);
});

test('a tree that cannot be removed fails alone', async () => {
  const removal = new TreeRemoval(async (paths) => {
    if (paths.includes('/bad')) throw new Error('busy');
  });
  const outcomes = await Promise.allSettled(['/a', '/bad', '/c'].map((path) => removal.remove(path)));
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
});

test('a tree that takes long holds up none that come after it', async () => {
  const stuck = Promise.withResolvers<void>();
  const removal = new TreeRemoval((paths) => (paths.includes('/large') ? stuck.promise : Promise.resolve()));
  const large = removal.remove('/large');
  await new Promise((resolve) => setTimeout(resolve, 10));
  await removal.remove('/small');
  stuck.resolve();
  await large;
});

test('more trees than a command line takes go by several', async () => {
  const sizes: number[] = [];
  const removal = new TreeRemoval(async (paths) => void sizes.push(paths.length));
  await Promise.all(Array.from({ length: 300 }, (_, index) => removal.remove(`/${index}`)));
  assert.deepEqual(sizes, [256, 44]);
});
