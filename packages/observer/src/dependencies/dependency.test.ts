import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Dependency, mergeDependencies } from './dependency.ts';
import { withoutDuplicates } from './resolved-dependencies.ts';

const dependency = fc.record({
  uri: fc.constantFrom('a', 'b'),
  digest: fc.dictionary(fc.constantFrom('sha1', 'sha256'), fc.constantFrom('1', '2'), { minKeys: 1 }),
});

test('one URI with a digest in common is one dependency, with the digests of both', () => {
  const merged = mergeDependencies(
    [{ uri: 'a', digest: { sha1: '1' } }],
    [
      { uri: 'a', digest: { sha1: '1', sha256: '2' } },
      { uri: 'a', digest: { sha1: '2' } },
      { uri: 'b', digest: { sha1: '1' } },
    ],
  );
  assert.deepEqual(merged, [
    { uri: 'a', digest: { sha1: '1', sha256: '2' } },
    { uri: 'a', digest: { sha1: '2' } },
    { uri: 'b', digest: { sha1: '1' } },
  ]);
});

test('merging a list of single digests with itself changes nothing, and never changes its arguments', () => {
  fc.assert(
    fc.property(fc.array(dependency), (items: Dependency[]) => {
      const before = JSON.stringify(items);
      const once = mergeDependencies([], items);
      assert.equal(JSON.stringify(items), before);
      for (const item of items) assert.ok(once.some(({ uri }) => uri === item.uri));
      const single = once.filter(({ digest }) => Object.keys(digest).length === 1);
      const settled = mergeDependencies([], single);
      assert.deepEqual(mergeDependencies(settled, settled), settled);
    }),
  );
});

test('duplicates go whatever their name, but definitions stay', () => {
  const same = { uri: 'u', digest: { sha1: '1' } };
  const list = [
    same,
    { name: 'inputs/result', ...same },
    { name: 'task', ...same },
    { name: 'stepAction/a', ...same },
    { name: 'pipelineTask', ...same, content: 'eA==' },
  ];
  assert.deepEqual(
    withoutDuplicates(list).map(({ name }) => name),
    [undefined, 'task', 'stepAction/a', 'pipelineTask'],
  );
});
