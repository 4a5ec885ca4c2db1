import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { readResultFile } from './result-files.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'assay-results-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('content comes verbatim, the final newline included', () => {
  writeFileSync(join(directory, 'digest'), 'sha256:abc\n');
  assert.deepEqual(readResultFile(directory, 'digest'), { content: 'sha256:abc\n' });
});

test('a result that was not written is absent', () => {
  assert.equal(readResultFile(directory, 'digest'), undefined);
});

test('a symbolic link is not followed to a file of the host', () => {
  symlinkSync('/etc/passwd', join(directory, 'leak'));
  assert.deepEqual(readResultFile(directory, 'leak'), { refused: 'result "leak" is a symbolic link' });
});

test('a FIFO does not make the reader wait', () => {
  execFileSync('mkfifo', [join(directory, 'pipe')]);
  assert.deepEqual(readResultFile(directory, 'pipe'), { refused: 'result "pipe" is not a regular file' });
});

test('a directory is refused', () => {
  mkdirSync(join(directory, 'dir'));
  assert.deepEqual(readResultFile(directory, 'dir'), { refused: 'result "dir" is not a regular file' });
});

test('a result over the limit is refused with both numbers', () => {
  writeFileSync(join(directory, 'big'), 'x'.repeat(11));
  assert.deepEqual(readResultFile(directory, 'big', 10), {
    refused: 'result "big" has 11 bytes; the limit is 10',
  });
});
