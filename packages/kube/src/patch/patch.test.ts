import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isKubeError } from '../error.ts';
import { jsonPatch } from './json-patch.ts';
import { mergePatch } from './merge-patch.ts';

// RFC 7386, appendix A.
const mergeCases: [target: unknown, patch: unknown, result: unknown][] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

test('merge patches as in the RFC’s examples', () => {
  for (const [target, patch, result] of mergeCases) assert.deepEqual(mergePatch(target, patch), result);
});

test('a merge patch applied twice is a merge patch applied once', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (target, patch) => {
      const once = mergePatch(target, patch);
      assert.deepEqual(mergePatch(once, patch), once);
    }),
  );
});

test('a patch cannot reach a prototype', () => {
  const patch: unknown = JSON.parse('{"__proto__":{"polluted":true}}');
  const merged = mergePatch({}, patch) as Record<string, unknown>;
  assert.equal(merged.polluted, undefined);
  assert.throws(
    () => jsonPatch({}, [{ op: 'add', path: '/__proto__/polluted', value: true }]),
    (error) => isKubeError(error, 'Invalid'),
  );
  const added = jsonPatch({}, [{ op: 'add', path: '/__proto__', value: { polluted: true } }]);
  assert.equal((added as Record<string, unknown>).polluted, undefined);
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
});

const target = { list: ['a', 'b'], map: { 'x/y': 1, 'm~n': 2 } };

const patchCases: [operation: object, result: unknown][] = [
  [
    { op: 'add', path: '/list/1', value: 'c' },
    { ...target, list: ['a', 'c', 'b'] },
  ],
  [
    { op: 'add', path: '/list/-', value: 'c' },
    { ...target, list: ['a', 'b', 'c'] },
  ],
  [
    { op: 'add', path: '/new', value: null },
    { ...target, new: null },
  ],
  [
    { op: 'remove', path: '/list/0' },
    { ...target, list: ['b'] },
  ],
  [
    { op: 'replace', path: '/map/x~1y', value: 3 },
    { ...target, map: { 'x/y': 3, 'm~n': 2 } },
  ],
  [{ op: 'replace', path: '', value: 1 }, 1],
  [
    { op: 'move', from: '/map/m~0n', path: '/moved' },
    { list: ['a', 'b'], map: { 'x/y': 1 }, moved: 2 },
  ],
  [
    { op: 'copy', from: '/list', path: '/copy' },
    { ...target, copy: ['a', 'b'] },
  ],
  [{ op: 'test', path: '/list', value: ['a', 'b'] }, target],
];

test('JSON patches do what their operations say, to a copy', () => {
  const before = structuredClone(target);
  for (const [operation, result] of patchCases) assert.deepEqual(jsonPatch(target, [operation]), result);
  assert.deepEqual(target, before);
});

test('a JSON patch that does not apply is Invalid, a malformed one a bad request', () => {
  const invalid = [
    { op: 'remove', path: '/none' },
    { op: 'replace', path: '/list/2', value: 1 },
    { op: 'add', path: '/list/3', value: 1 },
    { op: 'add', path: '/list/01', value: 1 },
    { op: 'add', path: '/none/x', value: 1 },
    { op: 'test', path: '/list/0', value: 'b' },
  ];
  for (const operation of invalid) {
    assert.throws(
      () => jsonPatch(target, [operation]),
      (error) => isKubeError(error, 'Invalid'),
      JSON.stringify(operation),
    );
  }
  for (const patch of [
    {},
    [null],
    [{ op: 'add', path: 'x' }],
    [{ op: 'nothing', path: '/x' }],
    [{ op: 'add' }],
  ]) {
    assert.throws(
      () => jsonPatch(target, patch),
      (error) => isKubeError(error, 'BadRequest'),
      JSON.stringify(patch),
    );
  }
});
