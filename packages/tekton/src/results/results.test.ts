import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TaskState } from '../graph/run-state.ts';
import { checkResults, parseResult } from './parse.ts';
import { pipelineResults } from './pipeline-results.ts';

describe('a result file', () => {
  test('is taken verbatim, final newline included', () => {
    assert.deepEqual(parseResult({ name: 'r' }, new TextEncoder().encode('a\n')), {
      name: 'r',
      type: 'string',
      value: 'a\n',
    });
  });
  test('holds an array or object as JSON', () => {
    assert.deepEqual(parseResult({ name: 'r', type: 'array' }, '["a","b"]').value, ['a', 'b']);
    assert.deepEqual(parseResult({ name: 'r', properties: { k: {} } }, '{"k":"v"}').value, { k: 'v' });
  });
  for (const content of ['not json', '[1]', '{"a":1}', '"text"']) {
    test(`degrades to text and fails the run: ${content}`, () => {
      const spec = { name: 'r', type: 'array' };
      const result = parseResult(spec, content);
      assert.deepEqual(result, { name: 'r', type: 'string', value: content });
      const { results, problem } = checkResults([spec], [result]);
      assert.deepEqual(results, []);
      assert.equal(problem?.reason, 'TaskRunValidationFailed');
      assert.match(
        problem?.message ?? '',
        /missing result declaration: {2}"r": task result is expected to be "array" type but was initialized to a different type "string"$/,
      );
    });
  }
  test('must have the keys that the declaration names', () => {
    const spec = { name: 'r', type: 'object', properties: { a: {}, b: {} } };
    const { problem } = checkResults([spec], [parseResult(spec, '{"a":"1"}')]);
    assert.match(problem?.message ?? '', /which are required in TaskResult's properties map\[r:\[b\]\]$/);
  });
});

describe('results of a Pipeline', () => {
  const ended = (status: TaskState['status'], results: TaskState['results'] = []): TaskState => ({
    status,
    reason: '',
    results,
  });
  const spec = {
    tasks: [{ name: 'a' }, { name: 'b' }],
    finally: [{ name: 'f' }],
    results: [
      { name: 'one', value: '$(tasks.a.results.r)-$(finally.f.results.r)' },
      { name: 'list', value: '$(tasks.a.results.l[*])' },
      { name: 'other', value: '$(tasks.b.results.r)' },
    ],
  };
  const a = ended('Succeeded', [
    { name: 'r', value: 'x' },
    { name: 'l', value: ['1', '2'] },
  ]);
  const f = ended('Succeeded', [{ name: 'r', value: 'y' }]);
  test('are computed, those of skipped tasks left out', () => {
    const { results, problem } = pipelineResults(
      'run',
      spec,
      new Map([
        ['a', a],
        ['f', f],
      ]),
    );
    assert.deepEqual(results, [
      { name: 'one', value: 'x-y' },
      { name: 'list', value: ['1', '2'] },
    ]);
    assert.equal(problem, undefined);
  });
  test('of a failed task are left out', () => {
    const states = new Map([
      ['a', a],
      ['b', ended('Failed')],
      ['f', f],
    ]);
    assert.equal(pipelineResults('run', spec, states).problem, undefined);
  });
  test('that a successful task did not write are a problem', () => {
    const states = new Map([
      ['a', a],
      ['b', ended('Succeeded')],
      ['f', f],
    ]);
    const { problem } = pipelineResults('run', spec, states);
    assert.equal(problem?.reason, 'CouldntGetPipelineResult');
    assert.match(
      problem?.message ?? '',
      /invalid pipelineresults \[other\], the referenced results don't exist$/,
    );
  });
  test('that name a key which is not there are a problem', () => {
    const tasks = [{ name: 'a' }];
    const object = ended('Succeeded', [{ name: 'o', value: { url: 'u' } }]);
    const results = (key: string) => [{ name: 'x', value: `$(tasks.a.results.o.${key})` }];
    const of = (key: string) =>
      pipelineResults('run', { tasks, results: results(key) }, new Map([['a', object]]));
    assert.deepEqual(of('url').results, [{ name: 'x', value: 'u' }]);
    assert.equal(of('foo').problem?.reason, 'CouldntGetPipelineResult');
  });
});
