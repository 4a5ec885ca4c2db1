import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CliError } from '../error.ts';
import { printError } from './print-error.ts';

function print(error: unknown, debug = false) {
  let text = '';
  const code = printError(error, { write: (part) => (text += part) }, debug);
  return { code, text };
}

test('message, place, line and hint, each on a line of its own', () => {
  const error = new CliError('InvalidManifest', 'wrong', {
    place: 'f:1:2',
    excerpt: '  a: b',
    hint: 'right it',
  });
  assert.deepEqual(print(error), { code: 1, text: 'error: wrong\n  f:1:2\n      a: b\nhint: right it\n' });
});

test('errors carry their exit codes; those of others are failures', () => {
  assert.equal(print(new CliError('Usage', 'x')).code, 2);
  assert.equal(print(new CliError('FactoryNotRunning', 'x', { exitCode: 5 })).code, 5);
  assert.deepEqual(print(new TypeError('x is not')), { code: 1, text: 'error: x is not\n' });
  assert.deepEqual(print('thrown text'), { code: 1, text: 'error: thrown text\n' });
  assert.equal(print(undefined).code, 1);
});

test('a stack only with --debug, causes included', () => {
  const error = new CliError('Usage', 'outer', { cause: new Error('inner') });
  assert.doesNotMatch(print(error).text, /inner| at /);
  assert.match(print(error, true).text, /CliError: outer\n\s+at [\s\S]*Error: inner\n\s+at /);
});

test('a message cannot steer the terminal', () => {
  assert.equal(print(new Error('a\u001b[2Jb\u0007c')).text, 'error: a[2Jbc\n');
});
