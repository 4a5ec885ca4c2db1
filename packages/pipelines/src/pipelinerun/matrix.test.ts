import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PipelineSpec, PipelineTask } from '@assay/tekton';
import { Bench, type Ending, says } from './testing/bench.ts';

const platforms: PipelineTask = {
  name: 'build',
  params: [{ name: 'mode', value: 'fast' }],
  matrix: {
    params: [
      { name: 'os', value: ['linux', 'mac'] },
      { name: 'arch', value: ['x', 'y'] },
    ],
  },
  taskSpec: { ...says('$(params.os)', ['image']), params: [{ name: 'os' }] },
};

async function settled(pipelineSpec: PipelineSpec, endings: Record<string, Ending> = {}): Promise<Bench> {
  const bench = new Bench();
  await bench.post({ pipelineSpec });
  await bench.settle(endings);
  return bench;
}

const paramsByName = async (bench: Bench) =>
  Object.fromEntries(
    (await bench.taskRuns()).map(({ metadata, spec }) => [
      metadata.name,
      spec.params?.map(({ name, value }) => `${name}=${value}`).join(' '),
    ]),
  );

test('each combination of a matrix becomes a TaskRun with its params', async () => {
  const bench = await settled({ tasks: [platforms] });
  assert.deepEqual(await paramsByName(bench), {
    'run-build-0': 'arch=x os=linux mode=fast',
    'run-build-1': 'arch=x os=mac mode=fast',
    'run-build-2': 'arch=y os=linux mode=fast',
    'run-build-3': 'arch=y os=mac mode=fast',
  });
  const { childReferences } = (await bench.run()).status!;
  assert.deepEqual(
    childReferences?.map(({ name, pipelineTaskName }) => [name, pipelineTaskName]),
    [0, 1, 2, 3].map((index) => [`run-build-${index}`, 'build']),
  );
  assert.equal(
    await bench.verdict(),
    'True Succeeded: Tasks Completed: 1 (Failed: 0, Cancelled 0), Skipped: 0',
  );
});

test('a matrix with one combination has no number in its name, and lists for results', async () => {
  const matrix = { params: [{ name: 'os', value: ['linux'] }] };
  const bench = await settled(
    {
      tasks: [
        { ...platforms, matrix },
        {
          name: 'use',
          taskSpec: says('u'),
          params: [{ name: 'all', value: '$(tasks.build.results.image[*])' }],
        },
      ],
    },
    { build: { results: { image: 'i' } } },
  );
  assert.deepEqual(await paramsByName(bench), { 'run-build': 'os=linux mode=fast', 'run-use': 'all=i' });
  assert.deepEqual((await bench.taskRun('use')).spec.params?.[0]?.value, ['i']);
});

test('results of all TaskRuns come as a list in the order of their names, and can be counted', async () => {
  const bench = await settled(
    {
      tasks: [
        platforms,
        {
          name: 'use',
          taskSpec: says('u'),
          params: [
            { name: 'all', value: '$(tasks.build.results.image[*])' },
            { name: 'count', value: '$(tasks.build.matrix.length) $(tasks.build.matrix.image.length)' },
          ],
        },
      ],
      results: [{ name: 'images', value: '$(tasks.build.results.image[*])' }],
    },
    { build: { results: (name) => ({ image: `image-of-${name}` }) } },
  );
  const images = [0, 1, 2, 3].map((index) => `image-of-run-build-${index}`);
  assert.deepEqual(
    (await bench.taskRun('use')).spec.params?.map(({ value }) => value),
    [images, '4 4'],
  );
  assert.deepEqual((await bench.run()).status?.results, [{ name: 'images', value: images }]);
});

test('a matrix may vary over the results of a task', async () => {
  const bench = await settled(
    {
      tasks: [
        { name: 'list', taskSpec: { ...says('l'), results: [{ name: 'oses', type: 'array' }] } },
        { ...platforms, matrix: { params: [{ name: 'os', value: '$(tasks.list.results.oses[*])' }] } },
      ],
    },
    { list: { results: { oses: ['a', 'b', 'c'] } } },
  );
  assert.deepEqual(Object.values(await paramsByName(bench)), [
    'os=a mode=fast',
    'os=b mode=fast',
    'os=c mode=fast',
    undefined,
  ]);
});

test('a list of results that is too long for a matrix fails the run', async () => {
  const bench = await settled(
    {
      tasks: [
        { name: 'list', taskSpec: { ...says('l'), results: [{ name: 'oses', type: 'array' }] } },
        { ...platforms, matrix: { params: [{ name: 'os', value: '$(tasks.list.results.oses[*])' }] } },
      ],
    },
    { list: { results: { oses: Array.from({ length: 257 }, String) } } },
  );
  assert.match(await bench.verdict(), /^False PipelineValidationFailed: .*expected 0 <= 257 <= 256: matrix/);
});

test('a matrix over an empty list is skipped', async () => {
  const bench = await settled({
    tasks: [
      { ...platforms, matrix: { params: [{ name: 'os', value: [] }] } },
      { name: 'b', taskSpec: says('b') },
    ],
  });
  assert.deepEqual(await bench.skipped(), [
    { name: 'build', reason: 'Matrix Parameters have an empty array' },
  ]);
});

test('one failed combination fails the task once the others have ended', async () => {
  const bench = new Bench();
  await bench.post({
    pipelineSpec: { tasks: [platforms, { name: 'after', taskSpec: says('a'), runAfter: ['build'] }] },
  });
  await bench.turn();
  const [first, ...others] = await bench.taskRuns();
  await bench.finishTaskRun(first!, { reason: 'StepFailed' });
  await bench.turn();
  assert.match(await bench.verdict(), /^Unknown Running/);
  for (const other of others) await bench.finishTaskRun(other);
  await bench.settle();
  assert.equal(
    await bench.verdict(),
    'False Failed: Tasks Completed: 1 (Failed: 1, Cancelled 0), Skipped: 1',
  );
});

test('all TaskRuns of a matrix are stopped with the run', async () => {
  const bench = new Bench();
  await bench.post({ pipelineSpec: { tasks: [platforms] } });
  await bench.turn();
  await bench.patchRun({ status: 'CancelledRunFinally' });
  await bench.turn();
  assert.deepEqual(
    (await bench.taskRuns()).map(({ spec }) => spec.status),
    Array(4).fill('TaskRunCancelled'),
  );
});

test("combinations of an include carry its name, with their params in it, as the child's display name", async () => {
  const matrix = {
    params: [{ name: 'os', value: ['linux', 'mac'] }],
    include: [{ name: 'on $(params.os)', params: [{ name: 'os', value: 'mac' }] }],
  };
  const bench = await settled({ tasks: [{ ...platforms, displayName: 'build it', matrix }] });
  assert.deepEqual(
    (await bench.run()).status?.childReferences?.map(({ displayName }) => displayName),
    ['build it', 'on mac'],
  );
});
