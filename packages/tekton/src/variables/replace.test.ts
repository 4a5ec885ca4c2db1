import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { expressions, parseResultReference, resultReferences } from './reference.ts';
import { replaceList, replaceText, replaceValue, replaceWhen } from './replace.ts';
import { noReplacements, ReplacementsBuilder } from './replacements.ts';

const known = new ReplacementsBuilder()
  .value('params', 'name', 'world')
  .value('params', 'dotted.name', 'dots')
  .value('params', 'list', ['a', 'b'])
  .value('params', 'map', { url: 'u', 'commit-id': 'c' })
  .value('params', 'tricky', '$(params.name)')
  .text('context.taskRun.name', 'tr');

describe('text', () => {
  const cases: Array<[string, string]> = [
    ['hello $(params.name)!', 'hello world!'],
    ['$(params[\'name\']) $(params["name"])', 'world world'],
    ["$(params['dotted.name'])", 'dots'],
    ['$(params.list[1])', 'b'],
    ['$(params.map.url)/$(params.map.commit-id)', 'u/c'],
    ['$(context.taskRun.name)', 'tr'],
    ['$(params.unknown) $(date) $((1+2)) $HOME $$', '$(params.unknown) $(date) $((1+2)) $HOME $$'],
    ['$(params.tricky)', '$(params.name)'],
    ['$(echo $(params.name))', '$(echo world)'],
  ];
  for (const [text, expected] of cases) {
    test(`${text} -> ${expected}`, () => assert.equal(replaceText(text, known), expected));
  }

  test('text without references is unchanged', () => {
    fc.assert(fc.property(fc.string(), (text) => replaceText(text, noReplacements) === text));
  });

  test('inserted text is never expanded, whatever it is', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        const replacements = new ReplacementsBuilder().value('params', 'a', a).value('params', 'b', b);
        assert.equal(replaceText('<$(params.a)|$(params.b)>', replacements), `<${a}|${b}>`);
      }),
    );
  });
});

describe('lists', () => {
  test('a whole array is spliced, with and without the star', () => {
    assert.deepEqual(replaceList(['x', '$(params.list[*])', '$(params.list)', 'y'], known), [
      'x',
      'a',
      'b',
      'a',
      'b',
      'y',
    ]);
  });
  test('an empty array leaves nothing', () => {
    const empty = new ReplacementsBuilder().value('params', 'none', []);
    assert.deepEqual(replaceList(['a', '$(params.none[*])'], empty), ['a']);
  });
  test('an array inside longer text stays as written', () => {
    assert.deepEqual(replaceList(['-$(params.list[*])-'], known), ['-$(params.list[*])-']);
  });
});

describe('values', () => {
  test('a text that is only a reference becomes the array or object', () => {
    assert.deepEqual(replaceValue('$(params.list[*])', known), ['a', 'b']);
    assert.deepEqual(replaceValue('$(params.map[*])', known), { url: 'u', 'commit-id': 'c' });
  });
  test('texts of an object are replaced, its keys are not', () => {
    assert.deepEqual(replaceValue({ '$(params.name)': '$(params.name)' }, known), {
      '$(params.name)': 'world',
    });
  });
  test('a whole array as the input of when becomes JSON, in its values it is spliced', () => {
    assert.deepEqual(
      replaceWhen([{ input: '$(params.list[*])', operator: 'in', values: ['$(params.list[*])'] }], known),
      [{ input: '["a","b"]', operator: 'in', values: ['a', 'b'] }],
    );
  });
});

describe('references', () => {
  test('expressions are found in order', () => {
    assert.deepEqual(expressions('$(a) $(b.c) $(d['), ['a', 'b.c']);
  });
  const cases: Array<[string, object]> = [
    ['tasks.t.results.r', { producer: 't', result: 'r', whole: false }],
    ['tasks.t.results.r[*]', { producer: 't', result: 'r', whole: true }],
    ['tasks.t.results.r[2]', { producer: 't', result: 'r', index: 2, whole: false }],
    ['tasks.t.results.r.key', { producer: 't', result: 'r', key: 'key', whole: false }],
    ["tasks.t.results['r.x']", { producer: 't', result: 'r.x', whole: false }],
  ];
  for (const [expression, expected] of cases) {
    test(expression, () => {
      assert.deepEqual(parseResultReference(expression), { scope: 'tasks', expression, ...expected });
    });
  }
  test('other variables are no result references', () => {
    for (const text of ['tasks.t.status', 'params.results', 'tasks.t.results', 'results.r.path']) {
      assert.equal(parseResultReference(text), undefined);
    }
  });
  test('references are found anywhere in a value', () => {
    const found = resultReferences({ a: ['x $(tasks.t.results.r)'], b: { c: '$(finally.f.results.s)' } });
    assert.deepEqual(
      found.map(({ producer }) => producer),
      ['t'],
    );
  });
});
