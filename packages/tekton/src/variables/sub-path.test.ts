import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mountSubPath } from './sub-path.ts';

const env = new Map([
  ['POD', 'p-1'],
  ['UP', '../etc'],
  ['ROOT', '/etc'],
]);
const of = (fields: { subPath?: string; subPathExpr?: string }) =>
  mountSubPath({ name: 'v', mountPath: '/m', ...fields }, env);

test('a path with variables is expanded by the environment', () => {
  assert.equal(of({ subPathExpr: 'logs/$(POD)' }), 'logs/p-1');
  assert.equal(of({ subPathExpr: '$$(POD)' }), '$(POD)');
  assert.equal(of({ subPath: '$(POD)' }), '$(POD)');
  assert.equal(of({}), undefined);
});
test('a variable that is not set is an error', () => {
  assert.throws(() => of({ subPathExpr: '$(NO)/x' }), /missing value for "NO"/);
});
test('no path leaves its volume', () => {
  assert.throws(() => of({ subPathExpr: 'a/$(UP)' }), /must not contain '\.\.'/);
  assert.throws(() => of({ subPathExpr: '$(ROOT)' }), /must not be an absolute path/);
  assert.throws(() => of({ subPath: '../a' }), /must not contain '\.\.'/);
});
