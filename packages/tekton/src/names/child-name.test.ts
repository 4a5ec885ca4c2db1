import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { childName, podName, taskRunNames, workspaceClaimName } from './child-name.ts';

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

test('what fits is joined', () => {
  assert.equal(childName('run', '-build'), 'run-build');
  assert.equal(childName('p'.repeat(57), '-build'), `${'p'.repeat(57)}-build`);
});

test('a long parent is replaced by its hash and keeps the suffix', () => {
  const parent = 'p'.repeat(60);
  assert.equal(childName(parent, '-build'), `${'p'.repeat(25)}${md5(parent)}-build`);
});

test('a long suffix is hashed with the parent', () => {
  const suffix = `-${'s'.repeat(60)}`;
  assert.equal(childName('short', suffix), `short${md5(`short${suffix}`)}${suffix.slice(0, 26)}`);
});

test('a cut suffix does not end in punctuation', () => {
  const parent = 'p'.repeat(31);
  const suffix = `${'-'.repeat(35)}`;
  assert.equal(childName(parent, suffix), parent + md5(parent + suffix));
});

test('names never exceed 63 characters', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,80}$/);
  fc.assert(fc.property(name, name, (parent, suffix) => childName(parent, `-${suffix}`).length <= 63));
});

test('one combination has no index, several do', () => {
  assert.deepEqual(taskRunNames('run', 'test', 1), ['run-test']);
  assert.deepEqual(taskRunNames('run', 'test', 3), ['run-test-0', 'run-test-1', 'run-test-2']);
});

test('long matrix names still end in their index', () => {
  const names = taskRunNames('r'.repeat(50), 't'.repeat(50), 12);
  assert.equal(new Set(names).size, 12);
  for (const [index, name] of names.entries()) {
    assert.ok(name.endsWith(`-${index}`));
    assert.ok(name.length <= 63);
  }
});

test('pods count their retries', () => {
  assert.equal(podName('run'), 'run-pod');
  assert.equal(podName('run', 2), 'run-pod-retry2');
});

test('a claim is named by its template and its owner', () => {
  const hash = createHash('sha256').update('srcuid-1').digest('hex').slice(0, 10);
  assert.equal(workspaceClaimName(undefined, 'src', 'uid-1'), `pvc-${hash}`);
  assert.equal(workspaceClaimName('mine', 'src', 'uid-1'), `mine-${hash}`);
});
