import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Matrix } from '../types/params.ts';
import { countCombinations, matrixCombinations } from './combinations.ts';

const texts = (matrix: Matrix) =>
  matrixCombinations(matrix).map((params) => params.map(({ name, value }) => `${name}=${value}`).join(' '));

test('the first param varies fastest, whatever the names', () => {
  const matrix = {
    params: [
      { name: 'platform', value: ['linux', 'mac'] },
      { name: 'browser', value: ['chrome', 'firefox'] },
    ],
  };
  assert.deepEqual(texts(matrix), [
    'browser=chrome platform=linux',
    'browser=chrome platform=mac',
    'browser=firefox platform=linux',
    'browser=firefox platform=mac',
  ]);
});

test('include adds to the combinations it agrees with', () => {
  const matrix = {
    params: [{ name: 'os', value: ['linux', 'mac'] }],
    include: [
      {
        params: [
          { name: 'os', value: 'linux' },
          { name: 'flags', value: '-O2' },
        ],
      },
    ],
  };
  assert.deepEqual(texts(matrix), ['flags=-O2 os=linux', 'os=mac']);
});

test('include that agrees with none is one more', () => {
  const matrix = {
    params: [{ name: 'os', value: ['linux'] }],
    include: [{ params: [{ name: 'os', value: 'bsd' }] }],
  };
  assert.deepEqual(texts(matrix), ['os=linux', 'os=bsd']);
  assert.equal(countCombinations(matrix), 2);
});

test('include alone makes one run each', () => {
  const matrix = {
    include: [{ params: [{ name: 'a', value: '1' }] }, { params: [{ name: 'a', value: '2' }] }],
  };
  assert.deepEqual(texts(matrix), ['a=1', 'a=2']);
});

test('include that agrees in one param and differs in another is dropped, as in Tekton', () => {
  const matrix = {
    params: [
      { name: 'os', value: ['linux'] },
      { name: 'arch', value: ['amd64'] },
    ],
    include: [
      {
        params: [
          { name: 'os', value: 'linux' },
          { name: 'arch', value: 's390x' },
        ],
      },
    ],
  };
  assert.deepEqual(texts(matrix), ['arch=amd64 os=linux']);
});

test('include without a param of the matrix is laid over all, and the first to set a name keeps it', () => {
  const matrix = {
    params: [{ name: 'os', value: ['linux', 'mac'] }],
    include: [{ params: [{ name: 'v', value: '1' }] }, { params: [{ name: 'v', value: '2' }] }],
  };
  assert.deepEqual(texts(matrix), ['os=linux v=1', 'os=mac v=1', 'v=2']);
});
