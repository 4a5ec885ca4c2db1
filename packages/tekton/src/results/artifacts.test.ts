import assert from 'node:assert/strict';
import { test } from 'node:test';
import { artifactReplacements, parseArtifacts } from './artifacts.ts';

test('what a step says it used and made is read, and nothing besides', () => {
  const values = [{ uri: 'pkg:a', digest: { sha256: 'b', sha1: 'a' }, note: 'x' }];
  const text = JSON.stringify({
    inputs: [{ name: 'i', values }],
    outputs: [{ name: 'o', buildOutput: true }],
    more: 1,
  });
  assert.deepEqual(parseArtifacts(text), {
    inputs: [{ name: 'i', values: [{ uri: 'pkg:a', digest: { sha1: 'a', sha256: 'b' } }] }],
    outputs: [{ name: 'o', buildOutput: true }],
  });
});

test('anything else is not taken for artifacts', () => {
  for (const text of [
    '',
    '[]',
    '{"outputs":{}}',
    '{"outputs":[1]}',
    '{"inputs":[{"name":1}]}',
    '{"inputs":[{"values":[{"uri":1}]}]}',
    '{"inputs":[{"values":[{"digest":{"sha256":1}}]}]}',
  ])
    assert.equal(parseArtifacts(text), undefined, text);
  assert.deepEqual(parseArtifacts('{}'), {});
});

test('an artifact is referred to by its name and stands for its values as JSON', () => {
  const artifacts = parseArtifacts(
    '{"outputs":[{"name":"image","values":[{"uri":"u","digest":{"b":"2","a":"1"}}]}]}',
  )!;
  assert.deepEqual(
    [...artifactReplacements('tasks.t', artifacts).strings],
    [['tasks.t.outputs.image', '[{"digest":{"a":"1","b":"2"},"uri":"u"}]']],
  );
});
