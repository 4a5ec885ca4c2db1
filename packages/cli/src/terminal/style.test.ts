import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatElapsed, printable, styleFor } from './style.ts';

test('a terminal gets colours', () => {
  assert.equal(styleFor({ isTTY: true }, {})('red', 'x'), '\u001b[31mx\u001b[39m');
});

test('a pipe, NO_COLOR, a dumb terminal and CI get plain text', () => {
  assert.equal(styleFor({}, {})('red', 'x'), 'x');
  for (const environment of [{ NO_COLOR: '1' }, { TERM: 'dumb' }, { CI: 'true' }]) {
    assert.equal(styleFor({ isTTY: true }, environment)('red', 'x'), 'x');
  }
});

test('text from a step cannot move the cursor or set the title, but keeps its colours', () => {
  assert.equal(printable('a\u001b[2Jb\u001b]0;title\u0007c\rd'), 'a[2Jb]0;titlecd');
  assert.equal(printable('\u001b[32mok\u001b[0m\tdone'), '\u001b[32mok\u001b[0m\tdone');
});

test('elapsed time is short', () => {
  assert.deepEqual([12, 1440, 125_000].map(formatElapsed), ['12 ms', '1.4 s', '2 m 05 s']);
});
